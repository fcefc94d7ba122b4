package sfu

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/sdp/v3"

	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/sfu/ingress"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// UplinkRequest asks for the publishing connection of a participant.
type UplinkRequest struct {
	// Observer hears when the connection is lost. It gets no candidates: all of ours stand in
	// each answer.
	Observer Observer
	// Room and Disturbed are as in PublishRequest.
	Room      string
	Disturbed func(bool)
	// Log has room and user bound; nil discards.
	Log *slog.Logger
}

// UplinkStream is one stream that is to be published on an Uplink.
type UplinkStream struct {
	ID string // unique on the Uplink
	// MIDs are the sections of the offer that it comes in: one of sound, one of video or both.
	MIDs []string
	// Layers is as in PublishRequest; of a stream that is published already it is ignored.
	Layers func([]SubscribedLayer)
	// Quiet keeps the stream out of the contest of the loudest: who receives it hears it. Of a
	// stream that is published already it is ignored.
	Quiet bool
}

// Uplink is the publishing connection of one participant, which carries many Publications.
// The client offers, again and again (RFC 8829), and says which sections of its offer are
// which stream.
//
//	offer ──► plan ─────► transport ───────► commit ──► answer
//	          changes     Pion: ICE and      Receiver, Publications
//	          nothing     DTLS, first offer
//	                      and ICE restarts
//
// Pion carries the transport and sees nothing of the media: it would take what codecs the
// first offer has for those of the connection, and look at each new source itself. What is
// received, and the answers, are decided here.
//
// The methods may be called from any goroutine. A connection that is lost ends all its
// Publications.
type Uplink struct {
	engine   *Engine
	request  UplinkRequest
	peer     *Peer
	receiver *ingress.Receiver
	ssrc     uint32        // our own, in RTCP
	sources  atomic.Int32  // that the client may invent
	turn     chan struct{} // of one negotiation at a time

	mu      sync.Mutex
	begun   bool                            // there is a connection
	open    bool                            // it takes candidates
	early   []Candidate                     // that came before
	streams atomic.Pointer[[]*uplinkStream] // replaced under mu, read anywhere

	// owned by who has the turn
	remote remoteTransport
	own    localTransport
	origin sdp.Origin

	nextRTT time.Time // owned by the peer's goroutine
}

const (
	// sourcesPerTrack is by how much each track raises the number of sources that a client
	// may have: its encodings and their repair streams, RTP and RTCP, and what comes of a
	// track that begins anew. Pion forgets none for as long as the connection lives.
	sourcesPerTrack = 16
	mostSources     = 1024
)

// NewUplink returns a connection that is made by the first Negotiate.
func (e *Engine) NewUplink(req UplinkRequest) *Uplink {
	u := &Uplink{
		engine: e, request: req, turn: make(chan struct{}, 1), ssrc: rand.Uint32(), //nolint:gosec // RFC 3550 randomness, no secret
		peer: newPeer(loggerOrDiscard(req.Log).With("connection", "publish"), withoutCandidates{req.Observer},
			newTransport(e.ports, udp.DeepQueue, iceKeepalive), &e.panics),
		origin: sdp.Origin{
			Username: "-", SessionID: rand.Uint64() >> 1, NetworkType: "IN", AddressType: "IP4", UnicastAddress: "0.0.0.0", //nolint:gosec // no secret
		},
	}
	u.streams.Store(&[]*uplinkStream{})
	u.sources.Store(maxSources)
	u.receiver = ingress.NewReceiver(ingress.Config{Pool: e.pool, Feedback: reports{u.peer}, SSRC: u.ssrc})
	u.peer.most = &u.sources
	u.peer.onDisturbed = req.Disturbed
	u.peer.onConnected, u.peer.onTick, u.peer.onClosed = func() {}, u.tick, u.closed
	return u
}

// Negotiate answers an offer. streams are all that shall be published from here on. New ones
// become Publications, which are returned by ID; those that are no longer listed are closed;
// the others stay the same Publication, in the same sections. Sections that are no stream's
// are answered inactive. An offer with new ICE credentials restarts ICE. One that stops all
// its sections is refused: browsers end their transport with the last, and what they add
// later would begin another. There is one negotiation at a time, and others wait.
//
// Media may come from the return on, or much later. The errors are ErrBadOffer, ErrNoMedia,
// ErrClosed or the context's. After the first two nothing has changed, unless the connection
// is reported as failed; so it is with the others.
func (u *Uplink) Negotiate(ctx context.Context, text string, streams []UplinkStream) (answer string, published map[string]*Publication, err error) {
	ctx, step := tracing.Start(ctx, "media.offer")
	defer func() { conclude(step, err) }()
	select {
	case u.turn <- struct{}{}:
		defer func() { <-u.turn }()
	case <-ctx.Done():
		return "", nil, fmt.Errorf("negotiate: %w", ctx.Err())
	}
	if u.peer.isClosing() {
		return "", nil, fmt.Errorf("negotiate: %w", ErrClosed)
	}
	o, err := parseOffer(text, u.engine.known)
	if err != nil {
		return "", nil, err
	}
	plan, err := planUplink(o, streams, u.live(), *u.engine.allowed.Load())
	if err != nil {
		return "", nil, err
	}
	if err := u.admit(plan); err != nil {
		return "", nil, err
	}
	step.End()
	if err := u.begin(plan.transport); err != nil {
		return "", nil, err
	}
	type result struct {
		answer    string
		published map[string]*Publication
		err       error
	}
	done := make(chan result, 1)
	u.peer.do(func() {
		answer, published, err := u.negotiate(ctx, plan, streams)
		done <- result{answer, published, err}
	})
	select {
	case r := <-done:
		return r.answer, r.published, r.err
	case <-u.peer.closing:
		return "", nil, fmt.Errorf("negotiate: %w", ErrClosed)
	}
}

// admit refuses what this connection cannot do.
func (u *Uplink) admit(plan *uplinkPlan) error {
	switch {
	case u.remote.fingerprint == "" && len(plan.fresh) == 0:
		return fmt.Errorf("%w: no stream is to be published", ErrNoMedia)
	case u.remote.fingerprint != "" && !strings.EqualFold(u.remote.fingerprint, plan.transport.fingerprint):
		return fmt.Errorf("%w: it is of another connection, with another certificate", ErrBadOffer)
	}
	return nil
}

// negotiate runs on the peer's goroutine.
func (u *Uplink) negotiate(ctx context.Context, plan *uplinkPlan, list []UplinkStream) (string, map[string]*Publication, error) {
	if err := ctx.Err(); err != nil && u.remote.fingerprint != "" {
		return "", nil, fmt.Errorf("negotiate: %w", err)
	}
	if err := u.connect(ctx, plan.transport); err != nil {
		u.peer.fail("the client's description was not taken")
		return "", nil, err
	}
	u.origin.SessionVersion++
	answer, err := plan.describe(u.own, u.remote.answeredRole(), u.origin)
	if err != nil {
		u.peer.fail(err.Error())
		return "", nil, err
	}
	u.peer.log.Debug("offer answered", "number", u.origin.SessionVersion, "streams", len(list), "new", len(plan.fresh), "ended", len(plan.ended))
	return answer, u.commit(plan, list), nil
}

// AddICECandidate is as in Peer. Those that come before the first Negotiate are kept.
func (u *Uplink) AddICECandidate(c Candidate) error {
	use, err := c.usable()
	if err != nil || !use {
		return err
	}
	u.mu.Lock()
	open := u.open
	if !open && len(u.early) < maxCandidates {
		u.early = append(u.early, c)
	}
	u.mu.Unlock()
	if open {
		return u.peer.AddICECandidate(c)
	}
	return nil
}

// Close ends the connection and its publications. It does not wait.
func (u *Uplink) Close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	first := !u.peer.isClosing()
	u.peer.Close()
	if first && !u.begun {
		close(u.peer.closed) // there is no goroutine that would
	}
}

// Done is closed when all is torn down.
func (u *Uplink) Done() <-chan struct{} { return u.peer.Done() }
