package sfu

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/histogram"
	"github.com/atrium-rtc/atrium/internal/tracing"
)

// connecting follows how one connection comes up: ICE, and then DTLS. Pion tells on its
// own goroutines, which only note the time; the peer's goroutine counts.
//
//	answer ──► checks ──► selected pair ──► handshake ──► keys
//	  └────── ICE seconds ─────┘└────── DTLS seconds ──────┘
//
// Each connection is counted once as connected, failed or closed by ICE. One that was
// connected and got lost is counted as that besides.
type connecting struct {
	outcomes *outcomes

	// Written by Pion's goroutines: nanoseconds since the outcomes' start, 0 before.
	iceAt, dtlsAt         atomic.Int64
	iceFailed, dtlsFailed atomic.Bool

	// owned by the peer's goroutine
	answered             int64
	ice, dtls, connected bool // counted; connected by ICE
	lost                 bool // counted
	span                 *tracing.Span
}

// follow hears how the connection comes up.
func (c *connecting) follow(pc *webrtc.PeerConnection) {
	pc.OnICEConnectionStateChange(func(s webrtc.ICEConnectionState) {
		switch s { //nolint:exhaustive // the others decide nothing
		case webrtc.ICEConnectionStateConnected, webrtc.ICEConnectionStateCompleted:
			c.iceAt.CompareAndSwap(0, c.outcomes.now())
		case webrtc.ICEConnectionStateFailed:
			c.iceFailed.Store(true)
		}
	})
	pc.SCTP().Transport().OnStateChange(func(s webrtc.DTLSTransportState) {
		switch s { //nolint:exhaustive // likewise
		case webrtc.DTLSTransportStateConnected:
			c.dtlsAt.CompareAndSwap(0, c.outcomes.now())
		case webrtc.DTLSTransportStateFailed:
			c.dtlsFailed.Store(true)
		}
	})
}

// look counts what has become of it since the last time.
func (c *connecting) look(pc *webrtc.PeerConnection) {
	iceAt, dtlsAt := c.iceAt.Load(), c.dtlsAt.Load()
	if iceAt == 0 {
		iceAt = dtlsAt // Pion has not told yet
	}
	o := c.outcomes
	if iceAt != 0 && !c.ice {
		c.ice, c.connected = true, true
		o.iceConnected.Add(1)
		o.iceSeconds.ObserveDuration(time.Duration(iceAt - c.answered))
		o.selected(pc)
		tracePair(c.span, pc)
		c.span.EventAt("ICE connected", o.at(iceAt))
	}
	if dtlsAt != 0 && !c.dtls {
		c.dtls = true
		o.dtlsConnected.Add(1)
		o.dtlsSeconds.ObserveDuration(time.Duration(dtlsAt - iceAt))
		c.span.EventAt("DTLS connected", o.at(dtlsAt))
		c.span.End()
	}
	switch {
	case c.iceFailed.Load():
		c.giveUp()
	case c.dtlsFailed.Load():
		c.keyless()
	}
}

// lose counts that the connection is lost. Pion tells of a client that ends the handshake
// by the state of DTLS, or just by closing the connection.
func (c *connecting) lose() {
	if c.connected {
		c.keyless()
	}
}

// keyless counts that there never were keys, unless there were.
func (c *connecting) keyless() {
	if !c.dtls {
		c.dtls = true
		c.outcomes.dtlsFailed.Add(1)
		c.span.Fail("no keys")
	}
}

// answer begins the time that ICE takes, and the step of the trace that lasts until
// there are keys.
func (c *connecting) answer(ctx context.Context) {
	c.answered = c.outcomes.now()
	_, c.span = tracing.Start(ctx, "media.connection")
}

// giveUp counts that the connection does not come up in time, or not again.
func (c *connecting) giveUp() {
	o := c.outcomes
	switch {
	case c.answered == 0: // an offer that nobody answers
	case !c.ice:
		c.ice = true
		o.iceFailed.Add(1)
		c.span.Fail("no path")
		return
	case c.connected && !c.dtls:
		c.keyless()
	case c.connected && !c.lost:
		o.iceDisconnected.Add(1)
	}
	c.lost = true
}

// end counts a connection that was closed before it came up.
func (c *connecting) end(pc *webrtc.PeerConnection) {
	c.look(pc)
	if !c.ice {
		c.ice = true
		c.outcomes.iceClosed.Add(1)
		c.span.Event("closed")
	}
	c.span.End()
}

// outcomes counts those of all connections. Any goroutine may read.
type outcomes struct {
	start time.Time

	iceConnected, iceFailed, iceClosed, iceDisconnected, dtlsConnected, dtlsFailed atomic.Uint64
	iceSeconds, dtlsSeconds                                                        *histogram.Histogram
	pairs                                                                          [len(pairTransports)][len(pairRemotes)][len(pairFamilies)]atomic.Uint64 // see PairStats
}

func newOutcomes() *outcomes {
	bounds := []float64{10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1, 2.5, 5, 10}
	return &outcomes{start: time.Now(), iceSeconds: histogram.New(bounds...), dtlsSeconds: histogram.New(bounds...)}
}

// now is not 0.
func (o *outcomes) now() int64 { return int64(time.Since(o.start)) + 1 }

// at returns when now was ns, by the clock of this moment: the one of the start may
// have been set since.
func (o *outcomes) at(ns int64) time.Time {
	now := time.Now()
	return now.Add(time.Duration(ns) - now.Sub(o.start))
}

// selected counts the pair of candidates that a connection begins with.
func (o *outcomes) selected(pc *webrtc.PeerConnection) {
	pair, err := pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return
	}
	if transport, remote, family, ok := kindOfPair(pair); ok {
		o.pairs[transport][remote][family].Add(1)
	}
}

// The kinds of pairs.
var (
	pairTransports = [...]string{"udp", "tcp"}
	pairRemotes    = [...]string{"host", "srflx", "prflx", "relay"}
	pairFamilies   = [...]string{"ipv4", "ipv6"}
)

// kindOfPair returns the indexes of what a pair is.
func kindOfPair(pair *webrtc.ICECandidatePair) (transport, remote, family int, ok bool) {
	to, err := addrPort(pair.Remote)
	if err != nil {
		return 0, 0, 0, false
	}
	if pair.Local.Protocol == webrtc.ICEProtocolTCP {
		transport = 1
	}
	if to.Addr().Is6() {
		family = 1
	}
	remote = max(0, slices.Index(pairRemotes[:], pair.Remote.Typ.String()))
	return transport, remote, family, true
}

// HandshakeStats counts how connections came up, since the start.
type HandshakeStats struct {
	ICE  ICEOutcomes
	DTLS DTLSOutcomes
	// ICESeconds is from the answer to the selected pair, DTLSSeconds from there to the
	// keys.
	ICESeconds, DTLSSeconds histogram.Snapshot
	Pairs                   []PairStats // all there may be
}

// ICEOutcomes counts connections, each as one of the first three.
type ICEOutcomes struct {
	Connected, Failed, Closed uint64 // Closed: before it was connected, or had failed
	Disconnected              uint64 // of those that were connected: lost, and not back in time
}

// DTLSOutcomes counts the connections over which there were keys, and those that ICE
// connected and over which there were none.
type DTLSOutcomes struct{ Connected, Failed uint64 }

// PairStats counts the connections that began with a kind of candidate pair.
type PairStats struct {
	Transport   string // udp or tcp
	Remote      string // type of the client's candidate (RFC 8445 section 5.1.1): host, srflx, prflx or relay
	Family      string // of its address: ipv4 or ipv6
	Connections uint64
}

func (o *outcomes) stats() HandshakeStats {
	st := HandshakeStats{
		ICE: ICEOutcomes{
			Connected: o.iceConnected.Load(), Failed: o.iceFailed.Load(),
			Closed: o.iceClosed.Load(), Disconnected: o.iceDisconnected.Load(),
		},
		DTLS:       DTLSOutcomes{Connected: o.dtlsConnected.Load(), Failed: o.dtlsFailed.Load()},
		ICESeconds: o.iceSeconds.Snapshot(), DTLSSeconds: o.dtlsSeconds.Snapshot(),
	}
	for i, transport := range pairTransports {
		for j, remote := range pairRemotes {
			for k, family := range pairFamilies {
				st.Pairs = append(st.Pairs, PairStats{transport, remote, family, o.pairs[i][j][k].Load()})
			}
		}
	}
	return st
}
