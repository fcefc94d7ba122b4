package sfu

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/seal"
	"github.com/atrium-rtc/atrium/sfu/tap"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// The times after which a silent connection counts as disturbed, which others are told
// within 8 s (looking every iceKeepalive), and for how long then until it counts as lost,
// which they are told within 20 s.
const (
	iceDisconnected = 5 * time.Second
	iceFailed       = 10 * time.Second
	iceKeepalive    = 2 * time.Second
	// noKeepalive is for subscribers, whose paths we do not check once they stand:
	// their own checks of consent (RFC 7675 section 5.1) and their reports show that
	// they are there (see feedbackReader), and media keeps the way open. The check of
	// a subscriber costs as much as ten packets of its media, every two seconds.
	noKeepalive = 0
	// relayWait is what a direct path is given to be found before one over a relay is taken.
	relayWait = 500 * time.Millisecond
	// dtlsTimeout ends a handshake that does not come to its end.
	dtlsTimeout = 10 * time.Second
)

// What one connection may open. A browser uses under 20 sources, RTP and RTCP
// together, and one data channel.
const (
	maxSources      = 64
	maxDataChannels = 16
)

// closeTimeout bounds the wait for one connection at shutdown.
const closeTimeout = 5 * time.Second

// Config configures an Engine.
type Config struct {
	// Ports carry all media; see Listen. The Engine closes them.
	Ports *Ports
	// ICELite answers connectivity checks without making any (RFC 8445 section
	// 2.5).
	ICELite bool
	// Shards is the number of forwarding shards; 0 is one per core.
	Shards int
	// Sealing says who encrypts what subscribers get.
	Sealing Sealing
	// Congestion says what is done about narrow links.
	Congestion Congestion
	// Loudest is how many of a room are heard at a time; 0 is all.
	Loudest int
	// VideoCodecs are forwarded; empty is all that codec.All knows.
	VideoCodecs []codec.Codec
	// Logger gets what concerns no single connection; nil discards.
	Logger *slog.Logger
}

// Engine is the media server. Its methods may be called from any goroutine.
type Engine struct {
	log          *slog.Logger
	ports        *Ports
	settings     webrtc.SettingEngine
	known        map[codec.Codec]bool                 // what can be forwarded
	allowed      atomic.Pointer[map[codec.Codec]bool] // what may be published; never changed, but replaced
	certificates certificates
	pool         *packet.Pool
	egress       *egress.Engine
	queues       []*udp.Queue // of the shards
	sealing      Sealing
	keyframes    atomic.Uint64 // asked of publishers
	panics       atomic.Uint64 // that have ended a connection

	sealedByShard, sealedByPion atomic.Uint64 // connections

	census   census
	taps     tap.Counters
	outcomes *outcomes
}

// New starts an Engine.
func New(cfg Config) (*Engine, error) {
	if cfg.Shards == 0 {
		cfg.Shards = runtime.GOMAXPROCS(0)
	}
	e := &Engine{
		log: loggerOrDiscard(cfg.Logger), ports: cfg.Ports, sealing: cfg.Sealing,
		known:  codecSet(codec.All()),
		pool:   packet.NewPool(),
		census: newCensus(), outcomes: newOutcomes(),
	}
	e.SetVideoCodecs(cfg.VideoCodecs)
	if err := e.configure(cfg); err != nil {
		return nil, err
	}
	if _, err := e.certificates.current(time.Now()); err != nil {
		return nil, err
	}
	e.egress = egress.NewEngine(egress.Config{
		Shards: cfg.Shards, NoEstimation: cfg.Congestion == CongestionOff, NoPacing: cfg.Congestion != CongestionOn,
		Loudest: cfg.Loudest,
		Queue: func(shard int) egress.Queue {
			e.queues = append(e.queues, e.ports.UDP.NewQueue(shard))
			return e.queues[shard]
		},
	})
	return e, nil
}

// SetVideoCodecs changes which codecs may be published from now on; none is all
// that codec.All knows. What is published goes on, and can be subscribed to.
func (e *Engine) SetVideoCodecs(list []codec.Codec) {
	if len(list) == 0 {
		list = codec.All()
	}
	allowed := codecSet(list)
	e.allowed.Store(&allowed)
}

// SetLoudest changes how many of a room are heard at a time, at once and for the
// rooms there are as well; 0 is all.
func (e *Engine) SetLoudest(n int) { e.egress.SetLoudest(n) }

// codecSet is the list and the codec of sound.
func codecSet(list []codec.Codec) map[codec.Codec]bool {
	set := map[codec.Codec]bool{codec.Opus: true}
	for _, c := range list {
		set[c] = true
	}
	return set
}

// configure prepares the settings that all connections share.
func (e *Engine) configure(cfg Config) error {
	s := &e.settings
	s.LoggerFactory = pionLogs{e.log}
	s.SetLite(cfg.ICELite)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetIncludeLoopbackCandidate(true)
	// GCM costs a fifth of AES-CM with HMAC-SHA1 on this path (performance.md).
	s.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	// Pion would also take AES in CBC mode with HMAC-SHA1. Every browser has the first, which RFC 8827 section 6.5 demands.
	s.SetDTLSCipherSuites(dtls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		dtls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, dtls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256)
	s.SetSRTPReplayProtectionWindow(1024) // repaired packets come late
	s.DisableActiveTCP(true)
	s.SetFireOnTrackBeforeFirstRTP(true)
	s.SetSCTPMaxMessageSize(64 << 10)
	s.SetDTLSConnectContextMaker(func() (context.Context, func()) {
		return context.WithTimeout(context.Background(), dtlsTimeout)
	})
	if err := s.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
		return fmt.Errorf("DTLS role: %w", err)
	}
	return cfg.Ports.apply(s)
}

// newPeerConnection returns p's connection. Its packets go to the inlets that
// newInlet makes, one for each source. Pion remembers a source for as long as
// the connection lives, so a peer that invents too many of them loses it.
func (e *Engine) newPeerConnection(
	media *webrtc.MediaEngine, p *Peer, newInlet func(packetio.BufferPacketType, uint32) *inlet,
) (*webrtc.PeerConnection, error) {
	settings := e.settings
	p.transport.apply(&settings)
	if p.offers {
		nominateSoon(&settings)
	}
	p.connecting.outcomes = e.outcomes
	var sources atomic.Int32
	settings.BufferFactory = func(kind packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
		if (p.knows == nil || !p.knows(ssrc)) && sources.Add(1) > p.mayInvent() {
			p.tryDo(func() { p.fail("too many media sources") })
		}
		return newInlet(kind, ssrc)
	}
	certificate, err := e.certificates.current(time.Now())
	if err != nil {
		return nil, err
	}
	api := webrtc.NewAPI(
		webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(settings),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{}), // empty: the default set would be installed otherwise
	)
	pc, err := api.NewPeerConnection(webrtc.Configuration{Certificates: []webrtc.Certificate{certificate}})
	if err != nil {
		return nil, fmt.Errorf("new peer connection: %w", err)
	}
	var channels atomic.Int32
	pc.OnDataChannel(func(*webrtc.DataChannel) { // nothing is forwarded on them
		if channels.Add(1) > maxDataChannels {
			p.tryDo(func() { p.fail("too many data channels") })
		}
	})
	return pc, nil
}

// nominateSoon is for connections on which the server offers, and so chooses the path (RFC
// 8445 section 8.1.1). Pion would wait a second before it takes a client whose candidates
// are hidden, as browsers' are, and two for a relay.
func nominateSoon(s *webrtc.SettingEngine) {
	s.SetSrflxAcceptanceMinWait(0)
	s.SetPrflxAcceptanceMinWait(0)
	s.SetRelayAcceptanceMinWait(relayWait)
}

// secure chooses who seals what a connection's streams send, when it is up and
// before they start. It runs on the peer's goroutine.
func (e *Engine) secure(p *Peer, streams senders, sub *egress.Subscriber) error {
	if !streams.sealable() {
		e.leaveToPion(p, sub)
		return nil
	}
	keys, err := e.takeKeys(p, sub)
	if keys != nil {
		streams.sealWith(keys, p.transport, e.queues[sub.Shard()])
	}
	return err
}

// takeKeys takes a connection's keys for the shard to seal with; nil without an error says
// that Pion seals.
func (e *Engine) takeKeys(p *Peer, sub *egress.Subscriber) (*seal.Context, error) {
	if e.sealing != SealPion {
		keys, err := p.transport.secure()
		if err == nil {
			e.sealedByShard.Add(1)
			return keys, nil
		}
		if e.sealing == SealShard {
			return nil, err
		}
		p.log.Info("Pion seals this connection's media", "reason", err)
	}
	e.leaveToPion(p, sub)
	return nil, nil
}

func (e *Engine) leaveToPion(p *Peer, sub *egress.Subscriber) {
	p.transport.udp.SetQueue(e.queues[sub.Shard()])
	e.sealedByPion.Add(1)
}

// Close ends all connections, waits for them, and closes the ports.
func (e *Engine) Close() error {
	peers, locals := e.census.close()
	for _, p := range peers {
		p.Close()
	}
	for _, l := range locals {
		l.Close()
	}
	for _, p := range peers {
		waitFor(p.Done(), p.log)
	}
	for _, l := range locals {
		waitFor(l.Done(), l.log)
	}
	e.egress.Close()
	return e.ports.Close()
}

// waitFor waits until a connection is torn down, but not forever.
func waitFor(done <-chan struct{}, log *slog.Logger) {
	timeout := time.NewTimer(closeTimeout)
	defer timeout.Stop()
	select {
	case <-done:
	case <-timeout.C:
		log.Error("connection did not close in time", "waited", closeTimeout)
	}
}

// newStreamID returns an id for a=msid (RFC 8830): opaque, since user names may
// hold characters that are no token.
func newStreamID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, says its documentation
	return "atrium-" + hex.EncodeToString(b[:])
}

func loggerOrDiscard(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return l
}
