package rtptest

import "math/bits"

// bitWriter collects numbers of any width, the most significant bit first, as
// the headers of video codecs have them.
type bitWriter struct {
	b    []byte
	free int // bits of the last octet that are not written yet
}

// bits writes the low n bits of v.
func (w *bitWriter) bits(n int, v uint64) {
	for n--; n >= 0; n-- {
		if w.free == 0 {
			w.b, w.free = append(w.b, 0), 8
		}
		w.free--
		w.b[len(w.b)-1] |= byte(v>>n&1) << w.free
	}
}

// flag writes one bit.
func (w *bitWriter) flag(set bool) {
	if set {
		w.bits(1, 1)
	} else {
		w.bits(1, 0)
	}
}

// golomb writes ue(v), an Exp-Golomb code (H.264 section 9.1).
func (w *bitWriter) golomb(v uint64) {
	size := bits.Len64(v + 1)
	w.bits(size-1, 0)
	w.bits(size, v+1)
}

// nonSymmetric writes ns(n), one of n values in as few bits as can be (AV1
// section 4.10.7).
func (w *bitWriter) nonSymmetric(v, n uint64) {
	size := bits.Len64(n)
	short := uint64(1)<<size - n // values that take one bit less
	if v < short {
		w.bits(size-1, v)
	} else {
		w.bits(size, v+short)
	}
}

// trailing ends a bit stream: a one, and zeros up to the next octet.
func (w *bitWriter) trailing() []byte {
	w.bits(1, 1)
	return w.b
}

// bitReader takes off what a bitWriter wrote. Behind the end are zeros, and
// failed is set.
type bitReader struct {
	b      []byte
	taken  int // bits of b
	failed bool
}

func (r *bitReader) bits(n int) (v uint64) {
	for range n {
		v <<= 1
		if r.taken >= 8*len(r.b) {
			r.failed = true
			continue
		}
		v |= uint64(r.b[r.taken/8]>>(7-r.taken%8)) & 1
		r.taken++
	}
	return v
}

func (r *bitReader) flag() bool { return r.bits(1) == 1 }

func (r *bitReader) nonSymmetric(n uint64) uint64 {
	size := bits.Len64(n)
	short := uint64(1)<<size - n
	v := r.bits(size - 1)
	if v < short {
		return v
	}
	return v<<1 + r.bits(1) - short
}
