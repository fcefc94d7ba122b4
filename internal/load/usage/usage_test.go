package usage_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/usage"
)

func TestSelfGrowsWithWork(t *testing.T) {
	source, err := usage.Self()
	if err != nil {
		t.Skip("no /proc here:", err)
	}
	before, err := source.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The kernel counts in hundredths of a second, of any thread.
	for after := before; after.CPU-before.CPU < 20*time.Millisecond; {
		if after, err = source.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if before.Memory < 1<<20 {
		t.Errorf("memory %d octets: less than any Go program", before.Memory)
	}
	other, err := usage.Process(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if other.String() != source.String() {
		t.Errorf("%v, and by its number %v", source, other)
	}
}

func TestAProcessThatIsNotThere(t *testing.T) {
	if _, err := usage.Process(1 << 30); err == nil {
		t.Error("no error")
	}
}

const page = `# HELP process_cpu_seconds_total Time.
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 12.5
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 1.048576e+06
# TYPE process_open_fds gauge
process_open_fds 17

# TYPE go_goroutines gauge
go_goroutines 31
# TYPE h histogram
h_bucket{le="+Inf"} 1
h_sum 1
h_count 1
`

func TestScrape(t *testing.T) {
	tests := []struct {
		name, page string
		status     int
		want       usage.Sample
		problem    string // part of the error
	}{
		{"a process", page, http.StatusOK, usage.Sample{CPU: 12500 * time.Millisecond, Memory: 1 << 20, Held: usage.Held{Goroutines: 31, Files: 17, Series: 7}}, ""},
		{"no process collector", "# TYPE x counter\nx 1\n", http.StatusOK, usage.Sample{}, "process_cpu_seconds_total"},
		{"no metrics", "<html>", http.StatusOK, usage.Sample{}, "parsing"},
		{"refused", "", http.StatusForbidden, usage.Sample{}, "403"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.page))
			}))
			defer server.Close()
			got, err := usage.Scrape(server.URL, server.Client()).Read(t.Context())
			if tt.problem != "" {
				if err == nil || !strings.Contains(err.Error(), tt.problem) {
					t.Fatalf("error %v, want one with %q", err, tt.problem)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got.At = time.Time{}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMeterKeepsMeanMaximumAndLast(t *testing.T) {
	start := time.Unix(1000, 0)
	at := func(s int, cpu time.Duration, memory uint64) usage.Sample {
		return usage.Sample{At: start.Add(time.Duration(s) * time.Second), CPU: cpu, Memory: memory}
	}
	var m usage.Meter
	m.Add(at(0, 5*time.Second, 100))
	if m.Measured() {
		t.Error("one sample is no rate")
	}
	m.Add(at(1, 5500*time.Millisecond, 300)) // half a core
	m.Add(at(1, 9*time.Second, 900))         // not later: ignored
	m.Add(at(3, 8500*time.Millisecond, 200)) // one and a half
	if got := m.Cores(); got != 1.5 {
		t.Errorf("%g cores in the last interval, want 1.5", got)
	}
	if !m.Measured() {
		t.Error("three samples are a rate")
	}
	m.Add(at(4, 250*time.Millisecond, 250)) // started anew: a quarter
	want := usage.Usage{
		CPU: 3750 * time.Millisecond, CoresMean: 3.75 / 4, CoresMax: 1.5, MemoryMax: 300, MemoryEnd: 250,
	}
	if diff := cmp.Diff(want, m.Usage()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
