package egress

import (
	"math"
	"slices"

	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// audioRoom is the sound of one room on one shard, of which the loudest is forwarded.
type audioRoom struct {
	loudest *speaker.Loudest[*feed]
	feeds   int
}

// SetLoudest changes how many of a room are heard at a time, in the rooms there are
// as well; 0 is all. It may be called from any goroutine and does not wait.
func (e *Engine) SetLoudest(n int) {
	for _, s := range e.shards {
		s.command(func() { s.setLoudest(n) })
	}
}

func (s *Shard) setLoudest(n int) {
	s.loudest = n
	for _, c := range s.audioRooms {
		c.loudest.Resize(s.places())
	}
	for _, f := range s.feeds {
		if f.sound && f.audioRoom == nil {
			f.heard = f.newest() // all was forwarded until now
			s.joinAudioRoom(f)
		}
	}
}

// places is how many of a room are heard.
func (s *Shard) places() int {
	if s.loudest == 0 {
		return math.MaxInt
	}
	return s.loudest
}

// joinAudioRoom makes the feed one of its room's, if there is a limit to how many are heard
// at a time, or was when the room began.
func (s *Shard) joinAudioRoom(f *feed) {
	room := f.source.Room()
	c := s.audioRooms[room]
	if room == "" || s.loudest == 0 && c == nil {
		return
	}
	if c == nil {
		c = &audioRoom{loudest: speaker.NewLoudest[*feed](s.places())}
		s.audioRooms[room] = c
	}
	c.feeds++
	c.loudest.Add(f)
	f.audioRoom = c
}

// leaveAudioRoom takes the feed out of its room.
func (f *feed) leaveAudioRoom() {
	if f.audioRoom == nil {
		return
	}
	f.audioRoom.loudest.Remove(f)
	if f.audioRoom.feeds--; f.audioRoom.feeds == 0 {
		delete(f.shard.audioRooms, f.source.Room())
	}
	f.audioRoom = nil
}

// keepLoudest leaves out of the batch the sound that is not among the loudest, and puts
// before sound that now is what came right before it. Streams know nothing of it:
// to them the source is paused.
func (f *feed) keepLoudest() {
	heard := f.spare[:0]
	muted := !slices.ContainsFunc(f.streams, func(st *Stream) bool { return !st.muted })
	for i, p := range f.pending {
		f.pending[i] = nil
		forward, opened := false, false
		if !muted { // who is muted for all takes nobody's place
			forward, opened = f.audioRoom.loudest.Packet(f, speaker.SampleOf(p), p.Arrival)
		}
		if !forward {
			f.withhold(muted)
			p.Release()
			continue
		}
		if opened {
			heard = f.resume(heard, p)
		}
		heard = append(heard, p)
		f.heard = max(f.heard, p.Seq)
	}
	f.pending, f.spare = heard, f.pending[:0]
}

// withhold counts a packet of sound that nobody gets here.
func (f *feed) withhold(muted bool) {
	why := eventUnheard
	if muted {
		why = eventMutedPacket
	}
	f.shard.stats.tally.add(why, len(f.streams))
}

// resume appends the packets right before p that were left out, and begins the
// streams anew if there are more that are not sent any more.
func (f *feed) resume(heard []*packet.Packet, p *packet.Packet) []*packet.Packet {
	ring := f.ring(p.Layer)
	first := max(f.heard+1, p.Seq-speaker.Preroll)
	if first > f.heard+1 {
		for _, st := range f.streams {
			st.selector.Interrupt()
		}
	}
	for seq := first; seq < p.Seq; seq++ {
		if before := ring.Get(seq); before != nil {
			before.Retain()
			heard = append(heard, before)
		}
	}
	return heard
}
