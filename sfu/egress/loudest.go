package egress

import (
	"slices"

	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// choir is the sound of one room on one shard, of which the loudest is forwarded.
type choir struct {
	loudest *speaker.Loudest[*feed]
	feeds   int
}

// sing makes the feed one of its room's, if there is a limit to how many are heard
// at a time.
func (s *Shard) sing(f *feed) {
	room := f.source.Room()
	if s.loudest == 0 || room == "" {
		return
	}
	c := s.choirs[room]
	if c == nil {
		c = &choir{loudest: speaker.NewLoudest[*feed](s.loudest)}
		s.choirs[room] = c
	}
	c.feeds++
	c.loudest.Add(f)
	f.choir = c
}

// fallSilent takes the feed out of its room.
func (f *feed) fallSilent() {
	if f.choir == nil {
		return
	}
	f.choir.loudest.Remove(f)
	if f.choir.feeds--; f.choir.feeds == 0 {
		delete(f.shard.choirs, f.source.Room())
	}
	f.choir = nil
}

// listen leaves out of the batch the sound that is not among the loudest, and puts
// before sound that now is what came right before it. Streams know nothing of it:
// to them the source is paused.
func (f *feed) listen() {
	heard := f.spare[:0]
	muted := !slices.ContainsFunc(f.streams, func(st *Stream) bool { return !st.muted })
	for i, p := range f.pending {
		f.pending[i] = nil
		forward, opened := false, false
		if !muted { // who is muted for all takes nobody's place
			forward, opened = f.choir.loudest.Packet(f, speaker.SampleOf(p), p.Arrival)
		}
		if !forward {
			f.shard.sent.unheard++
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
