package codec_test

import (
	"testing"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// sequenceSpec is a sequence header OBU.
type sequenceSpec struct {
	width, height uint32

	points       []uint32 // operating_point_idc of each, or a still picture's none
	timing       bool
	decoderModel bool // with timing
	delays       bool
	sized        bool // with a size field, as in a file
}

func (s sequenceSpec) octets() []byte {
	var w bitWriter
	w.bits(3, 0)
	w.flag(len(s.points) == 0)
	w.flag(len(s.points) == 0)
	if len(s.points) == 0 {
		w.bits(5, 8)
	} else {
		s.writeTiming(&w)
		s.writePoints(&w)
	}
	w.bits(4, 15)
	w.bits(4, 10)
	w.bits(16, s.width-1)
	w.bits(11, s.height-1)
	w.bits(8, 0xff)
	if s.sized {
		return append([]byte{0x0a, byte(len(w.b))}, w.b...)
	}
	return append([]byte{0x08}, w.b...)
}

func (s sequenceSpec) writeTiming(w *bitWriter) {
	w.flag(s.timing)
	if s.timing {
		w.bits(32, 1)
		w.bits(32, 30)
		w.flag(true)
		w.expGolomb(5)
		w.flag(s.decoderModel)
		if s.decoderModel {
			w.bits(5, 31)
			w.bits(32, 1)
			w.bits(10, 0)
		}
	}
	w.flag(s.delays)
}

func (s sequenceSpec) writePoints(w *bitWriter) {
	w.bits(5, uint32(len(s.points)-1))
	for i, point := range s.points {
		w.bits(12, point)
		w.bits(5, uint32(5+3*i))
		if 5+3*i > 7 {
			w.flag(true)
		}
		if s.timing && s.decoderModel {
			w.flag(i == 0)
			if i == 0 {
				w.bits(32, 9)
				w.bits(32, 9)
				w.flag(false)
			}
		}
		if s.delays {
			w.flag(i == 1)
			if i == 1 {
				w.bits(4, 7)
			}
		}
	}
}

// sequenceSize returns the size that a sequence header gives a frame.
func sequenceSize(t *testing.T, obu []byte) (width, height uint16) {
	t.Helper()
	f, err := codec.Inspect(codec.AV1, append([]byte{0x18}, obu...))
	if err != nil || !f.Keyframe {
		t.Fatalf("%+v %v", f, err)
	}
	return f.Width, f.Height
}

func TestSequenceHeaderTellsTheSize(t *testing.T) {
	for _, s := range []sequenceSpec{
		{width: 1280, height: 720},
		{width: 1280, height: 720, points: []uint32{0}},
		{width: 1280, height: 720, points: []uint32{0}, sized: true},
		{width: 65535, height: 2048, points: []uint32{0x307, 0x107}},
		{width: 1, height: 1, points: []uint32{0x307, 0x107, 0x103}, timing: true},
		{width: 1280, height: 720, points: []uint32{0, 0, 0}, timing: true, decoderModel: true},
		{width: 1280, height: 720, points: []uint32{0, 0, 0}, timing: true, decoderModel: true, delays: true},
		{width: 1280, height: 720, points: []uint32{0, 0}, delays: true},
	} {
		if w, h := sequenceSize(t, s.octets()); uint32(w) != s.width || uint32(h) != s.height {
			t.Errorf("%+v: %dx%d", s, w, h)
		}
	}
}

func TestSequenceHeaderThatIsMalformedHasNoSize(t *testing.T) {
	whole := sequenceSpec{width: 1280, height: 720, points: []uint32{0}, timing: true, delays: true}.octets()
	for n := 1; n < len(whole)-2; n++ {
		if w, h := sequenceSize(t, whole[:n]); w != 0 || h != 0 {
			t.Errorf("%x: %dx%d", whole[:n], w, h)
		}
	}
	if w, h := sequenceSize(t, sequenceSpec{width: 65536, height: 720, points: []uint32{0}}.octets()); w != 0 || h != 0 {
		t.Errorf("65536 pixels wide: %dx%d", w, h)
	}
	if w, h := sequenceSize(t, []byte{0x0a, 0xff, 0xff}); w != 0 || h != 0 {
		t.Errorf("size that does not end: %dx%d", w, h)
	}
}
