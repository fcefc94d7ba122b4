package simulcast

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// numberingStep is one call: begin has no result, place returns out, leave only
// where it comes too late to close the place. Out 0 stands for no number.
type numberingStep struct {
	call string
	src  packet.ExtSeq
	out  packet.ExtSeq
}

func TestNumbering(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps []numberingStep
	}{
		{"nothing has a number before the first source", []numberingStep{
			{"place", 10, 0},
			{"leave", 10, 0},
			{"resume", 0, 0},
			{"place", 11, 0},
			{"begin", 10, 0},
			{"place", 10, 100},
		}},
		{"the first source begins at the start", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"place", 11, 101},
		}},
		{"loss keeps its place, and is repaired there", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"place", 13, 103}, {"place", 11, 101}, {"place", 12, 102},
		}},
		{"a duplicate has the same number again", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"place", 11, 101}, {"place", 11, 101}, {"place", 10, 100},
		}},
		{"what is left out closes up", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"leave", 11, 0}, {"leave", 12, 0}, {"place", 13, 101}, {"place", 14, 102},
		}},
		{"what was left out stays out", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"leave", 11, 0}, {"place", 12, 101}, {"place", 11, 0}, {"leave", 11, 0},
		}},
		{"left out behind a loss closes its own place only", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"leave", 13, 0}, {"place", 14, 103}, {"place", 12, 102}, {"place", 11, 101},
		}},
		{"the first number may be left out", []numberingStep{
			{"begin", 10, 0}, {"leave", 10, 0}, {"place", 11, 100}, {"place", 10, 0},
		}},
		{"a place behind which numbers went out must be filled", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"place", 12, 102}, {"leave", 11, 101}, {"place", 13, 103},
		}},
		{"a place behind which numbers were only left out must be filled, too", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"leave", 12, 0}, {"leave", 11, 101}, {"place", 13, 102},
		}},
		{"late numbers among left out ones find their places", []numberingStep{
			{"begin", 10, 0},
			{"place", 10, 100},
			{"leave", 12, 0},
			{"leave", 14, 0},
			{"place", 16, 104},
			{"place", 15, 103},
			{"place", 11, 101},
			{"leave", 13, 102},
			{"place", 12, 0},
			{"place", 14, 0},
		}},
		{"a new source goes on behind the last one", []numberingStep{
			{"begin", 10, 0},
			{"place", 10, 100},
			{"place", 12, 102},
			{"begin", 7000, 0},
			{"place", 7000, 103},
			{"place", 6999, 0},
			{"place", 12, 0},
			{"place", 7001, 104},
		}},
		{"a new source may have lower numbers", []numberingStep{
			{"begin", 7000, 0}, {"place", 7000, 100}, {"begin", 10, 0}, {"place", 10, 101}, {"place", 11, 102},
		}},
		{"a new source does not remember what was left out of the last one", []numberingStep{
			{"begin", 10, 0},
			{"place", 10, 100},
			{"leave", 11, 0},
			{"leave", 12, 0},
			{"begin", 9, 0},
			{"place", 9, 101},
			{"place", 12, 104},
			{"place", 11, 103},
		}},
		{"places that nothing used pass to the new source", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"leave", 13, 0}, {"begin", 50, 0}, {"place", 50, 101},
		}},
		{"sources may follow each other without a packet in between", []numberingStep{
			{"begin", 10, 0}, {"begin", 20, 0}, {"place", 20, 100}, {"begin", 30, 0}, {"begin", 40, 0}, {"place", 40, 101},
		}},
		{"a resumed source leaves no gap", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"resume", 0, 0}, {"place", 50, 101}, {"place", 49, 0}, {"place", 11, 0}, {"place", 52, 103},
		}},
		{"a source resumes with the first number that is new", []numberingStep{
			{"begin", 10, 0},
			{"place", 10, 100},
			{"place", 12, 102},
			{"resume", 0, 0},
			{"place", 11, 101},
			{"place", 12, 102},
			{"leave", 40, 0},
			{"place", 41, 103},
			{"place", 39, 0},
			{"place", 43, 105},
		}},
		{"what was late before the pause may come after it", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"place", 12, 102}, {"resume", 0, 0}, {"place", 40, 103}, {"place", 11, 101},
		}},
		{"after a long pause nothing is late", []numberingStep{
			{"begin", 10, 0},
			{"place", 10, 100},
			{"place", 12, 102},
			{"resume", 0, 0},
			{"place", 13 + leftOutWindow, 103},
			{"place", 11, 0},
			{"place", 12 + leftOutWindow, 0},
			{"place", 15 + leftOutWindow, 105},
		}},
		{"a source that is resumed twice resumes once", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"resume", 0, 0}, {"resume", 0, 0}, {"place", 20, 101}, {"place", 22, 103},
		}},
		{"a source that begins has nothing to resume", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"resume", 0, 0}, {"begin", 20, 0}, {"place", 20, 101}, {"place", 22, 103},
		}},
		{"a gap of the largest size is loss", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"place", 10 + maxJump, 100 + maxJump},
		}},
		{"a larger one is a restart", []numberingStep{
			{"begin", 10, 0},
			{"place", 10, 100},
			{"place", 11 + maxJump, 101},
			{"place", 10 + maxJump, 0},
			{"place", 11, 0},
			{"place", 13 + maxJump, 103},
			{"place", 12 + maxJump, 102},
		}},
		{"a restart may begin with what is left out", []numberingStep{
			{"begin", 10, 0}, {"place", 10, 100}, {"leave", 11 + maxJump, 0}, {"place", 12 + maxJump, 101},
		}},
		{"the last number of the window finds its place", []numberingStep{
			{"begin", 10, 0},
			{"place", 10, 100},
			{"leave", 12, 0},
			{"place", 11 + leftOutWindow, 100 + leftOutWindow},
			{"place", 12, 0},
			{"place", 11, 0},
			{"place", 10, 0},
			{"place", 13, 102},
		}},
		{"a gap as large as the window forgets nothing that can still come", []numberingStep{
			{"begin", 10, 0},
			{"place", 10, 100},
			{"leave", 11, 0},
			{"place", 11 + leftOutWindow, 100 + leftOutWindow},
			{"place", 12, 101},
			{"leave", 13, 102},
			{"place", 11, 0},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var n numbering
			n.startAt(100)
			for i, step := range tt.steps {
				var out packet.ExtSeq
				var ok bool
				switch step.call {
				case "begin":
					n.begin(step.src)
				case "resume":
					n.resume()
				case "place":
					out, ok = n.place(step.src)
				case "leave":
					out, ok = n.leave(step.src)
				}
				if out != step.out || ok != (step.out != 0) {
					t.Fatalf("step %d, %s %d: got %d %v, want %d", i, step.call, step.src, out, ok, step.out)
				}
			}
		})
	}
}

func TestLateNumberCountsManyThatWereLeftOut(t *testing.T) {
	for _, gone := range []packet.ExtSeq{1, 62, 63, 64, 65, 127, 128, 300, leftOutWindow - 2} {
		for phase := range packet.ExtSeq(65) {
			var n numbering
			n.startAt(100)
			n.begin(1000 + phase)
			n.place(1000 + phase)
			late := 1001 + phase
			for src := late + 1; src <= late+gone; src++ {
				n.leave(src)
			}
			if out, ok := n.place(late + gone + 1); !ok || out != 102 {
				t.Fatalf("behind %d left out from %d: %d %v, want 102", gone, late, out, ok)
			}
			if out, ok := n.place(late); gone+1 < leftOutWindow && (!ok || out != 101) {
				t.Fatalf("before %d left out from %d: %d %v, want 101", gone, late, out, ok)
			}
		}
	}
}

// naive is what numbering does, told in maps.
type naive struct {
	first, newest packet.ExtSeq
	base          packet.ExtSeq // out, of first
	next          packet.ExtSeq
	left          map[packet.ExtSeq]bool
	placed        bool // something of the source was
	closed        bool // the next new number leaves no gap
}

func (m *naive) begin(src packet.ExtSeq) {
	*m = naive{first: src, newest: src, base: m.next, next: m.next, left: map[packet.ExtSeq]bool{}}
}

func (m *naive) known(src packet.ExtSeq) bool {
	return src >= m.first && (src > m.newest || m.newest-src < leftOutWindow) && !m.left[src]
}

func (m *naive) place(src packet.ExtSeq) (packet.ExtSeq, bool) {
	if !m.known(src) {
		return 0, false
	}
	m.jump(src)
	m.placed = true
	m.newest = max(m.newest, src)
	out := m.base + src - m.first
	for left := range m.left {
		if left < src {
			out--
		}
	}
	m.next = max(m.next, out+1)
	return out, true
}

func (m *naive) leave(src packet.ExtSeq) (packet.ExtSeq, bool) {
	if !m.known(src) {
		return 0, false
	}
	if src < m.newest || src == m.newest && m.placed {
		return m.place(src)
	}
	m.jump(src)
	m.placed = true
	m.newest = src
	m.left[src] = true
	return 0, false
}

func (m *naive) resume() { m.closed = true }

func (m *naive) jump(src packet.ExtSeq) {
	if src <= m.newest {
		return
	}
	gap := src - m.newest - 1
	if gap >= maxJump || m.closed && gap >= leftOutWindow {
		m.begin(src)
		return
	}
	for left := m.newest + 1; left < src && m.closed; left++ {
		m.left[left] = true
	}
	m.closed = false
}

// TestNumberingDoesWhatMapsDo numbers random sources with loss, reordering,
// duplicates and numbers that are left out.
func TestNumberingDoesWhatMapsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var n numbering
		var model naive
		first := packet.ExtSeq(rapid.Uint16().Draw(t, "first")) + 1<<16
		n.startAt(first)
		model.next = first
		type place struct {
			source int
			src    packet.ExtSeq
		}
		used := map[packet.ExtSeq]place{}
		for source := range rapid.IntRange(1, 4).Draw(t, "sources") {
			src := packet.ExtSeq(rapid.Uint32Range(1<<16, 1<<18).Draw(t, "src"))
			n.begin(src)
			model.begin(src)
			for i := range rapid.IntRange(1, 60).Draw(t, "numbers") {
				if i > 0 {
					step := rapid.OneOf(
						rapid.IntRange(-3, 4), rapid.IntRange(-leftOutWindow-2, leftOutWindow+2), rapid.IntRange(maxJump-1, maxJump+2),
					).Draw(t, "step")
					src = packet.ExtSeq(int(model.newest) + step)
				}
				if rapid.IntRange(0, 19).Draw(t, "resume") == 0 {
					n.resume()
					model.resume()
				}
				call, got, want := "place", n.place, model.place
				if rapid.IntRange(0, 2).Draw(t, "leave") == 0 {
					call, got, want = "leave", n.leave, model.leave
				}
				out, ok := got(src)
				if wantOut, wantOK := want(src); out != wantOut || ok != wantOK {
					t.Fatalf("%s %d: got %d %v, want %d %v", call, src, out, ok, wantOut, wantOK)
				}
				if user, again := used[out]; ok && again && user != (place{source, src}) {
					t.Fatalf("%s %d of source %d: %d was given to %+v", call, src, source, out, user)
				}
				if ok {
					used[out] = place{source, src}
				}
			}
		}
	})
}
