package sfu

import (
	"slices"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/transport/v4/packetio"

	"github.com/atrium-rtc/atrium/sfu/ingress"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// reports is the feedback of a whole connection: what is about a track, its Publication gets.
type reports struct{ peer *Peer }

// SendRTCP implements ingress.Feedback.
func (r reports) SendRTCP(pkts []rtcp.Packet) { _ = r.peer.WriteRTCP(pkts) }

// KeyframeNeeded implements ingress.Feedback; no track has this one.
func (reports) KeyframeNeeded(*ingress.Track, packet.Layer) {}

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
		return &inlet{peer: u.peer, take: func(b []byte) { u.receiver.WriteRTP(b, time.Now()) }}
	}
	return &inlet{peer: u.peer, take: func(b []byte) { // one RTCP packet at a time
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
