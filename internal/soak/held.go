package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/usage"
)

// heapEvery is how often the heap is measured while the plan goes on. Each time
// costs the server two collections.
const heapEvery = 10 * time.Second

// heapSample is the live heap at a moment.
type heapSample struct {
	at     time.Time
	octets uint64
}

// watcher reads what a server holds from its operator's listener. It is the
// load test's usage.Source. One goroutine at a time uses it.
type watcher struct {
	base    string
	client  *http.Client
	metrics usage.Source
	heap    []heapSample
}

func newWatcher(base string) *watcher {
	// A connection for each reading: one that is kept would count among the files.
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	return &watcher{base: base, client: client, metrics: usage.Scrape(base+"/metrics", client)}
}

// Read implements usage.Source. The heap is that of the last measurement.
func (w *watcher) Read(ctx context.Context) (usage.Sample, error) {
	sample, err := w.metrics.Read(ctx)
	if err != nil {
		return usage.Sample{}, err
	}
	if n := len(w.heap); n == 0 || sample.At.Sub(w.heap[n-1].at) >= heapEvery {
		// One that is late is left out: its successor comes soon enough.
		if octets, err := w.liveHeap(ctx); err == nil {
			w.heap = append(w.heap, heapSample{sample.At, octets})
		}
	}
	if n := len(w.heap); n > 0 {
		sample.Held.Heap = w.heap[n-1].octets
	}
	return sample, nil
}

// String implements usage.Source.
func (w *watcher) String() string { return w.base + "/metrics" }

// heapAlloc is the line of a heap profile in text form that has
// runtime.MemStats.HeapAlloc.
var heapAlloc = regexp.MustCompile(`(?m)^# HeapAlloc = (\d+)$`)

// liveHeap lets the server collect and returns what is left. Twice, because what
// lies in a sync.Pool outlives the first collection.
func (w *watcher) liveHeap(ctx context.Context) (uint64, error) {
	if _, err := w.get(ctx, "/debug/pprof/heap?gc=1"); err != nil {
		return 0, err
	}
	text, err := w.get(ctx, "/debug/pprof/heap?gc=1&debug=1")
	if err != nil {
		return 0, err
	}
	found := heapAlloc.FindSubmatch(text)
	if found == nil {
		return 0, fmt.Errorf("%s: the heap profile has no HeapAlloc", w.base)
	}
	return strconv.ParseUint(string(found[1]), 10, 64)
}

// goroutines returns the stacks of the server's goroutines, counted.
func (w *watcher) goroutines(ctx context.Context) ([]byte, error) {
	return w.get(ctx, "/debug/pprof/goroutine?debug=1")
}

func (w *watcher) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.base+path, nil)
	if err != nil {
		return nil, err
	}
	res, err := w.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", path, res.Status)
	}
	return io.ReadAll(res.Body)
}
