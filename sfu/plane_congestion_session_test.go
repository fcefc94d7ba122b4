package sfu_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/egress"
)

// A client with one connection for each stream has one estimate, and is served as
// over one connection.
func TestPlaneSessionOfManyConnections(t *testing.T) {
	eachSeed(t, func(t *testing.T, seed uint64) {
		const settled, end = 15 * time.Second, 25 * time.Second
		simulatePlane(t, rooms(seed, 100*kbit, 400*kbit, 1500*kbit), func(p *plane) {
			cfg := measured("connection", narrow(mbit, time.Second))
			cfg.session, cfg.remote, cfg.apart = "legacy", netip.MustParseAddr("192.0.2.1"), true
			tiles := joinAll(p.crowd(6), cfg, func(i int, cfg *viewerConfig) {
				cfg.soundless = i > 0
				cfg.preference = &egress.VideoPreference{Priority: bwe.PriorityThumbnail}
				if i == 0 {
					cfg.preference = &egress.VideoPreference{Priority: bwe.PriorityPinned}
				}
			})
			first := tiles[0]
			samples := first.sampled(50 * time.Millisecond)
			var means []bwe.Bitrate
			for i, v := range tiles {
				means = append(means, 0)
				p.every(50*time.Millisecond, func() bool {
					if p.since() > settled {
						means[i] += v.sub.Stats().Estimate / 200
					}
					return true
				})
			}
			p.play(end)
			apart := (slices.Max(means) - slices.Min(means)).Scale(1 / float64(slices.Max(means)) * 100)
			queue := first.record.queue(settled, end, 0.95)
			tell(t, "pinned: %.0f %% large, %.0f %% half; estimate %v, those of the connections %d %% apart on average; queue %v (95 %%), %d kbit/s on the link",
				100*first.share(settled, end, ofEncoding(2)), 100*first.share(settled, end, ofEncoding(1)),
				(*samples)[len(*samples)-1].Estimate, apart, queue, first.record.rate(settled, end)/kbit)
			if apart > 5 { // each is told now and then
				t.Errorf("the estimates of the connections are %d %% apart on average", apart)
			}
			if over := allocatedBeyond(*samples, 6*time.Second); over > 0 {
				t.Errorf("%v allocated beyond the estimate", over)
			}
			if queue > 250*time.Millisecond { // a raise that fails is a large part of ten seconds
				t.Errorf("packets spend %v (95 %%) in the queue", queue)
			}
			if share := first.share(settled, end, func(s show) bool { return s.encoding >= 1 }); share < 0.9 {
				t.Errorf("pinned: %.0f %% of the pictures are large", 100*share)
			}
			for i, v := range tiles {
				v.starves(i, settled, end)
				v.conforms()
			}
		})
	})
}

// lie makes the feedback that a receiver sends instead of a true one.
type lie struct {
	name string
	tell func(v *planeViewer, n int) [][]byte
}

// transportFeedback writes transport-wide feedback.
func transportFeedback(base uint16, statuses []uint16, deltas []int64, reference uint32, count uint8) []byte {
	fb := &rtcp.TransportLayerCC{
		SenderSSRC: 1, MediaSSRC: 1, BaseSequenceNumber: base, PacketStatusCount: uint16(len(statuses)),
		ReferenceTime: reference & 0xffffff, FbPktCount: count,
	}
	for i := 0; i < len(statuses); i += 7 {
		chunk := &rtcp.StatusVectorChunk{SymbolSize: rtcp.TypeTCCSymbolSizeTwoBit, SymbolList: make([]uint16, 7)}
		copy(chunk.SymbolList, statuses[i:])
		fb.PacketChunks = append(fb.PacketChunks, chunk)
	}
	for i, s := range statuses {
		if s != rtcp.TypeTCCPacketNotReceived {
			fb.RecvDeltas = append(fb.RecvDeltas, &rtcp.RecvDelta{Type: s, Delta: 250 * deltas[i]})
		}
	}
	size := 20 + 2*len(fb.PacketChunks)
	for _, d := range fb.RecvDeltas {
		size += int(d.Type)
	}
	padded := (size + 3) / 4 * 4
	fb.Header = rtcp.Header{Padding: padded > size, Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: uint16(padded/4 - 1)}
	b, err := fb.Marshal()
	if err != nil {
		panic(err)
	}
	return b
}

// about tells the same of 98 numbers from base on, each delta units of 250 µs after
// the one before.
func about(base uint16, n int, received bool, delta int64, reference uint32) []byte {
	statuses, deltas := make([]uint16, 98), make([]int64, 98)
	for i := range statuses {
		if received {
			statuses[i], deltas[i] = rtcp.TypeTCCPacketReceivedSmallDelta, delta
		}
	}
	return transportFeedback(base, statuses, deltas, reference, uint8(n))
}

// lies are what a receiver may invent.
func lies() []lie {
	reference := func(v *planeViewer) uint32 { return uint32(v.plane.since() / (64 * time.Millisecond)) }
	highest := func(v *planeViewer) uint16 { return v.numbered }
	honest := func(v *planeViewer) (list [][]byte) {
		for _, pkt := range v.arrivals.BuildFeedbackPacket() {
			if b, err := pkt.Marshal(); err == nil {
				list = append(list, b)
			}
		}
		return list
	}
	remb := func(rate float32) func(*planeViewer, int) [][]byte {
		return func(v *planeViewer, _ int) [][]byte {
			v.send(&rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: rate, SSRCs: []uint32{v.ssrc.video}})
			return honest(v)
		}
	}
	return []lie{
		{"numbers never sent", func(v *planeViewer, n int) [][]byte {
			return append(honest(v), about(highest(v)+20000, n, true, 4, reference(v)))
		}},
		{"clock jumps", func(v *planeViewer, n int) [][]byte {
			return [][]byte{about(highest(v)-97, n, true, 1, reference(v)+uint32(n%7)*56250)} // hours
		}},
		{"twice and reordered", func(v *planeViewer, n int) [][]byte {
			list := honest(v)
			v.kept = append(v.kept, list...)
			if len(v.kept) > 20 {
				v.kept = v.kept[len(v.kept)-20:]
			}
			for range 4 {
				list = append(list, v.kept[v.random.IntN(max(1, len(v.kept)))])
			}
			return list
		}},
		{"truncated", func(v *planeViewer, n int) [][]byte {
			list := honest(v)
			for i := range list {
				list[i] = list[i][:4+v.random.IntN(len(list[i])-3)]
			}
			return list
		}},
		{"noise", func(v *planeViewer, n int) [][]byte {
			b := make([]byte, 4+v.random.IntN(400))
			for i := range b {
				b[i] = byte(v.random.Uint32())
			}
			b[0], b[1] = 0x8f, 205
			binary.BigEndian.PutUint16(b[2:], uint16(len(b)/4-1))
			return [][]byte{b}
		}},
		{"REMB of 0", remb(0)},
		{"REMB of 1", remb(1)},
		{"REMB of 2^60", remb(1 << 60)},
		{"REMB without end", remb(math.MaxFloat32)},
		{"everything lost", func(v *planeViewer, n int) [][]byte {
			return [][]byte{about(highest(v)-97, n, false, 0, reference(v))}
		}},
		{"everything at once", func(v *planeViewer, n int) [][]byte {
			return [][]byte{about(highest(v)-97, n, true, 0, reference(v))}
		}},
		{"a flood", func(v *planeViewer, n int) (list [][]byte) {
			for i := range 200 {
				list = append(list, about(uint16(v.random.Uint32()), i, i%2 == 0, int64(i), v.random.Uint32()))
			}
			return list
		}},
	}
}

// A receiver that lies harms nobody but itself, and hears all the same. Who
// subscribes to the same publisher sees no freeze. A session at the same address
// gets the same octets at the same moments, and has the same estimates, as without
// the lies, if it is on another shard; when a shard looks at feedback depends on all
// that it has to do. On the same shard it has an estimate of its own, and so has a
// session of the same name at another address.
func TestPlaneLiesAboutArrivals(t *testing.T) {
	slowUnderRace(t)
	var truth string
	t.Run("none", func(t *testing.T) { truth = liesAboutArrivals(t, nil) })
	for _, l := range lies() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			if liesAboutArrivals(t, &l) != truth {
				t.Error("another session got something else than without the lies")
			}
		})
	}
}

// liesAboutArrivals returns what another session got, and its estimates.
func liesAboutArrivals(t *testing.T, l *lie) (seen string) {
	t.Helper()
	const begin, end = 4 * time.Second, 10 * time.Second
	cfg := rooms(1, 150*kbit, 500*kbit, 1700*kbit)
	cfg.shards = 2
	simulatePlane(t, cfg, func(p *plane) {
		planes := p.crowd(2)
		home, other := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
		liar, witness := measured("liar", narrow(5*mbit, time.Second)), measured("witness", narrow(3*mbit, time.Second))
		liar.session, liar.remote = "one", home
		witness.session, witness.remote = "two", home
		v := planes[0].join(liar)
		w := planes[1].join(witness) // on the other shard
		witness.session, witness.remote = "one", other
		twin := planes[1].join(witness) // on the liar's shard
		control := planes[0].join(watcher("control", allLayers))
		witness.session, witness.remote = "three", home
		neighbour := planes[1].join(witness) // likewise
		watched := w.sampled(100 * time.Millisecond)
		mine := v.sampled(100 * time.Millisecond)
		if l != nil {
			p.after(begin, func() { v.lie(*l) })
		}
		p.play(end)
		seen = fmt.Sprint(w.sum, *watched)
		v.judgeLies(*mine, begin)
		control.unharmed()
		for _, other := range []*planeViewer{twin, neighbour} {
			if last := other.sub.Stats().Estimate; last < 1500*bwe.Kbps {
				t.Errorf("the estimate of session %s at %v is %v", other.session, other.remote, last)
			}
			if frozen, n := other.frozenBetween(begin, end); n > 0 {
				t.Errorf("session %s at %v froze %d times, for %v", other.session, other.remote, n, frozen)
			}
		}
	})
	return seen
}

// lie replaces the viewer's feedback.
func (v *planeViewer) lie(l lie) {
	v.mum = true
	n := 0
	v.plane.every(feedbackInterval, func() bool {
		n++
		for _, b := range l.tell(v, n) {
			v.plane.carry(v.up, b, v.sub.Feedback)
		}
		return !v.left
	})
}

// judgeLies holds the estimate to its bounds, and what the liar gets to what there
// is.
func (v *planeViewer) judgeLies(samples []sample, begin time.Duration) {
	t := v.plane.t
	t.Helper()
	lowest, highest := bwe.Bitrate(math.MaxInt64), bwe.Bitrate(0)
	for _, s := range samples {
		if s.at > begin {
			lowest, highest = min(lowest, s.Estimate), max(highest, s.Estimate)
		}
	}
	if lowest < 30*bwe.Kbps || highest > 50*bwe.Mbps {
		t.Errorf("estimates from %v to %v", lowest, highest)
	}
	sent, made, rate := 0, len(v.plane.publisher.sounds), v.record.rate(begin, v.plane.since())
	for _, p := range v.record.packets {
		if p.kind == 'a' {
			sent++
		}
	}
	if sent < made-10 {
		t.Errorf("%d of %d packets of sound were sent", sent, made)
	}
	if rate > 4*mbit {
		t.Errorf("%d kbit/s were sent", rate/kbit)
	}
	tell(t, "estimates from %v to %v, %d kbit/s sent", lowest, highest, rate/kbit)
	v.conforms()
}
