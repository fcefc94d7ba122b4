package proof

import (
	"flag"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/dashboards/render"
)

var (
	live    = flag.Bool("live", false, "run the live test (a minute)")
	against = flag.String("against", "", "address of a Prometheus that has watched a loaded server for ten minutes, to ask it instead")
	out     = flag.String("out", "", "directory for what the live test writes; default: a new one among the temporary files")
)

// meeting is how long the scenario goes on.
const meeting = 50 * time.Second

// A server serves a meeting, a real Prometheus watches both, and every query of every
// panel and rule is asked. What they answered is written down for people to read.
func TestLiveEveryQueryIsAnswered(t *testing.T) {
	if !*live {
		t.Skip("takes a minute; run: make prom")
	}
	need(t, "prometheus")
	dir := outputDir(t)
	binary := buildServer(t, dir)
	server, ready := start(t, filepath.Join(dir, "serve.log"), `"msg":"ready".*"page":"http://([^"]+)".*"operator":"([^"]+)"`, binary, "serve",
		"--log.format=json", "--http.listen=localhost:0", "--operator.listen=localhost:0", "--media.port=0", "--media.listen=127.0.0.1",
		"--rooms.max-participants=8")
	operator := ready[2]
	_, generator := start(t, filepath.Join(dir, "load.log"), `Metrics of this test: http://([^/]+)/metrics`, binary, "load",
		"--url=ws://"+ready[1]+"/room", "--scenario=testdata/meeting.yaml", "--metrics-listen=localhost:0")
	began := time.Now()
	prom := startPrometheus(t, dir, map[string]string{"atrium": operator, "atrium-load": generator[1]})

	moment := began.Add(meeting - 2*time.Second) // everybody is still there
	<-time.After(time.Until(moment) + scrapeEvery)
	checkMetrics(t, "http://"+operator+"/metrics")
	checkMetrics(t, "http://"+generator[1]+"/metrics")
	askAll(t, prom, dir, "15s", began.Add(5*time.Second), moment)
	checkAlerts(t, prom, server, began)
}

// The same questions about the last ten minutes, to a Prometheus that runs already with
// the files of deploy/prometheus.
func TestAgainstARunningPrometheus(t *testing.T) {
	if *against == "" {
		t.Skip("needs a Prometheus that watches a loaded server: -args -against http://localhost:9090")
	}
	now := time.Now()
	askAll(t, prometheus{*against}, outputDir(t), "1m", now.Add(-10*time.Minute), now)
}

// checkAlerts looks whether alerts notice what is wrong with this meeting, and that the
// server is gone in the end.
func checkAlerts(t *testing.T, prom prometheus, server *process, began time.Time) {
	t.Helper()
	noticed := func(alert string) bool {
		list, err := prom.between(`ALERTS{alertname="`+alert+`"}`, began.Add(10*time.Second), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return len(list) > 0
	}
	if !noticed("AtriumDownlinkLoss") {
		t.Error("AtriumDownlinkLoss did not notice that two fifths of the receivers lose a quarter of their packets")
	}
	for _, alert := range []string{"AtriumDown", "AtriumMissing", "AtriumRestarts", "AtriumHandlerPanics", "AtriumSealedRefusals", "AtriumGoroutineLeak", "AtriumFileDescriptors"} {
		if noticed(alert) {
			t.Errorf("%s has no reason to fire", alert)
		}
	}
	server.stop()
	await(t, "AtriumDown after the end of the server", 10*time.Second, func() bool { return noticed("AtriumDown") })
}

func outputDir(t *testing.T) string {
	t.Helper()
	dir := *out
	if dir == "" {
		made, err := os.MkdirTemp("", "atrium-dashboards-") //nolint:usetesting // outlives the test, for people to read
		if err != nil {
			t.Fatal(err)
		}
		dir = made
	} else if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // for people to read
		t.Fatal(err)
	}
	t.Cleanup(func() { t.Logf("read %s, and look at the pages beside it", filepath.Join(dir, "queries.md")) })
	return dir
}

// buildServer builds the binary, unless ATRIUM_BIN names one.
func buildServer(t *testing.T, dir string) string {
	t.Helper()
	if given := os.Getenv("ATRIUM_BIN"); given != "" {
		return given
	}
	binary := filepath.Join(dir, "atrium")
	if out, err := exec.Command("go", "build", "-o", binary, "../../../cmd/atrium").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Cleanup(func() { os.Remove(binary) })
	return binary
}

// checkMetrics gives what a server exports to promtool.
func checkMetrics(t *testing.T, address string) {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	check := exec.Command("promtool", "check", "metrics")
	check.Stdin = strings.NewReader(string(text))
	if said, err := check.CombinedOutput(); err != nil || len(said) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, said)
	}
}

// An answer that is there is not taken for one that says something.
func TestAnswersOfNothingButNaNSayNothing(t *testing.T) {
	nan := render.Point{}
	nan.Value /= nan.Value
	if saysANumber([]render.Series{{Points: []render.Point{nan}}}) {
		t.Error("NaN is taken for a number")
	}
}

func TestUnconditionalExpressionsKeepTheirComparisons(t *testing.T) {
	if got, want := unconditional(`a{b!="0"} / (c > 10) > 0.1 and d <= 3`), `a{b!="0"} / (c > bool 10) > bool 0.1 and d <= bool 3`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
