package whip

import (
	"maps"
	"net/http"
	"sync"
)

// Stats is a snapshot for metrics.
type Stats struct {
	// Sessions are those there are, by protocol: "whip" and "whep".
	Sessions map[string]int
	// Requests are those that were answered since NewServer. The methods and
	// statuses are a fixed set, all of which stand there from the start.
	Requests map[Outcome]uint64
}

// Outcome labels a count of requests. Method is "other" for all that the protocols
// do not know.
type Outcome struct {
	Method string
	Status int
}

// Stats returns a snapshot.
func (s *Server) Stats() Stats {
	sessions := make(map[string]int)
	for k, n := range s.sessions.count() {
		sessions[string(k)] = n
	}
	return Stats{Sessions: sessions, Requests: s.counters.snapshot()}
}

// Outcomes returns all outcomes of the fixed set.
func Outcomes() []Outcome {
	var list []Outcome
	for method, statuses := range outcomes() {
		for _, status := range statuses {
			list = append(list, Outcome{method, status})
		}
	}
	return list
}

// outcomes are the statuses that each method may have.
func outcomes() map[string][]int {
	return map[string][]int{
		http.MethodPost:    {200, 201, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503},
		http.MethodPatch:   {200, 204, 400, 401, 403, 404, 405, 412, 413, 415, 422, 428, 500, 503},
		http.MethodDelete:  {200, 401, 403, 404, 405},
		http.MethodGet:     {204, 401, 403, 404},
		http.MethodHead:    {204, 401, 403, 404},
		http.MethodOptions: {200, 403},
		other:              {403, 405},
	}
}

const other = "other"

type counters struct {
	mu       sync.Mutex
	requests map[Outcome]uint64
}

// answered counts a request.
func (c *counters) answered(method string, status int) {
	if _, known := outcomes()[method]; !known {
		method = other
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.requests == nil {
		c.requests = make(map[Outcome]uint64)
	}
	c.requests[Outcome{method, status}]++
}

func (c *counters) snapshot() map[Outcome]uint64 {
	all := make(map[Outcome]uint64)
	for _, o := range Outcomes() {
		all[o] = 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.Copy(all, c.requests)
	return all
}
