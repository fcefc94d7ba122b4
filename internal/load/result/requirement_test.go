package result_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

func TestParseRequirement(t *testing.T) {
	type requirement = result.Requirement
	tests := []struct {
		in   string
		want requirement
	}{
		{"delivered>=99.9%", requirement{Metric: "delivered", Operator: ">=", Bound: 0.999, Value: "99.9%"}},
		{"delivered>=0.999", requirement{Metric: "delivered", Operator: ">=", Bound: 0.999, Value: "0.999"}},
		{"delivered@clean==100%", requirement{Metric: "delivered", Group: "clean", Operator: "==", Bound: 1, Value: "100%"}},
		{"loss<1%", requirement{Metric: "loss", Operator: "<", Bound: 0.01, Value: "1%"}},
		{"latency.p99<=50ms", requirement{Metric: "latency.p99", Operator: "<=", Bound: 50, Value: "50ms"}},
		{"latency.p50<1.5s", requirement{Metric: "latency.p50", Operator: "<", Bound: 1500, Value: "1.5s"}},
		{"latency.mean<800us", requirement{Metric: "latency.mean", Operator: "<", Bound: 0.8, Value: "800us"}},
		{"freezes==0", requirement{Metric: "freezes", Operator: "==", Value: "0"}},
		{"join.max<=0", requirement{Metric: "join.max", Operator: "<=", Value: "0"}},
		{"freezes.per_minute<0.1/min", requirement{Metric: "freezes.per_minute", Operator: "<", Bound: 0.1, Value: "0.1/min"}},
		{"server.cpu<=1.5", requirement{Metric: "server.cpu", Operator: "<=", Bound: 1.5, Value: "1.5"}},
		{"server.cpu<=2cores", requirement{Metric: "server.cpu", Operator: "<=", Bound: 2, Value: "2cores"}},
		{"server.memory<1.5GiB", requirement{Metric: "server.memory", Operator: "<", Bound: 1.5 * 1024 * 1024 * 1024, Value: "1.5GiB"}},
		{"server.memory<500MB", requirement{Metric: "server.memory", Operator: "<", Bound: 5e8, Value: "500MB"}},
		{"server.cpu_per_packet<12µs", requirement{Metric: "server.cpu_per_packet", Operator: "<", Bound: 12, Value: "12µs"}},
		{" frozen @ the slow ones < 2 % ", requirement{Metric: "frozen", Group: "the slow ones", Operator: "<", Bound: 0.02, Value: "2 %"}},
		{"first_keyframe.p95>1ms", requirement{Metric: "first_keyframe.p95", Operator: ">", Bound: 1, Value: "1ms"}},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := result.ParseRequirement(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("requirement (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseRequirementSaysWhatIsRight(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", "no operator; write it like latency.p99<=50ms"},
		{"delivered", "no operator; write it like latency.p99<=50ms"},
		{"delivered=99%", "the operators are >=, <=, ==, > and <"},
		{"deliverd>=99%", `no metric "deliverd"; did you mean delivered?`},
		{"latency<50ms", "did you mean latency.p50, latency.p90, latency.p95, latency.p99, latency.max, latency.mean?"},
		{"latency.<50ms", "did you mean latency.p50, latency.p90"},
		{"latency.p98<50ms", "did you mean latency.p90, latency.p95, latency.p99?"},
		{"happiness>3", "there are delivered, loss,"},
		{"<3", `no metric ""; there are delivered, loss,`},
		{"server.cpu@clean<1", "server.cpu is of the whole run: groups have none of their own"},
		{"loss@<1%", "no group behind @"},
		{"loss<", `"" is no number; write it like 50%, 0.5`},
		{"loss<-1%", `"-1%" is no number`},
		{"loss<1.2.3%", `"1.2.3%" is no number`},
		{"loss<NaN", `"NaN" is no number`},
		{"delivered>=99.9", "a share of 99.9 is more than everything: write 99.9%"},
		{"delivered>=99ms", `"99ms" has the wrong unit; write it like 50%, 0.5`},
		{"latency.p99<50", `"50" has the wrong unit; write it like 50ms, 50s, 50us, 50µs`},
		{"server.memory<1gb", `"1gb" has the wrong unit; write it like 50MiB, 50GiB, 50KiB`},
		{"server.cpu<50%", `"50%" has the wrong unit; write it like 50cores, 50core, 50`},
		{"freezes<5ms", `"5ms" has the wrong unit; write it like 50`},
		{"latency.p99<" + strings.Repeat("9", 308) + "s", "is out of range"},
		{"freezes<" + strings.Repeat("9", 400), "is no number"},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := result.ParseRequirement(tt.in)
			if err == nil {
				t.Fatalf("no error, but %+v", got)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q, want %q in it", err, tt.want)
			}
		})
	}
}

// measuredRun is a run in which every metric has a value of its own.
func measuredRun() *result.Run {
	spread := func(base float64) result.Distribution {
		return result.Distribution{
			Count: 10, Min: base, P50: base + 1, P90: base + 2, P95: base + 3, P99: base + 4, Max: base + 5, Mean: base + 6,
		}
	}
	total := result.Summary{
		Clients: 4, JoinFailures: 2, Packets: 999, Lost: 1, PLIs: 6,
		Latency: spread(10), Join: spread(20), FirstMedia: spread(30), FirstKeyframe: spread(40),
		Frames: 75, FramesExpected: 100, FramesLate: 7, Freezes: 3, Frozen: 6, LongestFreeze: 2500, Watched: 120,
		AudioGaps: 5, AudioGap: 1, Listened: 50,
	}
	clean := total
	clean.Lost, clean.Freezes = 0, 0
	return &result.Run{
		Total:  total,
		Groups: []result.Group{{Name: result.Clean, Summary: clean}, {Name: result.Affected, Summary: total}},
		Errors: []result.ErrorCount{{Text: "refused", Count: 3}, {Text: "timeout", Count: 1}},
		Server: &result.Usage{CPUMean: 0.5, CPUMax: 0.9, MemoryMax: 64 << 20, CPUPerPacket: 12.5},
	}
}

func TestMetricsReadTheirFigures(t *testing.T) {
	want := map[string]string{
		"delivered": "99.90 %", "loss": "0.10 %", "frames.complete": "75.00 %", "frames.late": "7",
		"frozen": "5.00 %", "freezes": "3", "freezes.per_minute": "1.50/min", "freeze.longest": "2.50 s",
		"audio.gaps": "5", "audio.gap": "2.00 %", "pli.per_minute": "3.00/min", "joins.failed": "2",
		"latency.p50": "11.0 ms", "latency.p90": "12.0 ms", "latency.p95": "13.0 ms", "latency.p99": "14.0 ms",
		"latency.max": "15.0 ms", "latency.mean": "16.0 ms",
		"join.p50": "21.0 ms", "join.p90": "22.0 ms", "join.p95": "23.0 ms", "join.p99": "24.0 ms",
		"join.max": "25.0 ms", "join.mean": "26.0 ms",
		"first_media.p50": "31.0 ms", "first_media.p90": "32.0 ms", "first_media.p95": "33.0 ms",
		"first_media.p99": "34.0 ms", "first_media.max": "35.0 ms", "first_media.mean": "36.0 ms",
		"first_keyframe.p50": "41.0 ms", "first_keyframe.p90": "42.0 ms", "first_keyframe.p95": "43.0 ms",
		"first_keyframe.p99": "44.0 ms", "first_keyframe.max": "45.0 ms", "first_keyframe.mean": "46.0 ms",
		"errors": "4", "server.cpu": "0.50 cores", "server.cpu.max": "0.90 cores",
		"server.memory": "64.0 MiB", "server.cpu_per_packet": "12.5 µs",
	}
	run, empty := measuredRun(), &result.Run{Total: result.Summary{}}
	got := map[string]string{}
	for _, m := range result.Metrics() {
		if m.Sentence == "" || strings.HasSuffix(m.Sentence, ".") {
			t.Errorf("%s has the sentence %q", m.Name, m.Sentence)
		}
		r := result.Requirement{Metric: m.Name, Operator: result.AtLeast}
		verdict := r.Judge(run)
		if !verdict.Met {
			t.Errorf("%s of %v does not meet %s", m.Name, verdict.Value, verdict.Requirement)
		}
		got[m.Name] = verdict.Text
		if text := m.Format(run, &run.Total); text != verdict.Text {
			t.Errorf("%s reads %s alone and %s in a verdict", m.Name, text, verdict.Text)
		}
		if text := m.Format(empty, &empty.Total); (text != result.Nothing) != (m.Name == "errors") {
			t.Errorf("%s of a run that measured nothing reads %s", m.Name, text)
		}
		if verdict := r.Judge(empty); verdict.Met && m.Name != "errors" {
			t.Errorf("%s is met by a run that measured nothing: %+v", m.Name, verdict)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
}

func TestJudge(t *testing.T) {
	tests := []struct {
		requirement string
		met         bool
		text        string
	}{
		{"delivered>=99.9%", true, "99.90 %"}, // 999 of 1000 is exactly that
		{"delivered>99.9%", false, "99.90 %"},
		{"delivered<=99.9%", true, "99.90 %"},
		{"delivered==99.9%", true, "99.90 %"},
		{"delivered<99.9%", false, "99.90 %"},
		{"delivered>=99.9001%", false, "99.9000 %"}, // as many digits as tell the two apart
		{"delivered@clean==100%", true, "100 %"},
		{"freezes@affected==0", false, "3"},
		{"freeze.longest<2.5001s", true, "2.5000 s"},
		{"latency.p99<14.001ms", true, "14.000 ms"},
		{"loss@cleen<1%", false, `no group "cleen"; did you mean clean?`},
		{"loss@everybody<1%", false, `no group "everybody"; there are clean, affected`},
	}
	for _, tt := range tests {
		t.Run(tt.requirement, func(t *testing.T) {
			r, err := result.ParseRequirement(tt.requirement)
			if err != nil {
				t.Fatal(err)
			}
			got := r.Judge(measuredRun())
			if got.Met != tt.met || got.Text != tt.text || got.Requirement != tt.requirement {
				t.Errorf("%+v, want met %v and %q", got, tt.met, tt.text)
			}
		})
	}
}

func TestJudgeSaysWhatWasNotMeasured(t *testing.T) {
	tests := []struct{ requirement, text string }{
		{"delivered>=0", "no packet was due"},
		{"freezes<=0", "no video was watched"},
		{"audio.gaps<=0", "no audio was listened to"},
		{"latency.p99<=1s", "nothing was measured"},
		{"server.cpu<=1", "the server's usage was not measured"},
		{"loss@clean<1%", `no group "clean"; the run has no groups`},
	}
	for _, tt := range tests {
		r, err := result.ParseRequirement(tt.requirement)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Judge(&result.Run{}); got.Met || got.Text != tt.text {
			t.Errorf("%s: %+v, want %q", tt.requirement, got, tt.text)
		}
	}
	if got := (result.Requirement{Metric: "joy", Operator: ">="}).Judge(&result.Run{}); got.Met || !strings.HasPrefix(got.Text, `no metric "joy"`) {
		t.Errorf("unknown metric: %+v", got)
	}
	if got := (result.Requirement{Metric: "errors", Operator: "~"}).Judge(&result.Run{}); got.Met {
		t.Errorf("unknown operator: %+v", got)
	}
}

func FuzzParseRequirement(f *testing.F) {
	for _, seed := range []string{
		"delivered@clean>=99.9%", "latency.p99 <= 50 ms", "server.memory<1.5GiB", "freezes==0",
		"loss<", "@>=1", "latency<50ms", "loss@a@b<=1e3%", "join.max<99999999999999999999s", "frozen<.%",
	} {
		f.Add(seed)
	}
	run := measuredRun()
	f.Fuzz(func(t *testing.T, text string) {
		r, err := result.ParseRequirement(text)
		if err != nil {
			return
		}
		if math.IsNaN(r.Bound) || math.IsInf(r.Bound, 0) || r.Bound < 0 {
			t.Errorf("%q has the bound %v", text, r.Bound)
		}
		again, err := result.ParseRequirement(r.String())
		if err != nil || again != r {
			t.Errorf("%q reads back as %+v, %v", r, again, err)
		}
		if r.Judge(run).Text == "" {
			t.Errorf("%q is judged without a text", text)
		}
	})
}
