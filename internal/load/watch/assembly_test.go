package watch

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// part is a packet of the frame with that timestamp: K begins a keyframe, S any
// frame, M ends one, P is padding, D damaged.
func part(seq packet.ExtSeq, timestamp uint32, is string) piece {
	has := func(flag string) bool { return strings.Contains(is, flag) }
	return piece{
		seq: seq, timestamp: timestamp, start: has("K") || has("S"), marker: has("M"), padding: has("P"),
		keyframe: has("K"), damaged: has("D"),
	}
}

// assembled pushes packets and returns the timestamps of the frames that came
// out.
func assembled(a *assembly, now time.Time, parts ...piece) []uint32 {
	var out []uint32
	for i := range parts {
		a.push(&parts[i])
		for f, ok := a.next(now); ok; f, ok = a.next(now) {
			out = append(out, f.timestamp)
		}
	}
	return out
}

// over is when a keyframe may lead over a gap seen at begin.
var over = begin.Add(leapWait)

func TestFramesThatComeOut(t *testing.T) {
	key := []piece{part(10, 1, "K"), part(11, 1, "M")}
	tests := []struct {
		name  string
		parts []piece
		want  []uint32
	}{
		{"one packet each", []piece{part(12, 2, "SM"), part(13, 3, "SM")}, []uint32{1, 2, 3}},
		{"reordered", []piece{part(14, 3, "SM"), part(13, 2, "M"), part(12, 2, "S")}, []uint32{1, 2, 3}},
		{"padding between frames", []piece{part(12, 1, "P"), part(13, 2, "SM")}, []uint32{1, 2}},
		{"padding inside a frame", []piece{part(12, 2, "S"), part(13, 1, "P"), part(14, 2, "M")}, []uint32{1, 2}},
		{"keyframe that cuts off a frame", []piece{part(12, 2, "S"), part(13, 3, "KM"), part(14, 4, "SM")}, []uint32{1, 3, 4}},
		{
			"nothing behind a frame without an end, until a keyframe",
			[]piece{part(12, 2, "S"), part(13, 3, "SM"), part(14, 4, "SM"), part(15, 5, "KM"), part(16, 6, "SM")},
			[]uint32{1, 5, 6},
		},
		{
			"nothing behind a frame that cannot be read, until a keyframe",
			[]piece{part(12, 2, "SD"), part(13, 2, "M"), part(14, 3, "SM"), part(15, 4, "KM")},
			[]uint32{1, 4},
		},
		{"keyframe that was damaged", []piece{part(12, 2, "KD"), part(13, 2, "M"), part(14, 3, "SM")}, []uint32{1}},
		{"older than what was shown", []piece{part(12, 2, "SM"), part(9, 0, "SM"), part(13, 3, "SM")}, []uint32{1, 2, 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := assembled(&assembly{}, begin, slices.Concat(key, tt.parts)...); !slices.Equal(got, tt.want) {
				t.Errorf("frames %v, want %v", got, tt.want)
			}
		})
	}
}

// gap is a stream with a hole at 12.
func gap(a *assembly) { assembled(a, begin, part(10, 1, "K"), part(11, 1, "M"), part(13, 2, "M")) }

func TestKeyframeLeadsOverAGap(t *testing.T) {
	var a assembly
	gap(&a)
	if got := assembled(&a, begin.Add(leapWait-1), part(15, 4, "K"), part(16, 4, "M")); got != nil {
		t.Errorf("frames %v while what is missing may only have been overtaken", got)
	}
	f, ok := a.next(over)
	if !ok || f.timestamp != 4 || !f.leapt {
		t.Fatalf("frame %+v, %v", f, ok)
	}
	if got := assembled(&a, over, part(12, 2, "S"), part(17, 5, "SM")); !slices.Equal(got, []uint32{5}) {
		t.Errorf("frames %v: the packet missing before has no place any more", got)
	}
}

func TestRepairEndsTheGapBeforeAnyKeyframe(t *testing.T) {
	var a assembly
	gap(&a)
	if got := assembled(&a, begin, part(14, 3, "KM"), part(12, 2, "S")); !slices.Equal(got, []uint32{2, 3}) {
		t.Errorf("frames %v", got)
	}
	// The next gap is new, and gets its time.
	late := over.Add(time.Second)
	if got := assembled(&a, late, part(16, 5, "KM")); got != nil {
		t.Errorf("frames %v over a gap just seen", got)
	}
}

func TestKeyframesThatDoNotLeadOverAGap(t *testing.T) {
	tests := []struct {
		name  string
		parts []piece
	}{
		{"its middle is missing", []piece{part(15, 4, "K"), part(17, 4, "M")}},
		{"its end is missing", []piece{part(15, 4, "K"), part(17, 5, "SM")}},
		{"its end was left out", []piece{part(15, 4, "K"), part(16, 5, "SM")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var a assembly
			gap(&a)
			if got := assembled(&a, over, tt.parts...); got != nil {
				t.Errorf("frames %v", got)
			}
			if got := assembled(&a, over, part(12, 2, "S")); !slices.Equal(got, []uint32{2}) {
				t.Errorf("frames %v, want the one that was repaired meanwhile", got)
			}
			assembled(&a, over, part(18, 8, "SM"))
			if got := assembled(&a, over.Add(leapWait), part(20, 9, "KM")); !slices.Equal(got, []uint32{9}) {
				t.Errorf("frames %v, want the keyframe behind it", got)
			}
		})
	}
}

func TestPaddingInsideAKeyframeBehindAGap(t *testing.T) {
	var a assembly
	gap(&a)
	if got := assembled(&a, over, part(15, 4, "K"), part(16, 3, "P"), part(17, 4, "M")); !slices.Equal(got, []uint32{4}) {
		t.Errorf("frames %v", got)
	}
}

func TestKeyframeThatWasShownDoesNotLeadBack(t *testing.T) {
	var a assembly
	parts := []piece{part(10, 1, "KM"), part(12, 3, "K"), part(13, 3, "M"), part(11, 2, "SM"), part(15, 5, "SM")}
	if got := assembled(&a, begin, parts...); !slices.Equal(got, []uint32{1, 2, 3}) {
		t.Errorf("frames %v", got)
	}
	if got := assembled(&a, over, part(16, 6, "SM")); got != nil {
		t.Errorf("frames %v", got)
	}
}

func TestLatestKeyframesAreKeptInMind(t *testing.T) {
	var a assembly
	gap(&a)
	for i := range packet.ExtSeq(10) { // all without an end
		assembled(&a, over, part(20+2*i, 50+uint32(i), "K"))
	}
	if len(a.candidates) != maxCandidates {
		t.Errorf("%d candidates", len(a.candidates))
	}
	if got := assembled(&a, over, part(39, 59, "M")); !slices.Equal(got, []uint32{59}) {
		t.Errorf("frames %v, want the last keyframe", got)
	}
}

// TestKeyframeOfSeveralBeginnings: in H.264 user data may stand in front of the
// parameter sets, and these in front of the slice.
func TestKeyframeOfSeveralBeginnings(t *testing.T) {
	var a assembly
	parts := []piece{part(11, 4, "S"), part(12, 4, "K"), part(13, 4, "K"), part(14, 4, "M")}
	parts[0].stamped, parts[0].number = true, 7
	a.push(&parts[0])
	a.push(&parts[2])
	a.push(&parts[3])
	if len(a.candidates) != 1 {
		t.Errorf("%d candidates", len(a.candidates))
	}
	a.push(&parts[1])
	if len(a.candidates) != 1 || a.candidates[0].start != 12 {
		t.Errorf("candidates %+v", a.candidates)
	}
	f, ok := a.next(begin)
	if !ok || !f.stamped || f.stamp.Number != 7 {
		t.Errorf("frame %+v, %v, want the one with the stamp of its first packet", f, ok)
	}
}

func TestKeyframeOfSeveralBeginningsBehindHalfAFrame(t *testing.T) {
	var a assembly
	assembled(&a, begin, part(10, 1, "KM"), part(11, 2, "S"), part(13, 2, "M"))
	if got := assembled(&a, over, part(14, 4, "S"), part(15, 4, "K"), part(16, 4, "M")); !slices.Equal(got, []uint32{4}) {
		t.Errorf("frames %v", got)
	}
}

func TestGapLargerThanWhatIsKept(t *testing.T) {
	var a assembly
	gap(&a)
	var parts []piece
	for i := range packet.ExtSeq(2 * assemblySize) {
		parts = append(parts, part(14+i, 3+uint32(i), "SM"))
	}
	if got := assembled(&a, over, parts...); got != nil {
		t.Errorf("%d frames", len(got))
	}
	if got := assembled(&a, over, part(12, 2, "S")); got != nil { // its place is taken by newer ones
		t.Errorf("frames %v", got)
	}
	last := parts[len(parts)-1].seq
	if got := assembled(&a, over, part(last+1, 9000, "KM"), part(last+2, 9001, "SM")); !slices.Equal(got, []uint32{9000, 9001}) {
		t.Errorf("frames %v", got)
	}
}

func TestStreamIsAbandonedOnce(t *testing.T) {
	tests := []struct {
		name  string
		parts []piece
		want  bool
	}{
		{"begins with a complete frame that is no keyframe", []piece{part(10, 1, "S"), part(11, 1, "M")}, true},
		{"begins with the end of a frame", []piece{part(11, 1, "M")}, false},
		{"begins with a keyframe", []piece{part(10, 1, "KM")}, false},
		{"a keyframe is on its way", []piece{part(12, 2, "K"), part(10, 1, "SM")}, false},
		{"a frame without an end", []piece{part(10, 1, "KM"), part(11, 2, "S"), part(12, 3, "SM")}, true},
		{"a gap that may be repaired", []piece{part(10, 1, "KM"), part(12, 2, "M")}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var a assembly
			assembled(&a, begin, tt.parts...)
			if got := a.abandoned(); got != tt.want {
				t.Errorf("abandoned: %v", got)
			}
			if a.abandoned() {
				t.Error("abandoned again")
			}
		})
	}
}
