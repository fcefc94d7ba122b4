package codec_test

import "math/bits"

// bitWriter puts numbers together as the readers take them apart.
type bitWriter struct {
	b    []byte
	left int // bits free in the last octet
}

func (w *bitWriter) bits(n int, v uint32) {
	for i := n - 1; i >= 0; i-- {
		if w.left == 0 {
			w.b, w.left = append(w.b, 0), 8
		}
		w.left--
		w.b[len(w.b)-1] |= byte(v>>i&1) << w.left
	}
}

func (w *bitWriter) flag(v bool) {
	if v {
		w.bits(1, 1)
	} else {
		w.bits(1, 0)
	}
}

// nonSymmetric writes ns(n) of AV1 section 4.10.7.
func (w *bitWriter) nonSymmetric(n, v uint32) {
	width := bits.Len32(n)
	shorter := uint32(1)<<width - n
	if v < shorter {
		w.bits(width-1, v)
		return
	}
	w.bits(width, v+shorter)
}

// expGolomb writes ue(v) of H.264 section 9.1.
func (w *bitWriter) expGolomb(values ...uint32) {
	for _, v := range values {
		zeros := bits.Len32(v+1) - 1
		w.bits(zeros, 0)
		w.bits(zeros+1, v+1)
	}
}
