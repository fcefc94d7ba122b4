package rest

import (
	"net/http"
	"strconv"
	"sync"
)

// Requests is how often a route was answered with a class of status, such as 2xx.
type Requests struct {
	Method, Route, Class string
	Count                uint64
}

// noRoute is counted for requests that are for no route.
const noRoute = "other"

// classes are the classes of status that there may be.
func classes() []string { return []string{"2xx", "4xx", "5xx"} }

// tally counts the requests of the routes, which are known beforehand. Its methods may be
// called from any goroutine.
type tally struct {
	mu     sync.Mutex
	counts []Requests
	places map[Requests]int // with a Count of 0
}

func newTally(routes []route) *tally {
	t := &tally{places: make(map[Requests]int)}
	for _, one := range append(routes, route{method: noRoute, path: noRoute}) {
		for _, class := range classes() {
			key := Requests{Method: one.method, Route: one.path, Class: class}
			t.places[key] = len(t.counts)
			t.counts = append(t.counts, key)
		}
	}
	return t
}

// note counts one answer.
func (t *tally) note(one route, status int) {
	key := Requests{Method: one.method, Route: one.path, Class: strconv.Itoa(status/100) + "xx"}
	t.mu.Lock()
	defer t.mu.Unlock()
	if at, known := t.places[key]; known {
		t.counts[at].Count++
	}
}

// snapshot returns all counts, in the order of the routes.
func (t *tally) snapshot() []Requests {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Requests(nil), t.counts...)
}

// watched is a ResponseWriter that remembers the status. What it wraps is found by
// http.ResponseController.
type watched struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *watched) Write(data []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(data)
}

// Unwrap is for http.ResponseController.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// counted counts what serve answers for a route.
func (h *handler) counted(one route, w http.ResponseWriter, serve func(http.ResponseWriter)) {
	seen := &watched{ResponseWriter: w}
	defer func() { h.requests.note(one, seen.status) }()
	serve(seen)
}
