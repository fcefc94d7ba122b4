package main

import (
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/usage"
)

// good is the outcome of a test that misses nothing.
func good() *outcome {
	o := &outcome{run: &result.Run{Planned: result.Planned{Publishers: 20}}, began: time.Unix(1000, 0)}
	o.run.Total.Join = result.Distribution{Count: 220, P99: 900, Max: 1000}
	o.run.Total.FirstKeyframe = result.Distribution{Count: 200, P99: 1900, Max: 9000}
	o.run.Total.Subscriptions = 200
	o.before.Held = usage.Held{Goroutines: 16, Files: 15}
	o.after.Held = usage.Held{Goroutines: 16, Files: 15}
	for at := time.Duration(0); at <= 30*time.Minute; at += heapEvery {
		o.heap = append(o.heap, heapSample{o.began.Add(at), 50e6})
	}
	return o
}

func TestEachFigureMissedFailsTheTest(t *testing.T) {
	tests := []struct {
		name, plan string
		change     func(*outcome)
		missed     string // part of the line; empty for none
	}{
		{"a good churn", "churn", func(*outcome) {}, ""},
		{"a good call", "call", func(*outcome) {}, ""},
		{"one goroutine", "churn", func(o *outcome) { o.after.Goroutines++ }, "16 before, 17 after (+1)"},
		{"one file", "call", func(o *outcome) { o.after.Files++ }, "files at rest"},
		{"a join that failed", "churn", func(o *outcome) { o.run.Total.JoinFailures = 1 }, "joins that failed"},
		{"a join without a picture", "churn", func(o *outcome) { o.run.Total.FirstKeyframe.Count-- }, "1 of 220"},
		{"a slow join", "churn", func(o *outcome) { o.run.Total.Join.Max = 10_001 }, "join to the answer"},
		{"a slow picture", "churn", func(o *outcome) { o.run.Total.FirstKeyframe.Max = 10_001 }, "join to the first picture"},
		{"a heap that grows", "call", func(o *outcome) {
			for i := range o.heap {
				o.heap[i].octets += uint64(i) * 10_000 // 1.2 % in 10 min
			}
		}, "slope < 1 %"},
		{"nobody came", "call", func(o *outcome) { o.run.Total = result.Summary{} }, "0 of 0"},
		{"interrupted", "call", func(o *outcome) { o.run.Stopped = "interrupted" }, "carried out to the end"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := good()
			tt.change(o)
			o.judge(tt.plan)
			var text strings.Builder
			err := o.conclude(&text, tt.plan)
			if failed := tt.missed != ""; (err != nil) != failed || !strings.Contains(text.String(), tt.missed) {
				t.Errorf("error %v, missed should be %q:\n%s", err, tt.missed, text.String())
			}
		})
	}
}

func TestACallThatIsTooShortHasNoSlope(t *testing.T) {
	o := good()
	o.heap = o.heap[:len(o.heap)/2]
	o.judge("call")
	for _, v := range o.run.Verdicts {
		if strings.Contains(v.Requirement, "slope") {
			t.Errorf("15 minutes are judged: %+v", v)
		}
	}
}

func TestThePlansAreThoseOfTheRows(t *testing.T) {
	churn, err := readPlan("churn", 0)
	if err != nil {
		t.Fatal(err)
	}
	joins := map[time.Duration]int{}
	for _, c := range churn.Clients {
		for _, step := range c.Steps {
			if step.Do == scenario.Join {
				joins[step.At.Truncate(time.Second)]++
			}
		}
	}
	for second := 17 * time.Second; second < 75*time.Second; second += time.Second {
		if joins[second] != 20 {
			t.Errorf("%d joins in second %v, want 20", joins[second], second)
		}
	}
	if burst := joins[91*time.Second] + joins[92*time.Second]; burst != 200 {
		t.Errorf("%d joins in the two seconds of the burst, want 200", burst)
	}
	for _, length := range []time.Duration{2 * time.Minute, 4 * time.Hour} {
		call, err := readPlan("call", length)
		if err != nil || call.Duration != length {
			t.Errorf("a call of %v: %v", length, err)
		}
	}
}
