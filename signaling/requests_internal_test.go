package signaling

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/signaling/api"
)

func TestCountingARequestAllocatesNothing(t *testing.T) {
	c := newRequestCounters()
	came := time.Now()
	for _, method := range []string{api.JoinRoom, "no method of ours"} {
		if n := testing.AllocsPerRun(1000, func() { c.count(method, 0); c.took(method, came, "") }); n != 0 {
			t.Errorf("%s: %v allocations", method, n)
		}
	}
}

func BenchmarkCountingARequest(b *testing.B) {
	c := newRequestCounters()
	came := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c.count(api.JoinRoom, 0)
			c.took(api.JoinRoom, came, "")
		}
	})
}
