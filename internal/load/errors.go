package load

import (
	"cmp"
	"slices"
	"sync"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// maxErrorTexts bounds how many different errors are told apart.
const maxErrorTexts = 100

// errorCounts counts errors by their text. Any goroutine may call its methods;
// the zero value is ready.
type errorCounts struct {
	mu     sync.Mutex
	counts map[string]int
}

// add counts one error with this text, which has no names or numbers in it.
func (e *errorCounts) add(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.counts == nil {
		e.counts = make(map[string]int)
	}
	if _, known := e.counts[text]; !known && len(e.counts) >= maxErrorTexts {
		text = "other errors"
	}
	e.counts[text]++
}

// list returns the counts, the most frequent first.
func (e *errorCounts) list() []result.ErrorCount {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := make([]result.ErrorCount, 0, len(e.counts))
	for text, count := range e.counts {
		list = append(list, result.ErrorCount{Text: text, Count: count})
	}
	slices.SortFunc(list, func(a, b result.ErrorCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text))
	})
	return list
}
