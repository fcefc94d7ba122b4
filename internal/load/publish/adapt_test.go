package publish_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// feedback is a transport-wide report of packets that came `ticks` times 250 µs
// after each other.
func feedback(first uint16, count int, received func(i int) bool, ticks int64) *rtcp.TransportLayerCC {
	p := &rtcp.TransportLayerCC{
		SenderSSRC: serverSSRC, MediaSSRC: videoSSRC, BaseSequenceNumber: first, PacketStatusCount: uint16(count),
		Header: rtcp.Header{Type: rtcp.TypeTransportSpecificFeedback, Count: rtcp.FormatTCC},
	}
	for i := range count {
		chunk := &rtcp.RunLengthChunk{RunLength: 1}
		if received(i) {
			chunk.PacketStatusSymbol = rtcp.TypeTCCPacketReceivedLargeDelta
			p.RecvDeltas = append(p.RecvDeltas, &rtcp.RecvDelta{
				Type: rtcp.TypeTCCPacketReceivedLargeDelta, Delta: ticks * rtcp.TypeTCCDeltaScaleFactor,
			})
		}
		p.PacketChunks = append(p.PacketChunks, chunk)
	}
	octets := 20 + 2*len(p.PacketChunks) + 2*len(p.RecvDeltas)
	p.Header.Padding = octets%4 != 0
	p.Header.Length = uint16((octets+3)/4 - 1)
	return p
}

// path is a network of a certain rate with a drop-tail queue, whose far end
// sends transport-wide feedback ten times a second.
type path struct {
	s       *stage
	rate    float64 // bit/s
	queue   time.Duration
	free    time.Time // when the queue is empty
	next    int       // of s.packets
	arrived []time.Time
	first   uint16
}

// run lets time pass with feedback.
func (n *path) run(d time.Duration) {
	n.s.t.Helper()
	for end := n.s.now.Add(d); n.s.now.Before(end); {
		n.s.run(100 * time.Millisecond)
		n.carry()
		n.report()
	}
}

// carry moves what was sent to the far end.
func (n *path) carry() {
	for ; n.next < len(n.s.packets); n.next++ {
		p := n.s.packets[n.next]
		if n.free.Before(p.at) {
			n.free = p.at
		}
		if len(n.arrived) == 0 {
			n.first = binary.BigEndian.Uint16(p.GetExtension(transportID))
		}
		if n.free.Sub(p.at) > n.queue {
			n.arrived = append(n.arrived, time.Time{})
			continue
		}
		n.free = n.free.Add(time.Duration(float64(len(p.bytes)*8) / n.rate * float64(time.Second)))
		n.arrived = append(n.arrived, n.free)
	}
}

// report sends feedback about all packets since the last one.
func (n *path) report() {
	const unit = 64 * time.Millisecond
	if len(n.arrived) == 0 {
		return
	}
	p := feedback(n.first, len(n.arrived), func(i int) bool { return !n.arrived[i].IsZero() }, 0)
	var at time.Duration
	delta := 0
	for _, arrived := range n.arrived {
		if arrived.IsZero() {
			continue
		}
		since := arrived.Sub(start)
		if delta == 0 {
			at = since.Truncate(unit)
			p.ReferenceTime = uint32(since / unit)
		}
		p.RecvDeltas[delta].Delta = (since - at).Microseconds() / 250 * 250
		at += time.Duration(p.RecvDeltas[delta].Delta) * time.Microsecond
		delta++
	}
	n.arrived = n.arrived[:0]
	n.s.hear(p)
}

func adapting(cfg publish.Config) publish.Config {
	cfg.Adapt = true
	return cfg
}

// targets returns the bitrates of the encodings, and their sum.
func targets(s *stage) (list []int, sum int) {
	for _, v := range s.sender.Stats().Video {
		list = append(list, v.Target)
		sum += v.Target
	}
	return list, sum
}

func TestWidePathLeavesTheTargetAlone(t *testing.T) {
	s := newStage(t, adapting(simulcast()))
	n := path{s: s, rate: 10_000_000, queue: 200 * time.Millisecond}
	n.run(20 * time.Second)
	if list, sum := targets(s); sum != 2_200_000 {
		t.Errorf("targets %v", list)
	}
}

func TestNarrowPathTakesTheHighestEncodingsFirst(t *testing.T) {
	for name, queue := range map[string]time.Duration{"by loss": 30 * time.Millisecond, "by delay": 10 * time.Second} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, adapting(simulcast()))
			n := path{s: s, rate: 900_000, queue: queue}
			n.run(30 * time.Second)
			list, sum := targets(s)
			if list[2] != 0 || list[0] != 200_000 || sum > 900_000 {
				t.Errorf("targets %v on a path of 900 kbit/s", list)
			}
			stopped := len(s.of(videoSSRC + 2))
			n.rate = 20_000_000
			from := s.now
			n.run(100 * time.Second)
			if list, sum := targets(s); sum != 2_200_000 {
				t.Errorf("targets %v after the path has widened", list)
			}
			again := s.of(videoSSRC + 2)[stopped]
			if again.at.Before(from) {
				t.Fatalf("began again at %v, before the path widened", again.at)
			}
			// pictures checks that numbers go on without a gap.
			for _, p := range s.pictures(codec.VP8, videoSSRC+2) {
				if p.packets[0].SequenceNumber == again.SequenceNumber && (!p.keyframe || p.stamp.Resumed) {
					t.Errorf("began again with keyframe %v, resumed %v", p.keyframe, p.stamp.Resumed)
				}
			}
		})
	}
}

func TestSingleEncodingChangesToASmallerClip(t *testing.T) {
	cfg := adapting(config(codec.VP8))
	cfg.Video = clips()[codec.VP8]
	cfg.Bitrates = []int{1_500_000}
	s := newStage(t, cfg)
	n := path{s: s, rate: 10_000_000, queue: 50 * time.Millisecond}
	n.run(5 * time.Second)
	width := func() uint16 {
		t.Helper()
		list := s.pictures(codec.VP8, videoSSRC)
		for i := len(list) - 1; i >= 0; i-- {
			if info, err := codec.Inspect(codec.VP8, list[i].packets[0].Payload); err == nil && info.Keyframe {
				return info.Width
			}
		}
		return 0
	}
	if w := width(); w != 1280 {
		t.Errorf("begins with a width of %d", w)
	}
	n.rate = 400_000
	n.run(30 * time.Second)
	if w := width(); w != 640 && w != 320 {
		t.Errorf("width %d on a path of 400 kbit/s", w)
	}
	if _, sum := targets(s); sum > 450_000 {
		t.Errorf("target %d on a path of 400 kbit/s", sum)
	}
	before, from := s.sender.Stats().Video[0].Octets, s.now
	n.run(20 * time.Second)
	rate := float64(s.sender.Stats().Video[0].Octets-before) * 8 / s.now.Sub(from).Seconds()
	if rate < 200_000 || rate > 450_000 {
		t.Errorf("sends %.0f bit/s", rate)
	}
	n.rate = 10_000_000
	n.run(60 * time.Second)
	if w := width(); w != 1280 {
		t.Errorf("width %d after the path has widened", w)
	}
}

func TestWithoutAdaptALadderSendsItsLargestClip(t *testing.T) {
	cfg := config(codec.VP8)
	cfg.Video = clips()[codec.VP8]
	cfg.Bitrates = []int{1_500_000}
	s := newStage(t, cfg)
	n := path{s: s, rate: 300_000, queue: 50 * time.Millisecond}
	n.run(10 * time.Second)
	if _, sum := targets(s); sum != 1_500_000 {
		t.Errorf("target %d", sum)
	}
	info, err := codec.Inspect(codec.VP8, s.of(videoSSRC)[0].Payload)
	if err != nil || info.Width != 1280 {
		t.Errorf("width %d, %v", info.Width, err)
	}
}

func TestReceiverReportsAreEnoughToAdapt(t *testing.T) {
	s := newStage(t, adapting(simulcast()))
	report := func(lost uint8) {
		s.run(time.Second)
		s.hear(&rtcp.ReceiverReport{SSRC: serverSSRC, Reports: []rtcp.ReceptionReport{
			{SSRC: videoSSRC, FractionLost: lost}, {SSRC: audioSSRC, FractionLost: 255},
		}})
	}
	report(0)
	if _, sum := targets(s); sum != 2_200_000 {
		t.Errorf("target %d without loss of video", sum)
	}
	report(64)
	if _, sum := targets(s); sum != 1_870_000 {
		t.Errorf("target %d after a quarter was lost, want a cut of 15 %%", sum)
	}
	report(10) // 4 %
	if _, sum := targets(s); sum != 1_870_000 {
		t.Errorf("target %d after 4 %% were lost, want the same", sum)
	}
	report(1)
	if _, sum := targets(s); sum != 1_890_000 {
		t.Errorf("target %d without loss, want 20 kbit/s more", sum)
	}
	for range 30 {
		report(255)
	}
	if list, sum := targets(s); sum != 100_000 || list[0] != 100_000 {
		t.Errorf("targets %v, want 100 kbit/s at the least", list)
	}
}
