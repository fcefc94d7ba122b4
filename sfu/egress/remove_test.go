package egress

import (
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/internal/invariant"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

func TestARemovedStreamLeavesTheOthersAlone(t *testing.T) {
	s, list := crowd(1, 3, true)
	cams := make([]*camera, len(list))
	for i, src := range list {
		cams[i] = &camera{pool: src.pool}
	}
	now := time.Now()
	round := func() {
		for i, cam := range cams {
			for _, p := range cam.capture(2) {
				if src := list[i]; len(src.sinks) > 0 {
					src.sinks[0].Push(p)
				} else {
					p.Release()
				}
			}
		}
		now = now.Add(33 * time.Millisecond)
		s.runBatch(now)
		s.flush(now)
	}
	round()
	sub := s.visits[0].sub
	streams := append([]*Stream(nil), sub.streams...)
	// It goes while its packets wait in the same batch, and what is asked of it comes too late.
	for _, p := range cams[1].capture(2) {
		list[1].sinks[0].Push(p)
	}
	sub.Remove(streams[1])
	sub.Remove(streams[1])
	streams[1].HandleRTCP(&rtcp.TransportLayerNack{Nacks: []rtcp.NackPair{{PacketID: streams[1].newest}}})
	streams[1].HandleRTCP(&rtcp.PictureLossIndication{})
	streams[1].SetMuted(true)
	streams[1].SetPreference(VideoPreference{MaxWidth: 1})
	asked := list[1].requests()
	round()
	round()
	if got := streams[1].Stats(); got.Packets != 2 || got.Retransmitted != 0 {
		t.Errorf("%d packets of the removed stream were sent and %d again, want the 2 from before", got.Packets, got.Retransmitted)
	}
	for _, i := range []int{0, 2} {
		if got := streams[i].Stats().Packets; got != 6 {
			t.Errorf("%d packets of stream %d were sent, want 6", got, i)
		}
	}
	if len(list[1].sinks) != 0 || list[1].requests() != asked {
		t.Errorf("the source still has %d sinks, and was asked for %d keyframes more", len(list[1].sinks), list[1].requests()-asked)
	}
	var st Stats
	s.stats.tally.publish(events)
	s.stats.tally.addTo(&st)
	if st.Streams[codec.H264] != 2 {
		t.Errorf("%d streams are counted, want 2", st.Streams[codec.H264])
	}
	sub.Close()
	s.runBatch(now)
	if n := list[0].pool.InUse(); n != 0 {
		t.Errorf("%d packets are held when all is gone", n)
	}
}

func TestStreamsThatComeAndGoAllocateNothingForTheOthers(t *testing.T) {
	s, list := crowd(1, 100, true)
	cam, now := &camera{pool: list[0].pool}, time.Now()
	round := func() {
		for _, p := range cam.capture(4) {
			list[0].sinks[0].Push(p)
		}
		now = now.Add(33 * time.Millisecond)
		s.runBatch(now)
		s.flush(now)
	}
	sub, w := s.visits[0].sub, &discard{}
	for range 50 {
		st := sub.Add(list[99], videoConfig(w))
		round()
		sub.Remove(st)
		round()
	}
	for range 2 * videoRing / 4 {
		round()
	}
	if allocs := testing.AllocsPerRun(200, round); allocs > 0 && !invariant.Enabled {
		t.Errorf("%v allocations for a picture to a connection of 100 streams, want 0", allocs)
	}
	if len(sub.streams) != 100 || len(sub.fed) != 100 {
		t.Errorf("%d streams are left, %d of them fed; want 100", len(sub.streams), len(sub.fed))
	}
}

// reportSizes remembers how many reports came together.
type reportSizes struct {
	discard
	sizes []int
}

func (r *reportSizes) WriteRTCP(pkts []rtcp.Packet) error {
	octets, err := rtcp.Marshal(pkts)
	r.sizes = append(r.sizes, len(octets))
	return err
}

func TestReportsOfManyStreamsFitIntoPackets(t *testing.T) {
	s, src, w := newShard(0), &fakeSource{pool: packet.NewPool()}, &reportSizes{}
	src.rtp, src.wall = 1, time.Now()
	sub := newSubscriber(s, "", w, func() {})
	for range 100 {
		sub.Add(src, videoConfig(w))
	}
	sub.Start()
	s.runBatch(time.Now())
	cam, now := &camera{pool: src.pool}, time.Now()
	for _, p := range cam.capture(2) {
		src.sinks[0].Push(p)
	}
	s.runBatch(now)
	sub.sendReports(now.Add(2 * time.Second))
	sum := 0
	for _, n := range w.sizes {
		if sum += n; n > 1200-32 {
			t.Errorf("a packet of reports has %d octets, want less than 1200 with what sealing adds", n)
		}
	}
	if sum != 100*28 {
		t.Errorf("%d octets of reports, want 100 reports of 28", sum)
	}
}
