package watch_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/stamp"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/load/watch"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

type silent struct{}

func (silent) WriteRTCP([]byte) error { return nil }

// endless is a video of three packets a frame, with stamps and transport-wide
// numbers, made by changing numbers in the same octets.
type endless struct {
	receiver *watch.Receiver
	now      time.Time
	packets  [][]byte
	next     int
	seq, all uint16
	ts       uint32
}

func newEndless(tb testing.TB) *endless {
	tb.Helper()
	video := &transport.Stream{
		Codec: codec.VP8, ClockRate: 90000, PayloadType: videoType, RTXPayloadType: rtxType, NACK: true, PLI: true,
		TransportCC: true, Extensions: map[string]uint8{transport.ExtensionTransportCC: transportID},
	}
	e := &endless{now: start, receiver: watch.New(watch.Config{
		Media: &transport.Media{Video: video}, Writer: silent{},
	}, start)}
	s := rtptest.NewStream(rtptest.Config{
		Codec: codec.VP8, SSRC: videoSSRC, PayloadType: videoType, PacketOctets: 1100,
		Extensions: []rtptest.Extension{{ID: transportID, Data: []byte{0, 0}}},
	})
	for i := range 2 {
		for j, p := range s.Frame(rtptest.FrameOptions{Keyframe: i == 0, Octets: 3000}) {
			if j == 2 {
				p.Payload = stamp.Append(codec.VP8, p.Payload, 0)
				stamp.Write(codec.VP8, p.Payload, stamp.Stamp{Source: 1, Sent: start})
			}
			e.packets = append(e.packets, rtptest.Marshal(p))
		}
	}
	return e
}

// step receives one packet, a third of a millisecond after the one before.
func (e *endless) step() {
	b := e.packets[e.next]
	if e.next++; e.next == 6 {
		e.next = 3
	}
	binary.BigEndian.PutUint16(b[2:], e.seq)
	binary.BigEndian.PutUint32(b[4:], e.ts)
	binary.BigEndian.PutUint16(b[17:], e.all)
	e.seq++
	e.all++
	if b[1]&0x80 != 0 {
		e.ts += 90
	}
	e.receiver.RTP(b, e.now)
	e.now = e.now.Add(time.Second / 3000)
}

func TestReceivingDoesNotAllocate(t *testing.T) {
	e := newEndless(t)
	for range 5000 { // until the rings are full
		e.step()
	}
	before := e.now
	if allocs := testing.AllocsPerRun(250, e.step); allocs != 0 { // less than the time between two feedback packets
		t.Errorf("%v allocations", allocs)
	}
	if e.now.Sub(before) >= 100*ms {
		t.Fatal("feedback was due meanwhile")
	}
	if allocs := testing.AllocsPerRun(100, func() { e.receiver.Tick(e.now) }); allocs != 0 {
		t.Errorf("%v allocations by Tick", allocs)
	}
	got := e.receiver.Snapshot()
	if got.Video.Packets != 5251 || got.Frames != 1750 || got.Malformed+got.Unknown != 0 {
		t.Errorf("%+v, %d frames", got.Video, got.Frames)
	}
}

// BenchmarkRTP is one packet of 1100 octets, with its share of feedback.
func BenchmarkRTP(b *testing.B) {
	e := newEndless(b)
	b.ReportAllocs()
	for b.Loop() {
		e.step()
	}
	if got := e.receiver.Snapshot(); got.Video.Duplicates != 0 {
		b.Fatalf("%+v", got.Video)
	}
}

// BenchmarkThousand is one packet for each of a thousand receivers in turn, whose
// memory no cache holds.
func BenchmarkThousand(b *testing.B) {
	all := make([]*endless, 1000)
	for i := range all {
		all[i] = newEndless(b)
	}
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		all[i].step()
		i = (i + 1) % len(all)
	}
}

// BenchmarkTick is the passing of 10 ms without packets.
func BenchmarkTick(b *testing.B) {
	e := newEndless(b)
	for range 1000 {
		e.step()
	}
	b.ReportAllocs()
	for b.Loop() {
		e.receiver.Tick(e.now)
		e.now = e.now.Add(10 * ms)
	}
}
