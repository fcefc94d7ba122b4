package main

import (
	"encoding/csv"
	"fmt"
	"io"

	"github.com/atrium-rtc/atrium/internal/bench/ccsim/dumbbell"
	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// writeSeries writes a trace as CSV: kbit/s, ms and packets in each 100 ms.
func writeSeries(w io.Writer, t *dumbbell.Trace) error {
	out := csv.NewWriter(w)
	head := []string{"seconds", "link", "queue_ms"}
	for _, f := range t.Flows {
		if !f.Foreign {
			head = append(head, f.Name+"_target", f.Name+"_probe")
		}
		head = append(head, f.Name+"_sent", f.Name+"_arrived", f.Name+"_lost")
	}
	_ = out.Write(head) // Flush tells
	kbit := func(b bwe.Bitrate) string { return fmt.Sprint(int64(b+500) / 1000) }
	for _, s := range t.Samples {
		row := []string{fmt.Sprintf("%.1f", s.At.Seconds()), kbit(s.Link), fmt.Sprint(s.Queue.Milliseconds())}
		for i, f := range s.Flows {
			if !t.Flows[i].Foreign {
				row = append(row, kbit(f.Target), kbit(f.Probe))
			}
			row = append(row, kbit(f.Sent), kbit(f.Arrived), fmt.Sprint(f.Lost))
		}
		_ = out.Write(row)
	}
	out.Flush()
	return out.Error()
}
