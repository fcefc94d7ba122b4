package process

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStatOfAProcess(t *testing.T) {
	const rest = " 100 200 300 400 20 0 5 0 123 456 789"
	tests := []struct {
		name, text string
		want       time.Duration
		wrong      bool
	}{
		{"plain", "42 (atrium) S 1 42 42 0 -1 4194560 1 2 3 4 250 50" + rest, 3 * time.Second, false},
		{"a name with brackets and spaces", "42 (a) b (c d) R 1 42 42 0 -1 4194560 1 2 3 4 1 2" + rest, 30 * time.Millisecond, false},
		{"cut off", "42 (atrium) S 1 42 42 0 -1 4194560 1 2 3 4 250", 0, true},
		{"no name", "42 S 1 42", 0, true},
		{"not a number", "42 (atrium) S 1 42 42 0 -1 4194560 1 2 3 4 x 50" + rest, 0, true},
		{"empty", "", 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseStat([]byte(tt.text))
			if got != tt.want || errors.Is(err, errFormat) != tt.wrong {
				t.Errorf("%v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestMemoryOfAProcess(t *testing.T) {
	if got, err := parseStatus("Name:\tx\nVmHWM:\t   99 kB\nVmRSS:\t   12345 kB\nThreads:\t1\n"); got != 12345<<10 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	for _, text := range []string{"", "VmRSS:\t12 MB\n", "VmRSS:\tx kB\n", "VmRSS:\n"} {
		if _, err := parseStatus(text); !errors.Is(err, errFormat) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestStatOfTheMachine(t *testing.T) {
	// user nice system idle iowait irq softirq steal guest guest_nice
	got, err := parseMachine("cpu  100 10 50 99999 777 1 2 3 40 5\ncpu0 1 2 3 4 5 6 7 8 9 10\n")
	if want := 1660 * time.Millisecond; got != want || err != nil {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	for _, text := range []string{"", "cpu 1 2 3", "cpu0 1 2 3 4 5 6 7 8", "cpu 1 2 3 4 5 6 x 8"} {
		if _, err := parseMachine(text); !errors.Is(err, errFormat) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestThisProcessAndMachine(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no /proc")
	}
	own, err := CPU(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	busy, err := Busy()
	if err != nil || busy < own {
		t.Errorf("the machine was busy for %v, this process for %v: %v", busy, own, err)
	}
	if size, err := Resident(os.Getpid()); err != nil || size < 1<<20 {
		t.Errorf("%d octets, less than any Go program: %v", size, err)
	}
	if _, err := CPU(1 << 30); err == nil {
		t.Error("no error for a process that is not there")
	}
}

const page = `# HELP a_total Explained.
# TYPE a_total counter
a_total 5
b_total{direction="in"} 1
b_total{direction="out",text="a } b"} 2.5 1700000000000

go_memstats_mallocs_total 1.234e+06
broken{x="y"}
broken text
`

func TestMetrics(t *testing.T) {
	m, err := parseMetrics(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	want := Metrics{"a_total": 5, "b_total": 3.5, "go_memstats_mallocs_total": 1.234e6}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n, ok := m.Since(Metrics{"a_total": 2}, "a_total"); n != 3 || !ok {
		t.Errorf("%v, %v since 2", n, ok)
	}
	if _, ok := m.Since(nil, "a_total"); ok {
		t.Error("growth since nothing")
	}
	if _, ok := Metrics(nil).Since(nil, "a_total"); ok {
		t.Error("growth of nothing")
	}
}

func TestWhatAServerAnswers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte(page))
	}))
	defer server.Close()
	if m, err := ReadMetrics(t.Context(), server.URL+"/metrics"); err != nil || m["a_total"] != 5 {
		t.Errorf("%v, %v", m, err)
	}
	file := filepath.Join(t.TempDir(), "saved")
	if err := Save(t.Context(), server.URL+"/metrics", file); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(file); string(b) != page || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if err := Save(t.Context(), server.URL+"/other", file); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("error %v", err)
	}
}
