package report_test

import (
	"os"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/report"
	"github.com/atrium-rtc/atrium/internal/load/result"
)

// Where there is no terminal, a line that grep finds is written every five
// seconds, and when the phase changes.
func ExampleLive() {
	live := report.NewLive(os.Stdout, false, nil, report.Plain)
	defer live.Finish()
	live.Update(result.Point{
		Rooms: 1, Clients: 3, Publishers: 1, Subscriptions: 2, Joins: 3, Packets: 120, Bits: 1e6, Delivered: 1,
		LatencyP50: 1.2, LatencyP99: 4, CPU: 0.1, Memory: 64 << 20,
	}, report.Progress{Elapsed: time.Second, Total: time.Minute, Phase: "ramp", Clients: 21})
	// Output:
	// at=0:01 phase=ramp rooms=1 clients=3/21 publishers=1 subscriptions=2 joins=3 leaves=0 failures=0 received=1.00Mbit/s delivered=100% latency_p50=1.20ms latency_p99=4.00ms frozen=0 late=0 cpu=0.10 memory=64.0MiB saturated=false
}
