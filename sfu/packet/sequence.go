package packet

// ExtSeq is an RTP sequence number without wrapping: the 16-bit number of the
// header in the low bits, the count of its cycles above. Numbers from one
// Unwrapper compare, subtract and sort like the packets they belong to.
type ExtSeq uint64

// seqCycle is how many sequence numbers one cycle has.
const seqCycle ExtSeq = 1 << 16

// Seq returns the sequence number as it stands in an RTP header.
func (s ExtSeq) Seq() uint16 { return uint16(s) }

// UnwrapNear returns the number nearest to reference whose low bits are n: the
// unwrapped form of a number of a narrower space, such as a picture id. bits is
// 1 to 16. References below a cycle are moved one cycle up, so that nothing
// underflows.
func UnwrapNear(reference ExtSeq, n uint16, bits uint8) ExtSeq {
	cycle := ExtSeq(1) << bits
	reference = max(reference, cycle)
	ext := reference&^(cycle-1) | ExtSeq(n)&(cycle-1)
	switch {
	case ext > reference && ext-reference > cycle/2:
		return ext - cycle
	case ext < reference && reference-ext > cycle/2:
		return ext + cycle
	}
	return ext
}

// Unwrapper turns the wrapping sequence numbers of one stream into ExtSeq. It
// takes each number as the one nearest to the highest so far, which is right
// while packets are reordered by less than half a cycle (RFC 3550 appendix
// A.1). The zero value is ready. It is owned by one goroutine.
type Unwrapper struct {
	highest ExtSeq
	started bool
}

// Unwrap returns the unwrapped form of seq. The first number is placed one
// cycle up, so that packets sent before it but received after it do not
// underflow.
func (u *Unwrapper) Unwrap(seq uint16) ExtSeq {
	if !u.started {
		u.started = true
		u.highest = seqCycle + ExtSeq(seq)
		return u.highest
	}
	// The difference of two 16-bit numbers, read as signed, is the shorter way
	// round the cycle. highest is at least one cycle up and never falls, so
	// going half a cycle back stays positive.
	delta := int16(seq - u.highest.Seq()) // wrapping is the point
	if delta >= 0 {
		u.highest += ExtSeq(delta)
		return u.highest
	}
	return u.highest - ExtSeq(-int32(delta))
}

// Highest returns the highest number so far, and false before the first.
func (u *Unwrapper) Highest() (ExtSeq, bool) { return u.highest, u.started }
