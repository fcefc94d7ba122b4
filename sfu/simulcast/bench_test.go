package simulcast_test

import (
	"testing"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// loop is a stream without end: some seconds of one encoding over and over, with
// numbers that go on.
type loop struct {
	packets  []*packet.Packet
	at       int
	pictures packet.ExtSeq
	selector *simulcast.Selector
	rewriter *simulcast.Rewriter
}

func newLoop(tb testing.TB, cfg rtptest.Config, target simulcast.Target) *loop {
	tb.Helper()
	l := &loop{selector: simulcast.NewVideoSelector()}
	l.selector.SetTarget(target)
	l.rewriter = simulcast.NewRewriter(cfg.Codec.ClockRate(), 1, 1, cfg.Codec == codec.VP8)
	s, pool := newSource(cfg, 0), packet.NewPool()
	for n := range 120 {
		list, err := s.frame(pool, rtptest.FrameOptions{Octets: 3000}, start)
		if err != nil {
			tb.Fatal(err)
		}
		if n == 0 {
			l.pictures = list[0].PictureID
		}
		l.packets = append(l.packets, list...)
	}
	l.pictures = l.packets[len(l.packets)-1].PictureID + 1 - l.pictures
	return l
}

// next selects and rewrites one packet.
func (l *loop) next() (sent bool) {
	p := l.packets[l.at]
	switch l.selector.Admit(p) {
	case simulcast.Begin:
		l.rewriter.Switch(p, noReference, noReference, start)
		_, sent = l.rewriter.Rewrite(p)
	case simulcast.Forward:
		_, sent = l.rewriter.Rewrite(p)
	case simulcast.Leave:
		l.rewriter.Leave(p)
	case simulcast.Ignore:
	}
	p.Seq += packet.ExtSeq(len(l.packets))
	p.Timestamp += 120 * 3000
	p.PictureID += l.pictures
	l.at = (l.at + 1) % len(l.packets)
	return sent
}

func loops() map[string]func(testing.TB) *loop {
	wanted := func(spatial, temporal uint8) simulcast.Target {
		return simulcast.Target{Rung: rung(0, spatial), Temporal: temporal}
	}
	return map[string]func(testing.TB) *loop{
		"VP8 L1T1": func(tb testing.TB) *loop {
			return newLoop(tb, rtptest.Config{Codec: codec.VP8}, wanted(0, 0))
		},
		"VP8 L1T3 to T1": func(tb testing.TB) *loop {
			return newLoop(tb, rtptest.Config{Codec: codec.VP8, Mode: "L1T3"}, wanted(0, 1))
		},
		"VP9 L3T3_KEY to S1T1": func(tb testing.TB) *loop {
			return newLoop(tb, rtptest.Config{Codec: codec.VP9, Mode: "L3T3_KEY"}, wanted(1, 1))
		},
	}
}

func TestSelectAndRewriteDoNotAllocate(t *testing.T) {
	for name, start := range loops() {
		t.Run(name, func(t *testing.T) {
			l, sent := start(t), 0
			if allocs := testing.AllocsPerRun(5000, func() {
				if l.next() {
					sent++
				}
			}); allocs != 0 {
				t.Errorf("%v allocations", allocs)
			}
			if sent < 500 {
				t.Errorf("only %d packets were sent", sent)
			}
		})
	}
}

// BenchmarkSelectAndRewrite takes one packet for one subscriber, whether it goes
// out or is left out.
func BenchmarkSelectAndRewrite(b *testing.B) {
	for _, name := range []string{"VP8 L1T1", "VP8 L1T3 to T1", "VP9 L3T3_KEY to S1T1"} {
		b.Run(name, func(b *testing.B) {
			l := loops()[name](b)
			b.ReportAllocs()
			for b.Loop() {
				l.next()
			}
		})
	}
}

// BenchmarkAdmitOthers takes packets of encodings that do not go out: most of
// those of a track with simulcast.
func BenchmarkAdmitOthers(b *testing.B) {
	s := simulcast.NewVideoSelector()
	key := &packet.Packet{Layer: 1, Keyframe: true, FrameStart: true, Needed: packet.AllTargets, Switch: packet.AllTargets}
	s.Admit(key)
	other := &packet.Packet{Needed: packet.AllTargets}
	b.ReportAllocs()
	for b.Loop() {
		s.Admit(other)
	}
}
