package codec

import "math/bits"

// bitReader takes numbers off octets, the highest bit first. Past the end it
// reads zeros and remembers it, so that a parser asks once, when it is done.
type bitReader struct {
	rest   []byte
	octet  byte // the octet being read, shifted so that its next bit is the highest
	left   int  // bits of it that were not read yet
	failed bool // a bit was read that is not there, or a number too large to hold

	escaped bool // the octets have emulation prevention (H.264 section 7.3.1)
	zeros   int  // zero octets in front of the next one, up to 2
}

// bits reads n bits, at most 32: f(n) of AV1, u(n) of H.264.
func (r *bitReader) bits(n int) uint32 {
	var v uint32
	for n > 0 {
		if r.left == 0 {
			r.load()
		}
		take := min(n, r.left)
		v = v<<take | uint32(r.octet>>(8-take))
		r.octet <<= take
		r.left -= take
		n -= take
	}
	return v
}

// small reads n bits, at most 8.
func (r *bitReader) small(n int) uint8 { return uint8(r.bits(n)) }

func (r *bitReader) flag() bool { return r.bits(1) != 0 }

// load makes the next octet the current one. After two zero octets an octet 3
// is there to keep start codes out of the data, and is none of it.
func (r *bitReader) load() {
	if r.escaped && r.zeros == 2 && len(r.rest) > 0 && r.rest[0] == 3 {
		r.rest, r.zeros = r.rest[1:], 0
	}
	r.left = 8
	if len(r.rest) == 0 {
		r.octet, r.failed = 0, true
		return
	}
	r.octet, r.rest = r.rest[0], r.rest[1:]
	if r.octet == 0 {
		r.zeros = min(r.zeros+1, 2)
	} else {
		r.zeros = 0
	}
}

// nonSymmetric reads a number below n, which is not zero: ns(n) of AV1 section
// 4.10.7. The lower numbers have one bit less where n is no power of two.
func (r *bitReader) nonSymmetric(n uint32) uint32 {
	width := bits.Len32(n)
	shorter := uint32(1)<<width - n
	v := r.bits(width - 1)
	if v < shorter {
		return v
	}
	return v<<1 - shorter + r.bits(1)
}

// expGolomb reads as many bits as there were zeros before a one: ue(v) of H.264
// section 9.1, and uvlc() of AV1 section 4.10.3.
func (r *bitReader) expGolomb() uint32 {
	zeros := 0
	for !r.flag() {
		zeros++
		if zeros > 31 || r.failed {
			r.failed = true
			return 0
		}
	}
	return uint32(1)<<zeros - 1 + r.bits(zeros)
}

// signedExpGolomb reads se(v) of H.264 section 9.1.1: 0, 1, -1, 2, -2 ...
func (r *bitReader) signedExpGolomb() int32 {
	k := r.expGolomb()
	magnitude := int32(k/2 + k%2) //nolint:gosec // below 2^31
	if k%2 == 0 {
		return -magnitude
	}
	return magnitude
}
