package report

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// Progress says how far a run is.
type Progress struct {
	Elapsed time.Duration
	Total   time.Duration // 0: not known beforehand
	Phase   string        // what the scenario does now; may be empty
	Clients int           // planned
}

// plainEvery is the time between two lines where there is no terminal.
const plainEvery = 5 * time.Second

// historySeconds is how long ago the view's curves begin.
const historySeconds = 60

// Live shows a run while it goes on. On a terminal it repaints a few lines in
// place; elsewhere it writes a line of key=value pairs every five seconds. It
// never hides the cursor and leaves it at the beginning of an empty line, so
// that a run may end at any moment. All methods may be called by any goroutine.
// Errors of the writer are ignored: the run matters more than its picture.
type Live struct {
	w        io.Writer
	terminal bool
	width    func() int
	style    Style

	mu      sync.Mutex
	picture []string // on the screen now
	history history
	pending interval
	next    time.Duration // when the next plain line is due
}

// NewLive returns a view that writes to w. If terminal is set, w understands
// ECMA-48 and is width() columns wide, which is asked for at each repaint.
func NewLive(w io.Writer, terminal bool, width func() int, style Style) *Live {
	return &Live{w: w, terminal: terminal, width: width, style: style}
}

// Update shows the last second of the run.
func (l *Live) Update(p result.Point, progress Progress) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.terminal {
		l.updatePlain(p, progress)
		return
	}
	l.history.add(p)
	view := view{point: p, progress: progress, history: &l.history, width: l.width() - 1, style: l.style}
	l.repaint(nil, view.lines())
}

// Write puts whole lines, like those of a log, above the view.
func (l *Live) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.picture) == 0 {
		return l.w.Write(p)
	}
	l.repaint(p, l.picture)
	return len(p), nil
}

// Finish takes the view off the screen, to make room for the table, or writes
// the last plain line. It may be called more than once; Update begins anew.
func (l *Live) Finish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.terminal {
		l.flushPlain()
		return
	}
	if len(l.picture) > 0 {
		l.repaint(nil, nil)
	}
}

// repaint replaces the picture, in one write so that it does not flicker. What
// goes above it comes first. The cursor is always on the line below the picture.
func (l *Live) repaint(above []byte, picture []string) {
	var b bytes.Buffer
	b.WriteByte('\r')
	b.WriteString(strings.Repeat("\x1b[A", len(l.picture)))
	if len(above) > 0 {
		b.WriteString("\x1b[J") // log lines may be longer than the terminal is wide
		b.Write(above)
		if above[len(above)-1] != '\n' {
			b.WriteByte('\n')
		}
	}
	for _, line := range picture {
		b.WriteString(line)
		b.WriteString("\x1b[K\n")
	}
	b.WriteString("\x1b[J")
	l.picture = picture
	_, _ = l.w.Write(b.Bytes())
}

// updatePlain counts the second, and writes a line when it is due.
func (l *Live) updatePlain(p result.Point, progress Progress) {
	changed := l.pending.seconds > 0 && l.pending.progress.Phase != progress.Phase
	if changed {
		l.flushPlain()
	}
	l.pending.add(p, progress)
	if progress.Elapsed >= l.next {
		l.flushPlain()
	}
}

func (l *Live) flushPlain() {
	if l.pending.seconds == 0 {
		return
	}
	elapsed := l.pending.progress.Elapsed
	_, _ = io.WriteString(l.w, l.pending.line()+"\n")
	l.pending = interval{}
	l.next = elapsed + plainEvery
}
