package codec_test

import (
	"encoding/hex"
	"testing"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// spsSpec is a sequence parameter set. The zero value of what follows the size
// is what browsers send: baseline profile, progressive, three planes of 4:2:0.
type spsSpec struct {
	width, height uint32

	profile    uint32
	chroma     uint32 // of high profiles; 3 with separate planes is written as 4
	scaling    bool
	pictureOrd uint32 // pic_order_cnt_type
	interlaced bool
}

// units returns how many pixels cropping counts as one.
func (s spsSpec) units() (x, y uint32) {
	x, y = 1, 1
	if !s.high() || s.chroma == 1 || s.chroma == 2 {
		x = 2
	}
	if !s.high() || s.chroma == 1 {
		y = 2
	}
	if s.interlaced {
		y *= 2
	}
	return x, y
}

func (s spsSpec) high() bool { return s.profile == 100 }

// octets writes the NAL unit, with emulation prevention.
func (s spsSpec) octets() []byte {
	var w bitWriter
	w.bits(8, max(s.profile, 66))
	w.bits(16, 0x00001f)
	w.expGolomb(0)
	if s.high() {
		w.expGolomb(min(s.chroma, 3))
		if s.chroma >= 3 {
			w.flag(s.chroma == 4)
		}
		w.expGolomb(0, 0)
		w.flag(false)
		s.writeScaling(&w)
	}
	w.expGolomb(4, s.pictureOrd)
	switch s.pictureOrd {
	case 0:
		w.expGolomb(4)
	case 1:
		w.flag(false)
		w.expGolomb(1, 2, 3, 4, 5, 6)
	}
	w.expGolomb(1)
	w.flag(false)
	s.writeSize(&w)
	w.flag(false)
	w.flag(true) // stop bit
	return append([]byte{0x67}, escape(w.b)...)
}

func (s spsSpec) writeScaling(w *bitWriter) {
	w.flag(s.scaling)
	if !s.scaling {
		return
	}
	lists := 8
	if s.chroma >= 3 {
		lists = 12
	}
	for i := range lists {
		w.flag(i%2 == 0)
		if i%2 != 0 {
			continue
		}
		numbers := 16
		if i >= 6 {
			numbers = 64
		}
		if i == 0 {
			w.expGolomb(16) // -8: zero, the list ends
			continue
		}
		for range numbers {
			w.expGolomb(1)
		}
	}
}

func (s spsSpec) writeSize(w *bitWriter) {
	macroblock := uint32(16)
	w.expGolomb((s.width+15)/16 - 1)
	if s.interlaced {
		macroblock = 32
	}
	w.expGolomb((s.height+macroblock-1)/macroblock - 1)
	w.flag(!s.interlaced)
	if s.interlaced {
		w.flag(false)
	}
	w.flag(true)
	x, y := s.units()
	right := ((s.width+15)/16*16 - s.width) / x
	bottom := ((s.height+macroblock-1)/macroblock*macroblock - s.height) / y
	w.flag(right != 0 || bottom != 0)
	if right != 0 || bottom != 0 {
		w.expGolomb(right/2, right-right/2, bottom/2, bottom-bottom/2)
	}
}

// escape puts an octet 3 wherever two zeros would make the start of a start code
// (H.264 section 7.4.1.1).
func escape(b []byte) []byte {
	var out []byte
	zeros := 0
	for _, octet := range b {
		if zeros == 2 && octet <= 3 {
			out, zeros = append(out, 3), 0
		}
		out = append(out, octet)
		if zeros++; octet != 0 {
			zeros = 0
		}
	}
	return out
}

// spsSize returns the size that an SPS gives a frame.
func spsSize(t testing.TB, nal []byte) (width, height uint16) {
	t.Helper()
	f, err := codec.Inspect(codec.H264, nal)
	if err != nil {
		t.Fatal(err)
	}
	return f.Width, f.Height
}

func TestParameterSetTellsTheSize(t *testing.T) {
	for _, s := range []spsSpec{
		{width: 640, height: 360},
		{width: 1920, height: 1080},
		{width: 16, height: 16},
		{width: 642, height: 362},
		{width: 65520, height: 65520},
		{width: 1280, height: 720, pictureOrd: 1},
		{width: 1280, height: 720, pictureOrd: 2},
		{width: 1920, height: 1080, profile: 100, chroma: 1},
		{width: 1921, height: 1081, profile: 100, chroma: 0},
		{width: 1922, height: 1081, profile: 100, chroma: 2},
		{width: 1921, height: 1081, profile: 100, chroma: 3},
		{width: 1921, height: 1081, profile: 100, chroma: 4},
		{width: 1920, height: 1080, profile: 100, chroma: 1, scaling: true},
		{width: 1920, height: 1080, profile: 100, chroma: 3, scaling: true},
		{width: 1920, height: 1080, interlaced: true},
	} {
		if w, h := spsSize(t, s.octets()); uint32(w) != s.width || uint32(h) != s.height {
			t.Errorf("%+v: %dx%d", s, w, h)
		}
	}
}

// TestParameterSetsOfEncoders takes sets as encoders wrote them, with the video
// usability information behind the size.
func TestParameterSetsOfEncoders(t *testing.T) {
	for _, tt := range []struct {
		name, hex     string
		width, height uint16
	}{
		{"x264, high", "67640028acd940780227e5c044000003000400000300f03c60c658", 1920, 1080},
		{"x264, baseline, cropped", "6742c01fda05067e7c0440000003004000000f23c60ca8", 320, 180},
		{"x264, high 4:2:2", "677a001fbcd9405005ba1000000300c000002ae0f1831960", 1280, 720},
		{"x264, high 4:2:2, cropped", "677a000dbcd943433e5e100000030060000015a0f1429960", 200, 400},
	} {
		nal, err := hex.DecodeString(tt.hex)
		if err != nil {
			t.Fatal(err)
		}
		if w, h := spsSize(t, nal); w != tt.width || h != tt.height {
			t.Errorf("%s: %dx%d, want %dx%d", tt.name, w, h, tt.width, tt.height)
		}
	}
}

func TestParameterSetIsFoundInEveryPacketization(t *testing.T) {
	nal := spsSpec{width: 640, height: 360}.octets()
	for name, payload := range packetizations(nal) {
		if w, h := spsSize(t, payload); w != 640 || h != 360 {
			t.Errorf("%s: %dx%d", name, w, h)
		}
	}
}

// packetizations returns packets that have the NAL unit, or begin it.
func packetizations(nal []byte) map[string][]byte {
	return map[string][]byte{
		"single": nal,
		"STAP-A": append([]byte{0x78, byte(len(nal) >> 8), byte(len(nal))}, nal...),
		"FU-A":   append([]byte{0x7c, 0x80 | nal[0]&0x1f}, nal[1:]...),
	}
}

func TestParameterSetThatIsMalformedHasNoSize(t *testing.T) {
	whole := spsSpec{width: 640, height: 360}.octets()
	nals := map[string][]byte{
		"65536 pixels wide":  spsSpec{width: 65536, height: 16}.octets(),
		"endless Exp-Golomb": append([]byte{0x67, 66, 0, 31}, make([]byte, 40)...),
	}
	for n := 1; n < len(whole)-1; n++ {
		nals["cut off"] = whole[:n]
		for name, nal := range nals {
			if w, h := spsSize(t, nal); w != 0 || h != 0 {
				t.Errorf("%s: %x: %dx%d", name, nal, w, h)
			}
		}
	}
	var w bitWriter // everything is cropped
	w.bits(8, 66)
	w.bits(16, 0)
	w.expGolomb(0, 0, 2, 1)
	w.flag(false)
	w.expGolomb(0, 0)
	w.bits(3, 0b111)
	w.expGolomb(4, 4, 0, 0)
	w.bits(8, 0xff)
	if width, height := spsSize(t, append([]byte{0x67}, w.b...)); width != 0 || height != 0 {
		t.Errorf("cropped to nothing: %dx%d", width, height)
	}
}

// FuzzSPS reads any octets as a parameter set, and one that it writes.
func FuzzSPS(f *testing.F) {
	f.Add(spsSpec{width: 640, height: 360}.octets()[1:], uint16(640), uint16(360), uint8(0))
	f.Add(spsSpec{width: 1921, height: 1081, profile: 100, chroma: 4, scaling: true}.octets()[1:], uint16(1921), uint16(1081), uint8(0x3f))
	f.Add([]byte{66, 0, 31, 0, 0, 3, 0, 0, 3}, uint16(1), uint16(65535), uint8(0xff))
	f.Fuzz(func(t *testing.T, b []byte, width, height uint16, options uint8) {
		nal := append([]byte{0x67}, b...)
		w, h := spsSize(t, nal)
		if (w == 0) != (h == 0) {
			t.Errorf("%x: %dx%d", nal, w, h)
		}
		if len(nal) < 1<<16 {
			for name, payload := range packetizations(nal) {
				if pw, ph := spsSize(t, payload); pw != w || ph != h {
					t.Errorf("%x: %dx%d, in %s %dx%d", nal, w, h, name, pw, ph)
				}
			}
		}
		s := spsSpec{
			profile: uint32(options&1) * 100, chroma: uint32(options>>1&3) + uint32(options>>3&1), scaling: options&16 != 0,
			pictureOrd: uint32(options>>5) % 3, interlaced: options&128 != 0,
		}
		x, y := s.units()
		s.width, s.height = max(uint32(width)/x*x, x), max(uint32(height)/y*y, y)
		if w, h := spsSize(t, s.octets()); uint32(w) != s.width || uint32(h) != s.height {
			t.Errorf("%+v: %dx%d", s, w, h)
		}
	})
}
