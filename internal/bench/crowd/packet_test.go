package crowd

import (
	"bytes"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/load/histogram"
	"github.com/atrium-rtc/atrium/internal/load/stamp"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// marshal makes a packet as a server sends it.
func marshal(t testing.TB, p *rtp.Packet, transport uint16) []byte {
	t.Helper()
	p.Version = 2
	if transport != 0 {
		for id, value := range map[uint8][]byte{2: {1, 2, 3}, 3: {byte(transport >> 8), byte(transport)}} {
			if err := p.SetExtension(id, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	b, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatIsReadOfAHeaderInTheClear(t *testing.T) {
	packet := &rtp.Packet{Header: rtp.Header{CSRC: []uint32{1, 2}}, Payload: []byte("payload")}
	b := marshal(t, packet, 0x1234)
	if n, ok := transportNumber(b, 3); !ok || n != 0x1234 {
		t.Errorf("transport-wide number %#x, %v", n, ok)
	}
	if n, ok := transportNumber(b, 4); ok {
		t.Errorf("number %d of an extension that is not there", n)
	}
	if got := payloadOf(b); string(got) != "payload" {
		t.Errorf("payload %q", got)
	}
	padded := marshal(t, &rtp.Packet{Header: rtp.Header{Padding: true, PaddingSize: 9}, Payload: []byte("payload"), PaddingSize: 9}, 0)
	if got := payloadOf(padded); string(got) != "payload" {
		t.Errorf("padded payload %q", got)
	}
	if _, ok := transportNumber(padded, 3); ok {
		t.Error("a number without extension")
	}
}

func FuzzHeader(f *testing.F) {
	f.Add(marshal(f, &rtp.Packet{Payload: []byte("payload")}, 7))
	f.Add([]byte{0xbf, 96, 0, 1})
	f.Add(bytes.Repeat([]byte{0xff}, 40))
	f.Fuzz(func(t *testing.T, b []byte) {
		transportNumber(b, 3)
		senderReport(b)
		if p := payloadOf(b); len(p) > len(b) {
			t.Errorf("%d octets of %d", len(p), len(b))
		}
		v := newViewing(t)
		if v.SealedRTP(b, time.Now()) {
			v.RTP(b, time.Now())
		}
		v.RTCP(b, time.Now())
	})
}

// newViewing is one of VP8 and Opus that sends nothing.
func newViewing(tb testing.TB) *viewing {
	tb.Helper()
	v := &viewing{latency: histogram.New()}
	v.accept(&transport.Media{
		Audio: &transport.Stream{Codec: codec.Opus, ClockRate: 48000, PayloadType: 111},
		Video: &transport.Stream{Codec: codec.VP8, ClockRate: 90000, PayloadType: 96, RTXPayloadType: 97},
	}, Feedback{})
	return v
}

func TestAViewingCountsAndOpensSome(t *testing.T) {
	v := newViewing(t)
	now := time.Now()
	opened := 0
	const frames, each = 40, 4
	for i := range frames * each {
		b := marshal(t, &rtp.Packet{Header: rtp.Header{
			PayloadType: 96, SSRC: 9, SequenceNumber: uint16(65500 + i), Marker: i%each == each-1,
		}}, 0)
		if v.SealedRTP(b, now) {
			opened++
		}
	}
	v.SealedRTP(marshal(t, &rtp.Packet{Header: rtp.Header{PayloadType: 97, SSRC: 10}}, 0), now)
	v.SealedRTP(marshal(t, &rtp.Packet{Header: rtp.Header{PayloadType: 1, SSRC: 11}}, 0), now)
	got := v.count()
	got.Octets = 0
	want := Count{Packets: frames*each + 2, Unique: frames * each, Repairs: 1, Strange: 1}
	if got != want || opened != frames/openFrames {
		t.Errorf("%d opened, %+v, want %d, %+v", opened, got, frames/openFrames, want)
	}
	// A new source does not make those before it forgotten.
	v.SealedRTP(marshal(t, &rtp.Packet{Header: rtp.Header{PayloadType: 96, SSRC: 12, SequenceNumber: 1}}, 0), now)
	if got := v.count().Unique; got != frames*each+1 {
		t.Errorf("%d unique with a second source", got)
	}
}

func TestAStampTellsTheLatency(t *testing.T) {
	v := newViewing(t)
	now := time.Now()
	payload := stamp.Append(codec.VP8, []byte{0x10, 1, 2, 3}, 0)
	if !stamp.Write(codec.VP8, payload, stamp.Stamp{Sent: now.Add(-5 * time.Millisecond)}) {
		t.Fatal("no room for a stamp")
	}
	v.RTP(marshal(t, &rtp.Packet{Header: rtp.Header{PayloadType: 96}, Payload: payload}, 5), now)
	if n, l := v.latency.Count(), v.latency.Max(); n != 1 || l != 5*time.Millisecond {
		t.Errorf("%d latencies of %v, want 5 ms", n, l)
	}
}

func TestReportsSayWhatCame(t *testing.T) {
	v := newViewing(t)
	now := time.Now()
	for _, number := range []uint16{65534, 65535, 1, 1} { // 0 is lost, 1 comes twice
		v.SealedRTP(marshal(t, &rtp.Packet{Header: rtp.Header{PayloadType: 96, SSRC: 9, SequenceNumber: number}}, 0), now)
	}
	sr, err := rtcp.Marshal([]rtcp.Packet{&rtcp.SenderReport{SSRC: 9, NTPTime: 0x0102030405060708}})
	if err != nil {
		t.Fatal(err)
	}
	v.RTCP(sr, now)
	video := &v.tracks[1]
	got := video.block(9, now.Add(time.Second))
	want := rtcp.ReceptionReport{SSRC: 9, LastSequenceNumber: 1<<16 + 1, LastSenderReport: 0x03040506, Delay: 1 << 16}
	if got != want {
		t.Errorf("%+v, want %+v", got, want) // the one that came twice makes up for the loss
	}
	v.SealedRTP(marshal(t, &rtp.Packet{Header: rtp.Header{PayloadType: 96, SSRC: 9, SequenceNumber: 5}}, 0), now)
	got = video.block(9, now.Add(time.Second))
	if got.FractionLost != 3*256/4 || got.TotalLost != 3 {
		t.Errorf("%d/256 and %d lost, want 3 of 4", got.FractionLost, got.TotalLost)
	}
}

func TestCountsAddUp(t *testing.T) {
	a := Count{Packets: 5, Octets: 500, Unique: 4, Expected: 8, Lost: 1, Opened: 2}
	sum := a
	sum.Add(a)
	if sum != (Count{Packets: 10, Octets: 1000, Unique: 8, Expected: 16, Lost: 2, Opened: 4}) {
		t.Errorf("sum %+v", sum)
	}
	if got := sum.Since(a); got != a {
		t.Errorf("difference %+v", got)
	}
	if d := a.Delivered(); d != 0.5 {
		t.Errorf("delivered %v, want 0.5", d)
	}
	if d := (Count{}).Delivered(); d != 1 {
		t.Errorf("delivered %v of nothing", d)
	}
}

// BenchmarkViewing is one packet of video, counted and not opened.
func BenchmarkViewing(b *testing.B) {
	v := newViewing(b)
	packet := marshal(b, &rtp.Packet{Header: rtp.Header{PayloadType: 96, SSRC: 9}, Payload: make([]byte, 1100)}, 7)
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		if packet[3]++; packet[3] == 0 {
			packet[2]++
		}
		v.SealedRTP(packet, now)
	}
}
