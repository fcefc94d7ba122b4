package publish

// allowance holds an encoding to its bitrate. It allows each frame the same
// number of octets; a larger one, such as a keyframe, makes a debt, and while
// there is a debt frames are sent without filler. That works for every target
// between the reel's own bitrate and that of its full frames, so that the target
// may change while the reel stays.
type allowance struct {
	octets int // for each frame; 0 sends everything without filler
	debt   int // in octets; negative is credit
}

// Bounds of debt and credit, in frames' worth. What was not sent is not made up
// for later by more than the one; the other is more than any keyframe costs, and
// is reached only when keyframes are asked for all the time.
const (
	creditFrames = 30
	debtFrames   = 120
)

// choose returns the form in which the next frame is sent.
func (a *allowance) choose(f *frame) *packets {
	if a.octets == 0 {
		return &f.lean
	}
	p := &f.full
	if a.debt > 0 {
		p = &f.lean
	}
	a.debt = min(max(a.debt+p.octets-a.octets, -creditFrames*a.octets), debtFrames*a.octets)
	return p
}
