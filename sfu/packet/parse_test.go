package packet_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// header is a valid fixed header: marker, payload type 96, sequence number
// 0x1234, timestamp 0x01020304, SSRC 0x0a0b0c0d.
func header(first byte) []byte {
	return []byte{first, 0x80 | 96, 0x12, 0x34, 1, 2, 3, 4, 0x0a, 0x0b, 0x0c, 0x0d}
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func parse(t *testing.T, b []byte) *packet.Packet {
	t.Helper()
	p := packet.NewPool().Get()
	if err := p.Parse(b); err != nil {
		t.Fatalf("Parse(%x): %v", b, err)
	}
	return p
}

func TestParseReadsTheFixedHeader(t *testing.T) {
	b := join(header(0x80), []byte("payload"))
	p := parse(t, b)
	if !p.Marker || p.PayloadType != 96 || p.SequenceNumber != 0x1234 || p.Timestamp != 0x01020304 || p.SSRC != 0x0a0b0c0d {
		t.Errorf("header read wrongly: %+v", p)
	}
	if got := string(p.Payload()); got != "payload" {
		t.Errorf("payload %q", got)
	}
	if p.Size() != len(b) {
		t.Errorf("size %d, want %d", p.Size(), len(b))
	}
}

func TestParseCopiesItsInput(t *testing.T) {
	b := join(header(0x80), []byte("payload"))
	p := parse(t, b)
	clear(b)
	if got := string(p.Payload()); got != "payload" {
		t.Errorf("payload changed with the caller's buffer: %q", got)
	}
}

func TestParseSkipsCSRCs(t *testing.T) {
	p := parse(t, join(header(0x82), make([]byte, 8), []byte{7}))
	if !bytes.Equal(p.Payload(), []byte{7}) {
		t.Errorf("payload %x, want 07", p.Payload())
	}
}

func TestPayloadExcludesPadding(t *testing.T) {
	p := parse(t, join(header(0xa0), []byte{1, 2}, []byte{0, 0, 3}))
	if !bytes.Equal(p.Payload(), []byte{1, 2}) {
		t.Errorf("payload %x, want 0102", p.Payload())
	}
}

func TestPaddingMayBeAllThereIs(t *testing.T) {
	p := parse(t, join(header(0xa0), []byte{0, 0, 3}))
	if len(p.Payload()) != 0 {
		t.Errorf("payload %x, want none", p.Payload())
	}
}

func TestParseRefusesMalformedPackets(t *testing.T) {
	ext := func(profile uint16, words byte, data ...byte) []byte {
		return join(header(0x90), []byte{byte(profile >> 8), byte(profile), 0, words}, data)
	}
	tests := []struct {
		name string
		in   []byte
		want error
	}{
		{"nothing", nil, packet.ErrTruncated},
		{"half a header", header(0x80)[:11], packet.ErrTruncated},
		{"version 1", header(0x40), packet.ErrVersion},
		{"version 3", header(0xc0), packet.ErrVersion},
		{"CSRC list past the end", join(header(0x81), make([]byte, 3)), packet.ErrTruncated},
		{"extension header past the end", join(header(0x90), []byte{0xbe, 0xde, 0}), packet.ErrExtension},
		{"extension past the end", ext(0xbede, 2, 0, 0, 0, 0), packet.ErrExtension},
		{"one-byte element past the extension", ext(0xbede, 1, 0x13, 1, 2, 3), packet.ErrExtension},
		{"two-byte element without length", ext(0x1000, 1, 0, 0, 0, 1), packet.ErrExtension},
		{"two-byte element past the extension", ext(0x1000, 1, 1, 3, 1, 2), packet.ErrExtension},
		{"padding of zero octets", join(header(0xa0), []byte{1, 2, 0}), packet.ErrPadding},
		{"padding larger than the payload", join(header(0xa0), []byte{1, 2, 4}), packet.ErrPadding},
		{"padding announced without octets", header(0xa0), packet.ErrPadding},
		{"larger than the buffer", join(header(0x80), make([]byte, packet.MaxSize-11)), packet.ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pool := packet.NewPool()
			p := pool.Get()
			if err := p.Parse(tt.in); !errors.Is(err, tt.want) {
				t.Fatalf("error %v, want %v", err, tt.want)
			}
			if len(p.Payload()) != 0 {
				t.Errorf("payload %x after an error", p.Payload())
			}
		})
	}
}

func TestPaddingDoesNotReachIntoTheExtension(t *testing.T) {
	b := join(header(0xb0), []byte{0xbe, 0xde, 0, 1, 0x10, 0xaa, 0, 0}, []byte{9, 3})
	p := packet.NewPool().Get()
	if err := p.Parse(b); !errors.Is(err, packet.ErrPadding) {
		t.Fatalf("error %v, want %v", err, packet.ErrPadding)
	}
}

func TestParseAcceptsTheLargestPacket(t *testing.T) {
	p := parse(t, join(header(0x80), make([]byte, packet.MaxSize-12)))
	if len(p.Payload()) != packet.MaxSize-12 {
		t.Errorf("payload of %d octets", len(p.Payload()))
	}
}

func TestParseForgetsThePacketBefore(t *testing.T) {
	p := parse(t, join(header(0x90), []byte{0xbe, 0xde, 0, 1, 0x10, 0xaa, 0, 0}))
	if p.Extension(1) == nil {
		t.Fatal("extension not found")
	}
	if err := p.Parse(header(0x80)); err != nil {
		t.Fatal(err)
	}
	if got := p.Extension(1); got != nil {
		t.Errorf("extension %x of an earlier packet", got)
	}
}

func TestParseDoesNotAllocate(t *testing.T) {
	pool := packet.NewPool()
	ring := packet.NewRing(8)
	b := mediaPacket(t)
	seq := packet.ExtSeq(0)
	cycle := func() {
		p := pool.Get()
		if err := p.Parse(b); err != nil {
			t.Fatal(err)
		}
		p.ReadAudioLevel(1)
		p.Seq = seq
		seq++
		ring.Put(p)
		p.Release()
		if ring.Get(seq-1) != p {
			t.Fatal("not in the ring")
		}
	}
	for range 16 { // fill the ring, so that each Put frees a packet for the next Get
		cycle()
	}
	if raceEnabled {
		t.Skip("sync.Pool drops items at random under the race detector")
	}
	if allocs := testing.AllocsPerRun(1000, cycle); allocs != 0 {
		t.Errorf("%v allocations per packet, want 0", allocs)
	}
}

// FuzzParse compares with Pion's parser, which is never the stricter one: what we
// accept it accepts, and has read the same.
func FuzzParse(f *testing.F) {
	f.Add(join(header(0x80), []byte("payload")))
	f.Add(join(header(0xa0), []byte{1, 2, 0, 0, 3}))
	f.Add(join(header(0xa0), []byte{1, 2, 0}))
	f.Add(join(header(0x82), make([]byte, 8), []byte{7}))
	f.Add(join(header(0x90), []byte{0xbe, 0xde, 0, 2, 0x10, 0xaa, 0x21, 1, 2, 0, 0, 0}, []byte("x")))
	f.Add(join(header(0x90), []byte{0xbe, 0xde, 0, 1, 0x13, 1, 2, 3}))
	f.Add(join(header(0x90), []byte{0xbe, 0xde, 0, 1, 0xf0, 1, 0x10, 3}))
	f.Add(join(header(0x90), []byte{0x10, 0x00, 0, 2, 1, 0, 2, 3, 1, 2, 3, 0}, []byte("x")))
	f.Add(join(header(0x90), []byte{0x10, 0x0f, 0, 1, 1, 2, 1, 2}))
	f.Fuzz(func(t *testing.T, b []byte) {
		pool := packet.NewPool()
		p := pool.Get()
		err := p.Parse(b)
		_ = p.RestoreFromRTX(1, 1)
		p.Release()
		if pool.InUse() != 0 {
			t.Fatalf("%d packets in use after the release", pool.InUse())
		}
		if err != nil {
			return
		}
		p = pool.Get()
		defer p.Release()
		if err := p.Parse(b); err != nil {
			t.Fatalf("accepted once, then refused: %v", err)
		}
		var want rtp.Packet
		if want.Unmarshal(b) == nil {
			compare(t, p, &want)
		} else {
			t.Errorf("accepted what Pion refuses: %x", b)
		}
	})
}

func compare(t *testing.T, got *packet.Packet, want *rtp.Packet) {
	t.Helper()
	if got.Marker != want.Marker || got.PayloadType != want.PayloadType ||
		got.SequenceNumber != want.SequenceNumber || got.Timestamp != want.Timestamp || got.SSRC != want.SSRC {
		t.Errorf("header differs: got %+v, want %+v", got, want.Header)
	}
	if !bytes.Equal(got.Payload(), want.Payload) {
		t.Errorf("payload %x, want %x", got.Payload(), want.Payload)
	}
	if want.Extension && want.ExtensionProfile != 0xbede && want.ExtensionProfile != 0x1000 {
		return // Pion hands out other profiles as one opaque element
	}
	for id := range 256 {
		if id == 0 {
			continue
		}
		if g, w := got.Extension(uint8(id)), want.GetExtension(uint8(id)); !bytes.Equal(g, w) {
			t.Errorf("extension %d: %x, want %x", id, g, w)
		}
	}
}

// mediaPacket is what a browser sends: 1100 octets of payload, three extensions.
func mediaPacket(tb testing.TB) []byte {
	tb.Helper()
	p := rtp.Packet{
		Header:  rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: 1, SSRC: 2},
		Payload: make([]byte, 1100),
	}
	for id, data := range map[uint8][]byte{1: {0x80 | 30}, 3: {1, 2, 3}, 5: {0, 7}} {
		if err := p.SetExtension(id, data); err != nil {
			tb.Fatal(err)
		}
	}
	b, err := p.Marshal()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func BenchmarkParse(b *testing.B) {
	p := packet.NewPool().Get()
	in := mediaPacket(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Parse(in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkIngest is what happens to each received packet in this package: a
// buffer, the copy, the audio level, the ring.
func BenchmarkIngest(b *testing.B) {
	pool, ring := packet.NewPool(), packet.NewRing(512)
	var unwrapper packet.Unwrapper
	in := mediaPacket(b)
	b.ReportAllocs()
	var seq uint16
	for b.Loop() {
		p := pool.Get()
		if err := p.Parse(in); err != nil {
			b.Fatal(err)
		}
		p.ReadAudioLevel(1)
		p.Seq = unwrapper.Unwrap(seq)
		seq++
		ring.Put(p)
		p.Release()
	}
}
