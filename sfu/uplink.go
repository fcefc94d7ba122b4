package sfu

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"
	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/ingress"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// UplinkRequest asks for the publishing connection of a participant.
type UplinkRequest struct {
	// Observer hears when the connection is lost. It gets no candidates: all of ours stand in
	// each answer.
	Observer Observer
	// Room is as in PublishRequest.
	Room string
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
			newTransport(e.ports, udp.DeepQueue, iceKeepalive)),
		origin: sdp.Origin{
			Username: "-", SessionID: rand.Uint64() >> 1, NetworkType: "IN", AddressType: "IP4", UnicastAddress: "0.0.0.0", //nolint:gosec // no secret
		},
	}
	u.streams.Store(&[]*uplinkStream{})
	u.sources.Store(maxSources)
	u.receiver = ingress.NewReceiver(ingress.Config{Pool: e.pool, Feedback: reports{u.peer}, SSRC: u.ssrc})
	u.peer.most = &u.sources
	u.peer.onConnected, u.peer.onTick, u.peer.onClosed = func() {}, u.tick, u.closed
	return u
}

// reports is the feedback of a whole connection: what is about a track, its Publication gets.
type reports struct{ peer *Peer }

// SendRTCP implements ingress.Feedback.
func (r reports) SendRTCP(pkts []rtcp.Packet) { _ = r.peer.WriteRTCP(pkts) }

// KeyframeNeeded implements ingress.Feedback; no track has this one.
func (reports) KeyframeNeeded(*ingress.Track, packet.Layer) {}

// Negotiate answers an offer. streams are all that shall be published from here on. New ones
// become Publications, which are returned by ID; those that are no longer listed are closed;
// the others stay the same Publication, in the same sections. Sections that are no stream's
// are answered inactive. An offer with new ICE credentials restarts ICE. There is one
// negotiation at a time, and others wait.
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

// begin makes the connection, if there is none yet.
func (u *Uplink) begin(client remoteTransport) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.begun:
		return nil
	case u.peer.isClosing():
		return fmt.Errorf("negotiate: %w", ErrClosed)
	}
	media, err := transportEngine()
	if err != nil {
		return err
	}
	pc, err := u.engine.newPeerConnection(media, u.peer, u.inlet)
	if err != nil {
		return err
	}
	if err := u.engine.census.adopt(u.peer, u); err != nil {
		_ = pc.Close()
		return err
	}
	u.begun = true
	u.remote.setup = client.setup
	u.peer.attach(pc, transportMID)
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
	return answer, u.commit(plan, list), nil
}

// connect begins the transport, or ICE anew, or does nothing because both are as they were.
func (u *Uplink) connect(ctx context.Context, client remoteTransport) error {
	var description string
	var err error
	switch {
	case u.remote.fingerprint == "":
		description, err = u.peer.answerOffer(ctx, client.describe())
		u.peer.connecting.answer(ctx)
	case u.remote.credentials != client.credentials:
		client.setup = u.remote.setup
		description, err = u.peer.answerRestart(ctx, client.describe())
	default:
		return nil
	}
	if err != nil {
		return err
	}
	u.remote, u.own = client, localTransportOf(description)
	u.mu.Lock()
	early := u.early
	u.early, u.open = nil, true
	u.mu.Unlock()
	for _, c := range slices.Concat(client.candidates, early) {
		if use, err := c.usable(); use && err == nil {
			u.peer.addCandidate(webrtc.ICECandidateInit{Candidate: c.Candidate})
		}
	}
	return nil
}

// commit makes the plan true, and returns the new publications. It runs on the peer's
// goroutine.
func (u *Uplink) commit(plan *uplinkPlan, list []UplinkStream) map[string]*Publication {
	u.sweep()
	for _, s := range plan.ended {
		u.end(s)
	}
	published := make(map[string]*Publication, len(plan.fresh))
	for _, s := range plan.fresh {
		at := slices.IndexFunc(list, func(want UplinkStream) bool { return want.ID == s.id })
		u.publish(s, list[at])
		published[s.id] = s.publication
	}
	return published
}

// publish begins a stream.
func (u *Uplink) publish(s *uplinkStream, as UplinkStream) {
	own := newOwner()
	own.commands = u.peer.commands // it has no goroutine of its own
	p := &Publication{
		owner: &own, peer: u.peer, uplink: u, upstream: u.peer, receiver: u.receiver,
		engine: u.engine, room: u.request.Room, layers: as.Layers, ssrc: u.ssrc, streamID: newStreamID(),
	}
	if as.Quiet {
		p.room = ""
	}
	tracks, ids := received(s.use)
	made := u.receiver.NewTracks(tracks, ids, p)
	p.addTracks(made, s.use)
	s.publication = p
	u.sources.Store(min(u.sources.Load()+int32(sourcesPerTrack*len(made)), mostSources)) //nolint:gosec // two at most
	u.replace(func(all []*uplinkStream) []*uplinkStream { return append(all, s) })
	u.receiver.Add(made, ids)
}

// end closes a stream's publication. It runs on the peer's goroutine.
func (u *Uplink) end(s *uplinkStream) {
	if !slices.Contains(*u.streams.Load(), s) {
		return
	}
	p := s.publication
	p.owner.Close()
	var tracks []*ingress.Track
	for _, t := range p.tracks {
		tracks = append(tracks, t.Track)
	}
	u.receiver.Remove(tracks)
	p.closed()
	u.replace(func(all []*uplinkStream) []*uplinkStream {
		return slices.DeleteFunc(all, func(x *uplinkStream) bool { return x == s })
	})
	close(p.owner.closed)
}

// replace changes a copy of the list of streams.
func (u *Uplink) replace(change func([]*uplinkStream) []*uplinkStream) {
	u.mu.Lock()
	defer u.mu.Unlock()
	list := change(slices.Clone(*u.streams.Load()))
	u.streams.Store(&list)
}

// live returns the streams whose publications nobody has closed.
func (u *Uplink) live() []*uplinkStream {
	return slices.DeleteFunc(slices.Clone(*u.streams.Load()), func(s *uplinkStream) bool { return s.publication.owner.isClosing() })
}

// inlet implements the buffer factory of the connection: RTP goes to the receiver, and
// sender reports and what is said of pausing too.
func (u *Uplink) inlet(kind packetio.BufferPacketType, ssrc uint32) *inlet {
	if kind == packetio.RTPBufferPacket {
		return &inlet{take: func(b []byte) { u.receiver.WriteRTP(b, time.Now()) }}
	}
	return &inlet{take: func(b []byte) { // one RTCP packet at a time
		if len(b) < rtcpHeader {
			return
		}
		var sr rtcp.SenderReport
		switch rtcp.PacketType(b[1]) {
		case rtcp.TypeSenderReport:
			if sr.Unmarshal(b) == nil && sr.SSRC == ssrc {
				u.receiver.SenderReport(&sr, time.Now())
			}
		case rtcp.TypeTransportSpecificFeedback:
			for _, s := range *u.streams.Load() {
				s.publication.paused(b)
			}
		}
	}}
}

// tick does what is due of all publications. It runs on the peer's goroutine.
func (u *Uplink) tick(now time.Time) (next time.Duration) {
	u.sweep()
	if !u.peer.connected {
		return 0
	}
	if !now.Before(u.nextRTT) {
		u.nextRTT = now.Add(rttInterval)
		u.measureRTT()
	}
	next = u.nextRTT.Sub(now)
	for _, s := range *u.streams.Load() {
		next = sooner(next, s.publication.tickTracks(now))
	}
	return next
}

// sweep ends what was closed. It runs on the peer's goroutine.
func (u *Uplink) sweep() {
	for _, s := range *u.streams.Load() {
		if s.publication.owner.isClosing() {
			u.end(s)
		}
	}
}

func (u *Uplink) measureRTT() {
	rtt, ok := u.peer.roundTrip()
	if !ok {
		return
	}
	for _, s := range *u.streams.Load() {
		s.publication.setRTT(rtt)
	}
}

// closed runs on the peer's goroutine, before the connection is cut.
func (u *Uplink) closed() {
	for _, s := range *u.streams.Load() {
		u.end(s)
	}
}

func (u *Uplink) published() (all []*Track) {
	for _, s := range *u.streams.Load() {
		all = append(all, s.publication.tracks...)
	}
	return all
}

func (u *Uplink) receiving() *ingress.Receiver { return u.receiver }

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

// transportMID names the section in which Pion sees the transport.
const transportMID = "transport"

// transportEngine knows what transportOffer offers.
func transportEngine() (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	for _, c := range []offeredCodec{{codec: codec.Opus, payloadType: 111}, {codec: codec.VP8, payloadType: 96}} {
		if err := register(m, c, nil); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// describe writes the offer of a connection without media, which is all that Pion sees. It
// has two sections: of one Pion believes that all unknown sources belong in it.
func (t remoteTransport) describe() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0")
	line("a=group:BUNDLE %s idle", transportMID)
	line("a=fingerprint:%s", t.fingerprint)
	if t.lite {
		line("a=%s", sdp.AttrKeyICELite)
	}
	for _, s := range []struct{ kind, pt, name, mid string }{{"audio", "111", "opus/48000/2", transportMID}, {"video", "96", "VP8/90000", "idle"}} {
		line("m=%s 9 UDP/TLS/RTP/SAVPF %s\r\nc=IN IP4 0.0.0.0", s.kind, s.pt)
		line("a=rtpmap:%s %s", s.pt, s.name)
		line("a=mid:%s\r\na=%s\r\na=%s", s.mid, sdp.AttrKeyRTCPMux, sdp.AttrKeyInactive)
		line("%s%s\r\n%s%s", ufragLine, t.credentials.Ufrag, passwordLine, t.credentials.Password)
		if t.setup != "" {
			line("a=%s:%s", sdp.AttrKeyConnectionSetup, t.setup)
		}
	}
	return b.String()
}
