package stamp_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/stamp"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// sent is a time with all digits down to the nanosecond.
var sent = time.Unix(1_700_000_000, 123_456_789)

// frames are the smallest that Append takes.
func frames() map[codec.Codec][]byte {
	return map[codec.Codec][]byte{
		codec.Opus: {0x78, 1, 2, 3},
		codec.VP8:  {0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a},
		codec.VP9:  {0x82, 0x49, 0x83, 0x42},
		codec.H264: {0, 0, 0, 1, 0x67, 0x42, 0, 0, 1, 0x68, 0xce, 0, 0, 0, 1, 0x65, 0x88},
		codec.AV1:  {0x12, 0x00, 0x32, 0x02, 0x10, 0x00},
	}
}

// payload is the RTP payload that holds the stamp of a small frame.
func payload(c codec.Codec, appended []byte) []byte {
	switch c {
	case codec.H264: // the NAL unit between the parameter sets and the slice
		return appended[11+4 : len(appended)-6]
	case codec.VP8, codec.VP9, codec.AV1:
		return append([]byte{0x10}, appended...) // some descriptor
	default:
		return appended
	}
}

func TestStampComesBackAsItWasWritten(t *testing.T) {
	stamps := []stamp.Stamp{
		{Sent: time.Unix(0, 0)},
		{Source: 7, Number: 120, Layer: 2, Sent: sent},
		{Source: 7, Number: 121, Layer: 2, Resumed: true, Sent: sent.Add(time.Nanosecond)},
		{
			Source: math.MaxUint32, Number: math.MaxUint32, Layer: math.MaxUint8, Resumed: true,
			Sent: time.Unix(0, math.MaxInt64),
		},
	}
	for c, frame := range frames() {
		for _, filler := range []int{0, 1, 300} {
			room := payload(c, stamp.Append(c, frame, filler))
			for _, want := range stamps {
				if !stamp.Write(c, room, want) {
					t.Errorf("%v: filler %d: no room", c, filler)
				}
				got, ok := stamp.Read(c, room)
				if diff := cmp.Diff(want, got); !ok || diff != "" {
					t.Errorf("%v: filler %d: read %v (-want +got)\n%s", c, filler, ok, diff)
				}
			}
		}
	}
}

func TestRoomIsNoStamp(t *testing.T) {
	for c, frame := range frames() {
		if got, ok := stamp.Read(c, payload(c, stamp.Append(c, frame, 0))); ok {
			t.Errorf("%v: %+v in room that nobody wrote to", c, got)
		}
	}
}

func TestDamagedStampIsNone(t *testing.T) {
	for c, frame := range frames() {
		room := payload(c, stamp.Append(c, frame, 0))
		if !stamp.Write(c, room, stamp.Stamp{Source: 1, Number: 2, Sent: sent}) {
			t.Fatalf("%v: no room", c)
		}
		at := bytes.Index(room, []byte("AtrM"))
		for i := at; i < at+29; i++ {
			for bit := range 8 {
				room[i] ^= 1 << bit
				if got, ok := stamp.Read(c, room); ok {
					t.Errorf("%v: octet %d, bit %d: %+v", c, i-at, bit, got)
				}
				room[i] ^= 1 << bit
			}
		}
		if _, ok := stamp.Read(c, room); !ok {
			t.Errorf("%v: the stamp is gone", c)
		}
	}
}

func TestNoStampWhereThereIsNone(t *testing.T) {
	for c, frame := range frames() {
		room := payload(c, stamp.Append(c, frame, 0))
		stamp.Write(c, room, stamp.Stamp{Sent: sent})
		for n := range room {
			if _, ok := stamp.Read(c, room[:n]); ok && c != codec.H264 {
				t.Errorf("%v: a stamp in %d of %d octets", c, n, len(room))
			}
			if stamp.Write(c, room[:n], stamp.Stamp{Sent: sent}) && c != codec.H264 {
				t.Errorf("%v: room in %d of %d octets", c, n, len(room))
			}
		}
		if _, ok := stamp.Read(codec.Unknown, room); ok {
			t.Errorf("%v: read as an unknown codec", c)
		}
	}
}

func TestFrameNotUnderstoodStaysAsItIs(t *testing.T) {
	for _, tt := range []struct {
		name  string
		codec codec.Codec
		frame []byte
	}{
		{"unknown codec", codec.Unknown, []byte{1, 2, 3}},
		{"empty Opus packet", codec.Opus, nil},
		{"Opus packet of two frames", codec.Opus, []byte{0x79, 1, 2}},
		{"H.264 without start code", codec.H264, []byte{0x65, 0x88, 1}},
		{"H.264 without slice", codec.H264, []byte{0, 0, 1, 0x67, 0x42}},
		{"H.264 that ends in a start code", codec.H264, []byte{0, 0, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := stamp.Append(tt.codec, tt.frame, 9)
			if string(got) != string(tt.frame) || stamp.Write(tt.codec, got, stamp.Stamp{Sent: sent}) {
				t.Errorf("%x became %x", tt.frame, got)
			}
		})
	}
}

func TestAppendAddsNoMoreThanItSays(t *testing.T) {
	for c, frame := range frames() {
		for _, filler := range []int{-5000, -1, 0, 1, 127, 128, 254, 255, 5000} {
			added := max(filler, 0)
			most := stamp.Size + added + added/254 + 2
			if got := len(stamp.Append(c, frame, filler)) - len(frame); got > most {
				t.Errorf("%v: filler %d: %d octets, want %d at the most", c, filler, got, most)
			}
		}
	}
}

// aggregated is an H.264 payload with the NAL units in one packet.
func aggregated(nals ...[]byte) []byte {
	b := []byte{0x78}
	for _, nal := range nals {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(nal))), nal...)
	}
	return b
}

func TestH264StampInEveryKindOfPacket(t *testing.T) {
	single := payload(codec.H264, stamp.Append(codec.H264, frames()[codec.H264], 9))
	want := stamp.Stamp{Source: 1, Number: 2, Sent: sent}
	if !stamp.Write(codec.H264, single, want) {
		t.Fatal("no room")
	}
	for name, tt := range map[string]struct {
		payload []byte
		found   bool
	}{
		"single NAL unit":       {single, true},
		"first fragment":        {append([]byte{0x1c, 0x86}, single[1:]...), true},
		"first fragment, NRI":   {append([]byte{0x7c, 0x86}, single[1:]...), true},
		"later fragment":        {append([]byte{0x1c, 0x06}, single[1:]...), false},
		"fragment of a slice":   {append([]byte{0x1c, 0x81}, single[1:]...), false},
		"aggregated":            {aggregated([]byte{0x67, 0x42}, []byte{0x68}, single), true},
		"aggregated, cut":       {aggregated([]byte{0x67, 0x42}, single)[:60], false},
		"aggregated, other SEI": {aggregated([]byte{0x06, 0x05, 0x01}, single), false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := stamp.Read(codec.H264, tt.payload)
			if ok != tt.found || (ok && !cmp.Equal(got, want)) {
				t.Errorf("%+v %v, want %v", got, ok, tt.found)
			}
		})
	}
}

// written is a payload with a stamp for each codec, and one without.
func written(c codec.Codec) (with, without []byte) {
	with = payload(c, stamp.Append(c, frames()[c], 1000))
	stamp.Write(c, with, stamp.Stamp{Source: 1, Number: 2, Sent: sent})
	return with, with[:len(with)-1-stamp.Size]
}

func TestReadAndWriteDoNotAllocate(t *testing.T) {
	for _, c := range codec.All() {
		with, without := written(c)
		if allocs := testing.AllocsPerRun(100, func() {
			got, ok := stamp.Read(c, with)
			if !ok || !stamp.Write(c, with, got) {
				t.Fatalf("%v: no stamp", c)
			}
			stamp.Read(c, without)
		}); allocs != 0 {
			t.Errorf("%v: %v allocations", c, allocs)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, c := range codec.All() {
		with, without := written(c)
		if c == codec.H264 {
			without = append([]byte{0x41}, without...) // a slice
		}
		for name, payload := range map[string][]byte{"stamp": with, "none": without} {
			b.Run(c.String()+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, ok := stamp.Read(c, payload); ok != (name == "stamp") {
						b.Fatal(ok)
					}
				}
			})
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range codec.All() {
		with, without := written(c)
		f.Add(uint8(c), with)
		f.Add(uint8(c), without)
		f.Add(uint8(c), []byte{})
	}
	sei, _ := written(codec.H264)
	f.Add(uint8(codec.H264), aggregated([]byte{0x67}, sei))
	f.Add(uint8(codec.H264), append([]byte{0x1c, 0x86}, sei[1:]...))
	f.Fuzz(func(t *testing.T, c uint8, b []byte) {
		got, ok := stamp.Read(codec.Codec(c), b)
		if !ok {
			return
		}
		if !stamp.Write(codec.Codec(c), b, got) {
			t.Fatalf("read %+v where Write finds no room", got)
		}
		if again, ok := stamp.Read(codec.Codec(c), b); !ok || !cmp.Equal(got, again) {
			t.Errorf("%+v became %+v", got, again)
		}
	})
}

// FuzzAppend holds for whatever is taken for a frame: it stays in the result,
// and AppendTo leaves alone what was in front.
func FuzzAppend(f *testing.F) {
	for c, frame := range frames() {
		f.Add(uint8(c), frame, 3)
		f.Add(uint8(c), frame, 1000)
		f.Add(uint8(c), frame, -1000)
	}
	f.Add(uint8(codec.H264), []byte{0, 0, 1}, 0)
	f.Fuzz(func(t *testing.T, c uint8, frame []byte, filler int) {
		filler %= 5000
		got := stamp.Append(codec.Codec(c), frame, filler)
		if len(got) < len(frame) {
			t.Errorf("%d octets of %d", len(got), len(frame))
		}
		into := stamp.AppendTo([]byte("before"), codec.Codec(c), frame, filler)
		if string(into) != "before"+string(got) {
			t.Errorf("AppendTo made %x, Append %x", into, got)
		}
	})
}
