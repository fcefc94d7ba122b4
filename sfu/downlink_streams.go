package sfu

import (
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/egress"
)

// carrier is the one track that Pion knows of a Downlink. It is never sent; where Pion
// seals, what it writes with writes for all streams, since the source stands in the header.
type carrier struct{ out webrtc.TrackLocalWriter }

var _ webrtc.TrackLocal = (*carrier)(nil)

// join adds it to a connection.
func (c *carrier) join(pc *webrtc.PeerConnection) error {
	init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
	if _, err := pc.AddTransceiverFromTrack(c, init); err != nil {
		return fmt.Errorf("prepare the connection: %w", err)
	}
	return nil
}

// Bind is called by Pion when the first answer is set.
func (c *carrier) Bind(t webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	c.out = t.WriteStream()
	return t.CodecParameters()[0], nil
}

// Unbind does nothing.
func (c *carrier) Unbind(webrtc.TrackLocalContext) error { return nil }

// ID is the track's id in a=msid, which nobody sees.
func (c *carrier) ID() string { return "carrier" }

// StreamID is likewise.
func (c *carrier) StreamID() string { return "carrier" }

// RID is empty.
func (c *carrier) RID() string { return "" }

// Kind is the one that costs least.
func (c *carrier) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }

// issuedSources are the SSRCs that a connection has ever given to a stream: none is given
// again, as its packet numbers would be sealed a second time under one key, and none that
// the client reports about counts as invented by it.
type issuedSources struct {
	mu  sync.Mutex
	set map[uint32]bool
}

// next returns a new one (RFC 3550 section 8).
func (i *issuedSources) next() uint32 {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.set == nil {
		i.set = map[uint32]bool{0: true}
	}
	for {
		if ssrc := rand.Uint32(); !i.set[ssrc] { //nolint:gosec // no secret
			i.set[ssrc] = true
			return ssrc
		}
	}
}

// has reports whether it was given. Any goroutine.
func (i *issuedSources) has(ssrc uint32) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.set[ssrc]
}

// issue gives the sender its sources.
func (s *sender) issue(from *issuedSources) {
	s.source = from.next()
	if s.track.kind == Video {
		s.repair = from.next()
	}
}

// begin sends what the client has agreed to. It runs on the peer's goroutine.
func (d *Downlink) begin(snd *sender) {
	repair := snd.repair
	if snd.codec.rtx == 0 {
		repair = 0
	}
	st := snd.begin(snd.source, repair, snd.codec.rtx, d.sealer)
	st.SetMuted(snd.muted()) // it may have changed in the meantime
	if snd.track.kind == Video {
		snd.of.wish.apply(st)
	}
}

// sealer returns who seals a sender's packets: from the first one on it must be the one
// who seals all, since nobody else may write then (see peerTransport.secure). Before the
// keys are known nothing is sent.
func (d *Downlink) sealer(snd *sender) egress.Sealer {
	if d.keys == nil {
		return pionSealer{d.carrier.out}
	}
	return snd.sealer(d.keys, d.peer.transport, d.engine.queues[d.subscriber.Shard()])
}

// connected runs on the peer's goroutine.
func (d *Downlink) connected() {
	keys, err := d.engine.takeKeys(d.peer, d.subscriber)
	if err != nil {
		d.peer.fail(err.Error())
		return
	}
	if d.keys = keys; keys != nil {
		for _, snd := range d.routes.Load().senders {
			snd.stream.Load().SetSealer(d.sealer(snd))
		}
	}
	d.subscriber.SetRemote(d.peer.transport.remote())
	d.subscriber.Start()
}

// forget lets go of what was kept to seal a sender that has ended.
func (d *Downlink) forget(snd *sender) {
	if d.keys != nil {
		d.keys.Forget(snd.source)
		d.keys.Forget(snd.repair)
	}
}

// reroute has RTCP go to the streams that there are now.
func (d *Downlink) reroute() {
	r := &routes{bySSRC: make(map[uint32]*egress.Stream)}
	for _, x := range d.sections.list {
		if snd := x.now; snd != nil && snd.stream.Load() != nil {
			r.senders = append(r.senders, snd)
			r.bySSRC[snd.source] = snd.stream.Load()
		}
	}
	if len(r.senders) > 0 {
		r.any = d.subscriber
	}
	d.routes.Store(r)
}

// routes are the streams of a connection that may have a hundred, for what comes back of
// them. They do not change.
type routes struct {
	senders senders
	bySSRC  map[uint32]*egress.Stream
	any     *egress.Subscriber // nil without streams
}

func (r *routes) stream(ssrc uint32) *egress.Stream { return r.bySSRC[ssrc] }
func (r *routes) subscriber() *egress.Subscriber    { return r.any }
func (r *routes) echoes() senders                   { return r.senders[:min(len(r.senders), 1)] }
