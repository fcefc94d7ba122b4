package load

import (
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

// notes are what is worth telling once: it is no error and no figure. Any
// goroutine may call its methods; the zero value is ready once began is set.
type notes struct {
	mu    sync.Mutex
	began time.Time
	said  map[string]bool
	marks []result.Mark
}

// begin sets the time that notes count from.
func (n *notes) begin(now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.began = now
}

// say keeps a note, once.
func (n *notes) say(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.said[text] {
		return
	}
	if n.said == nil {
		n.said = make(map[string]bool)
	}
	n.said[text] = true
	n.marks = append(n.marks, result.Mark{At: seconds(time.Since(n.began)), Text: result.NotePrefix + text})
}

func (n *notes) list() []result.Mark {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.marks
}

// pauses remembers which publishers have stopped on purpose, for those who
// subscribe while they have. Any goroutine may call its methods; the zero value
// is ready.
type pauses struct {
	mu   sync.Mutex
	kind map[string]map[scenario.Kind]bool // by publisher
}

func (p *pauses) set(publisher string, kind scenario.Kind, paused bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kind == nil {
		p.kind = make(map[string]map[scenario.Kind]bool)
	}
	if p.kind[publisher] == nil {
		p.kind[publisher] = make(map[scenario.Kind]bool)
	}
	p.kind[publisher][kind] = paused
}

// of reports whether a publisher has stopped a kind of media.
func (p *pauses) of(publisher string, kind scenario.Kind) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kind[publisher][kind]
}
