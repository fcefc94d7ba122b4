package sfu

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

const (
	// gatherTimeout bounds the wait for local candidates. They are those of one
	// port and known at once; what comes later is trickled.
	gatherTimeout = 2 * time.Second
	// connectTimeout bounds the time from the offer to the connection.
	connectTimeout = 30 * time.Second
	// mostDisturbed bounds how long a publisher may be silent after it was told of: a
	// restart of ICE that gets no answer would begin the time of ICE anew.
	mostDisturbed = 11 * time.Second
	// restartPatience is how long after a restart of ICE nothing may come before the
	// publisher counts as disturbed: the old path is no longer looked at.
	restartPatience = 2 * time.Second
	// spareAfter is how long after the connection what it did not need is kept.
	spareAfter = 5 * time.Second
	// maxCandidates bounds the remote candidates of one connection: a browser on
	// a machine with ten interfaces sends about forty.
	maxCandidates = 128
)

// Observer hears of one connection. Calls come from the peer's owner goroutine,
// one at a time, and must not block.
type Observer interface {
	// ICECandidate reports a local candidate. Those gathered before the answer
	// stand in the answer too.
	ICECandidate(Candidate)
	// Failed reports that the connection is lost. The peer closes by itself. It
	// is called at most once, and not after Close.
	Failed(reason string)
}

// Peer is one connection of one participant: a Publication or a Subscription.
// Its goroutine owns the PeerConnection and all state of the negotiation; media
// does not pass through it. The methods may be called from any goroutine.
type Peer struct {
	log      *slog.Logger
	observer Observer
	pc       *webrtc.PeerConnection
	answer   string

	transport  *peerTransport
	connecting connecting

	owner
	panics *atomic.Uint64 // counted for the engine; nil in tests
	echo   timeEcho

	// owned by the goroutine
	mid         string      // of the section that carries the transport
	candidates  int         // remote ones taken
	deadline    *time.Timer // of the connection, and then of what it did not need
	connected   bool
	restarting  bool        // ICE, and not connected again yet
	disturbed   bool        // nothing has come for a while
	lastChance  *time.Timer // while disturbed, where somebody wants to know
	onDisturbed func(bool)  // nil: nobody wants to know
	onConnected func()
	onTick      func(now time.Time) time.Duration // returns when to be called again, 0 for never
	onClosed    func()
	onCut       func()      // when the connection is closed: nothing comes any more
	idle        func() bool // nothing was asked of the client yet; nil for never

	// Set before the connection is made.
	offers bool                   // the server does, first
	knows  func(ssrc uint32) bool // sources that the client has not invented; nil for none
	most   *atomic.Int32          // sources that it may invent; nil for maxSources
}

// newPeer returns a peer whose goroutine runs until Close.
func newPeer(log *slog.Logger, observer Observer, t *peerTransport, panics *atomic.Uint64) *Peer {
	return &Peer{log: log, observer: observer, transport: t, owner: newOwner(), panics: panics}
}

// mayInvent returns how many sources the client may have, RTP and RTCP together.
func (p *Peer) mayInvent() int32 {
	if p.most != nil {
		return p.most.Load()
	}
	return maxSources
}

// run is the owner goroutine.
func (p *Peer) run() {
	defer close(p.closed)
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	defer timer.Stop()
	p.deadline = time.NewTimer(connectTimeout)
	defer p.deadline.Stop()
	for {
		select {
		case fn := <-p.commands:
			p.command(fn)
		case <-timer.C:
		case <-p.deadline.C:
			switch {
			case p.connected && !p.restarting:
				p.transport.spare()
			case p.idle != nil && p.idle():
				p.deadline.Reset(connectTimeout)
			default:
				p.connecting.look(p.pc)
				p.connecting.giveUp()
				p.fail("the connection was not established in time")
			}
		case <-p.closing:
			p.teardown()
			return
		}
		if p.onTick != nil {
			p.command(func() {
				if wait := p.onTick(time.Now()); wait > 0 {
					timer.Reset(wait)
				}
			})
		}
	}
}

// teardown ends the connection. Media is cut first.
func (p *Peer) teardown() {
	p.connecting.end(p.pc)
	if p.lastChance != nil {
		p.lastChance.Stop()
	}
	if p.onClosed != nil {
		p.onClosed()
	}
	if err := p.pc.Close(); err != nil {
		p.log.Debug("peer connection did not close cleanly", "error", err)
	}
	if p.onCut != nil {
		p.onCut()
	}
}

// Answer returns the SDP answer.
func (p *Peer) Answer() string { return p.answer }

// AddICECandidate adds a candidate of the client. Candidates that cannot be
// used (mDNS names, active TCP, the end-of-candidates marker) are accepted and
// skipped; only text that is no candidate at all is an error.
func (p *Peer) AddICECandidate(c Candidate) error {
	use, err := c.usable()
	if err != nil || !use {
		return err
	}
	init := webrtc.ICECandidateInit{Candidate: c.Candidate, SDPMid: &c.SDPMid, SDPMLineIndex: &c.SDPMLineIndex}
	p.tryDo(func() { p.addCandidate(init) })
	return nil
}

// addCandidates adds usable ones, whichever section they came in. It runs on the owner
// goroutine.
func (p *Peer) addCandidates(list []Candidate) {
	for _, c := range list {
		p.addCandidate(webrtc.ICECandidateInit{Candidate: c.Candidate})
	}
}

// addCandidate runs on the owner goroutine.
func (p *Peer) addCandidate(c webrtc.ICECandidateInit) {
	if p.candidates >= maxCandidates {
		return
	}
	p.candidates++
	if err := p.pc.AddICECandidate(c); err != nil {
		p.log.Debug("candidate not used", "error", err)
	}
}

// start attaches the PeerConnection, starts the owner goroutine and negotiates
// on it.
func (p *Peer) start(ctx context.Context, pc *webrtc.PeerConnection, o *offer, offerText string) error {
	p.attach(pc, o.sections[0].mid)
	answer, err := p.exchange(ctx, func() (string, error) { return p.negotiate(ctx, o, offerText) })
	p.answer = answer
	return err
}

// attach gives the peer its PeerConnection, whose transport is in the section mid, and
// starts the owner goroutine.
func (p *Peer) attach(pc *webrtc.PeerConnection, mid string) {
	p.pc, p.mid = pc, mid
	p.transport.follow(pc, p.log)
	p.transport.guard.lost = func() { p.tryDo(func() { p.fail("another handshake was begun from the client's address") }) }
	p.connecting.follow(pc)
	pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c != nil {
			p.do(func() { p.observer.ICECandidate(localCandidate(c, p.mid)) })
		}
	})
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) { p.do(func() { p.stateChanged(s) }) })
	go p.run()
}

// exchange has the owner goroutine make a description, and waits for it. The peer is
// closed when there is none.
func (p *Peer) exchange(ctx context.Context, describe func() (string, error)) (string, error) {
	type result struct {
		description string
		err         error
	}
	done := make(chan result, 1)
	p.do(func() {
		description, err := describe()
		done <- result{description, err}
	})
	select {
	case r := <-done:
		if r.err != nil {
			p.Close()
		}
		return r.description, r.err
	case <-ctx.Done():
		p.Close()
		return "", fmt.Errorf("negotiate: %w", ctx.Err())
	case <-p.closing:
		return "", fmt.Errorf("negotiate: %w", ErrClosed)
	}
}

// negotiate runs on the owner goroutine.
func (p *Peer) negotiate(ctx context.Context, o *offer, offerText string) (string, error) {
	answer, err := p.answerOffer(ctx, offerText)
	if err != nil {
		return "", err
	}
	p.connecting.answer(ctx)
	return o.amend(answer)
}

// stateChanged runs on the owner goroutine.
func (p *Peer) stateChanged(s webrtc.PeerConnectionState) {
	p.log.Debug("connection state", "state", s.String())
	p.connecting.look(p.pc)
	switch s {
	case webrtc.PeerConnectionStateConnected:
		if !p.connected || p.restarting {
			p.deadline.Reset(spareAfter)
		}
		p.restarting = false
		p.disturb(false)
		if !p.connected {
			p.connected = true
			p.onConnected()
		}
	case webrtc.PeerConnectionStateDisconnected:
		p.disturb(true)
	case webrtc.PeerConnectionStateFailed:
		p.fail("the connection was lost")
	case webrtc.PeerConnectionStateClosed: // by the client: close_notify
		p.fail("the client closed the connection")
	}
}

// disturb tells that the client has fallen silent, or is heard again. It runs on the owner goroutine.
func (p *Peer) disturb(is bool) {
	if is == p.disturbed {
		return
	}
	p.disturbed = is
	if p.onDisturbed == nil {
		return
	}
	p.onDisturbed(is)
	if !is {
		p.lastChance.Stop()
		return
	}
	p.lastChance = time.AfterFunc(mostDisturbed, func() {
		p.do(func() {
			if p.disturbed {
				p.connecting.giveUp()
				p.fail("the client fell silent")
			}
		})
	})
}

// fail reports a lost connection and closes. It runs on the owner goroutine.
func (p *Peer) fail(reason string) {
	if p.isClosing() {
		return
	}
	p.log.Info("connection lost", "reason", reason)
	p.connecting.lose()
	p.observer.Failed(reason)
	p.Close()
}

// WriteRTCP sends RTCP to the client. Any goroutine; implements
// egress.ReportWriter.
func (p *Peer) WriteRTCP(pkts []rtcp.Packet) error {
	if err := p.pc.WriteRTCP(pkts); err != nil {
		return fmt.Errorf("write RTCP: %w", err)
	}
	return nil
}
