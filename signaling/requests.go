package signaling

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/histogram"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// otherMethod stands for all methods that are none of api.Methods: names are the
// client's words, and would make a label for each that a stranger thinks of.
const otherMethod = "other"

// RequestOutcome labels a count of requests.
type RequestOutcome struct {
	Method string   // one of api.Methods, or "other"
	Code   api.Code // 0: success
}

// requestCounters count the requests of all sessions, and how long they took.
type requestCounters struct {
	methods map[string]*methodCounters // does not change

	mu     sync.Mutex // of failed, which is written by requests that fail
	failed map[RequestOutcome]uint64
}

type methodCounters struct {
	succeeded atomic.Uint64
	seconds   *histogram.Histogram
}

func newRequestCounters() *requestCounters {
	c := &requestCounters{methods: make(map[string]*methodCounters), failed: make(map[RequestOutcome]uint64)}
	for _, method := range append(api.Methods(), otherMethod) {
		c.methods[method] = &methodCounters{
			seconds: histogram.New(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
		}
	}
	return c
}

func (c *requestCounters) of(method string) (name string, counted *methodCounters) {
	if m, ok := c.methods[method]; ok {
		return method, m
	}
	return otherMethod, c.methods[otherMethod]
}

// count counts a request by its outcome.
func (c *requestCounters) count(method string, code api.Code) {
	name, m := c.of(method)
	if code == 0 {
		m.succeeded.Add(1)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed[RequestOutcome{name, code}]++
}

// took counts the time since a request was read, at its answer. trace is its trace, as
// an example; "" is none.
func (c *requestCounters) took(method string, came time.Time, trace string) {
	_, m := c.of(method)
	now := time.Now()
	m.seconds.ObserveTraced(now.Sub(came).Seconds(), trace, now)
}

func (c *requestCounters) snapshot() (map[RequestOutcome]uint64, map[string]histogram.Snapshot) {
	c.mu.Lock()
	outcomes := maps.Clone(c.failed)
	c.mu.Unlock()
	seconds := make(map[string]histogram.Snapshot, len(c.methods))
	for method, m := range c.methods {
		outcomes[RequestOutcome{Method: method}] = m.succeeded.Load()
		seconds[method] = m.seconds.Snapshot()
	}
	return outcomes, seconds
}
