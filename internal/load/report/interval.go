package report

import (
	"fmt"
	"strings"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// interval is the time between two plain lines. Levels are those of its last
// second, latency, frozen pictures and delivery those of its worst, and events are
// summed.
type interval struct {
	seconds  int
	progress Progress
	last     result.Point

	joins, leaves, failures, late int
	bits                          uint64
	worst                         result.Point
	saturated                     bool
}

func (i *interval) add(p result.Point, progress Progress) {
	if i.seconds == 0 {
		i.worst = p
	}
	i.seconds++
	i.progress, i.last = progress, p
	i.joins += p.Joins
	i.leaves += p.Leaves
	i.failures += p.Failures
	i.late += p.Late
	i.bits += p.Bits
	i.worst.Delivered = min(i.worst.Delivered, p.Delivered)
	i.worst.LatencyP50 = max(i.worst.LatencyP50, p.LatencyP50)
	i.worst.LatencyP99 = max(i.worst.LatencyP99, p.LatencyP99)
	i.worst.Freezes = max(i.worst.Freezes, p.Freezes)
	i.saturated = i.saturated || p.Saturated
}

// line writes key=value pairs: values hold no spaces, so that grep, cut and awk
// find them.
func (i *interval) line() string {
	var b strings.Builder
	pair := func(key, value string) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(key + "=" + strings.ReplaceAll(printable(value), " ", ""))
	}
	pair("at", clock(result.Seconds(i.progress.Elapsed.Seconds())))
	if i.progress.Phase != "" {
		pair("phase", strings.ReplaceAll(i.progress.Phase, " ", "-"))
	}
	pair("rooms", fmt.Sprint(i.last.Rooms))
	pair("clients", fmt.Sprintf("%d/%d", i.last.Clients, i.progress.Clients))
	pair("publishers", fmt.Sprint(i.last.Publishers))
	pair("subscriptions", fmt.Sprint(i.last.Subscriptions))
	pair("joins", fmt.Sprint(i.joins))
	pair("leaves", fmt.Sprint(i.leaves))
	pair("failures", fmt.Sprint(i.failures))
	pair("received", result.BitPerSecond.Format(float64(i.bits)/float64(i.seconds)))
	pair("delivered", result.Share.Format(i.worst.Delivered))
	pair("latency_p50", result.Millisecond.Format(float64(i.worst.LatencyP50)))
	pair("latency_p99", result.Millisecond.Format(float64(i.worst.LatencyP99)))
	pair("frozen", fmt.Sprint(i.worst.Freezes))
	pair("late", fmt.Sprint(i.late))
	if i.last.ServerMemory > 0 {
		pair("server_cpu", fmt.Sprintf("%.2f", i.last.ServerCPU))
		pair("server_memory", result.Octet.Format(float64(i.last.ServerMemory)))
	}
	pair("cpu", fmt.Sprintf("%.2f", i.last.CPU))
	pair("memory", result.Octet.Format(float64(i.last.Memory)))
	pair("saturated", fmt.Sprint(i.saturated))
	return b.String()
}
