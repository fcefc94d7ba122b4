package codec_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

func TestSetIDsWritesWhatTheDescriptorHas(t *testing.T) {
	for _, tt := range []struct {
		name     string
		c        codec.Codec
		in, want []byte
	}{
		{"VP8, long", codec.VP8, []byte{0x90, 0xe0, 0x80, 1, 2, 0x20, 9}, []byte{0x90, 0xe0, 0xab, 0xcd, 0xef, 0x20, 9}},
		{"VP8, short", codec.VP8, []byte{0x90, 0xe0, 0x01, 2, 0x20, 9}, []byte{0x90, 0xe0, 0x4d, 0xef, 0x20, 9}},
		{"VP8, picture id alone", codec.VP8, []byte{0x90, 0x80, 0x01, 2}, []byte{0x90, 0x80, 0x4d, 2}},
		{"VP8, TL0PICIDX alone", codec.VP8, []byte{0x90, 0x40, 0x01, 2}, []byte{0x90, 0x40, 0xef, 2}},
		{"VP8, neither", codec.VP8, []byte{0x90, 0x20, 0x01, 2}, []byte{0x90, 0x20, 0x01, 2}},
		{"VP8, no extension", codec.VP8, []byte{0x10, 0xe0, 0x01, 2}, []byte{0x10, 0xe0, 0x01, 2}},
		{"VP8, half a picture id", codec.VP8, []byte{0x90, 0x80, 0x80}, []byte{0x90, 0x80, 0x80}},
		{"VP8, TL0PICIDX missing", codec.VP8, []byte{0x90, 0xc0, 0x01}, []byte{0x90, 0xc0, 0x01}},
		{"VP8, extension missing", codec.VP8, []byte{0x90}, []byte{0x90}},
		{"VP9, long", codec.VP9, []byte{0xa8, 0x80, 1, 0x20, 2, 9}, []byte{0xa8, 0xab, 0xcd, 0x20, 0xef, 9}},
		{"VP9, short", codec.VP9, []byte{0xa8, 0x01, 0x20, 2, 9}, []byte{0xa8, 0x4d, 0x20, 0xef, 9}},
		{"VP9, flexible", codec.VP9, []byte{0xb8, 0x01, 0x20, 2, 9}, []byte{0xb8, 0x4d, 0x20, 2, 9}},
		{"VP9, no layers", codec.VP9, []byte{0x88, 0x01, 0x20, 2}, []byte{0x88, 0x4d, 0x20, 2}},
		{"VP9, no picture id", codec.VP9, []byte{0x28, 0x20, 2, 9}, []byte{0x28, 0x20, 0xef, 9}},
		{"VP9, picture id missing", codec.VP9, []byte{0x88}, []byte{0x88}},
		{"VP9, TL0PICIDX missing", codec.VP9, []byte{0xa8, 0x01, 0x20}, []byte{0xa8, 0x01, 0x20}},
		{"empty", codec.VP9, []byte{}, []byte{}},
		{"H264", codec.H264, []byte{0x90, 0xe0, 0x80, 1}, []byte{0x90, 0xe0, 0x80, 1}},
		{"AV1", codec.AV1, []byte{0xa8, 0x80, 1, 0x20}, []byte{0xa8, 0x80, 1, 0x20}},
	} {
		got := slices.Clone(tt.in)
		codec.SetIDs(tt.c, got, 0xabcd, 0xef)
		if !bytes.Equal(got, tt.want) {
			t.Errorf("%s: %x became %x, want %x", tt.name, tt.in, got, tt.want)
		}
	}
}

func TestSetIDsDoesNotAllocate(t *testing.T) {
	for c, keyframe := range keyframes() {
		payload := slices.Clone(keyframe)
		if allocs := testing.AllocsPerRun(100, func() { codec.SetIDs(c, payload, 0x1234, 7) }); allocs != 0 {
			t.Errorf("%v: %v allocations", c, allocs)
		}
	}
}

func BenchmarkSetIDs(b *testing.B) {
	for _, c := range []codec.Codec{codec.VP8, codec.VP9} {
		b.Run(c.String(), func(b *testing.B) {
			payload := slices.Clone(keyframes()[c])
			b.ReportAllocs()
			var id uint16
			for b.Loop() {
				codec.SetIDs(c, payload, id, uint8(id))
				id++
			}
		})
	}
}

// FuzzSetIDs holds what is read after a change against what was read before it.
func FuzzSetIDs(f *testing.F) {
	for c, payload := range keyframes() {
		f.Add(uint8(c), payload, uint16(0x7fff), uint8(0xff))
	}
	f.Add(uint8(codec.VP8), []byte{0x90, 0x80, 0x05, 0x11}, uint16(0x80), uint8(0))
	f.Add(uint8(codec.VP9), []byte{0xf8, 0x05, 0x54, 0x03, 0x05, 0x06, 0x82}, uint16(0xffff), uint8(1))
	f.Fuzz(func(t *testing.T, kind uint8, payload []byte, id uint16, tl0 uint8) {
		c := codec.Codec(kind % 6)
		original := slices.Clone(payload)
		want, before := codec.Inspect(c, payload)
		codec.SetIDs(c, payload, id, tl0)
		got, after := codec.Inspect(c, payload)
		if !errors.Is(after, before) {
			t.Fatalf("%v: %x became %x: %v, before %v", c, original, payload, after, before)
		}
		if before != nil {
			return
		}
		old := want
		if want.HasPictureID {
			want.PictureID = id & (1<<want.PictureIDBits - 1)
		}
		if want.HasTL0PICIDX {
			want.TL0PICIDX = tl0
		}
		if got != want {
			t.Errorf("%v: %x became %x:\n got %+v\nwant %+v", c, original, payload, got, want)
		}
		codec.SetIDs(c, payload, old.PictureID, old.TL0PICIDX)
		if !bytes.Equal(payload, original) {
			t.Errorf("%v: %x there and back is %x", c, original, payload)
		}
	})
}
