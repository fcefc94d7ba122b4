package proof

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/dashboards/render"
)

// prometheus is a running Prometheus.
type prometheus struct{ base string }

// scrapeEvery is how often it looks: a minute has to be as good as an hour.
const scrapeEvery = time.Second

// startPrometheus runs one that scrapes the targets, by the name of their jobs, with
// the rules of deploy/prometheus.
func startPrometheus(t *testing.T, dir string, targets map[string]string) prometheus {
	t.Helper()
	rules, err := filepath.Abs(filepath.Join(rulesDir, "rules"))
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("global: {scrape_interval: %v, scrape_timeout: %[1]v, evaluation_interval: %[1]v}\nrule_files: [%q]\nscrape_configs:\n", scrapeEvery, rules+"/*.yml")
	for job, target := range targets {
		config += fmt.Sprintf("  - {job_name: %s, static_configs: [{targets: [%q]}]}\n", job, target)
	}
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	start(t, filepath.Join(dir, "prometheus.log"), `Server is ready to receive web requests`, "prometheus", "--config.file="+file,
		"--storage.tsdb.path="+filepath.Join(t.TempDir(), "data"), "--web.listen-address="+address, "--enable-feature=exemplar-storage")
	return prometheus{"http://" + address}
}

// freeAddress returns one that nobody listens on at this moment.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// get asks the HTTP API and decodes its data.
func (p prometheus) get(path string, values url.Values, data any) error {
	response, err := http.Get(p.base + "/api/v1/" + path + "?" + values.Encode())
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Status string          `json:"status"`
		Error  string          `json:"error"`
		Data   json.RawMessage `json:"data"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Status != "success" {
		return fmt.Errorf("%s", answer.Error)
	}
	return json.Unmarshal(answer.Data, data)
}

// names returns every metric that there is.
func (p prometheus) names(t *testing.T) map[string]bool {
	t.Helper()
	var list []string
	if err := p.get("label/__name__/values", nil, &list); err != nil {
		t.Fatal(err)
	}
	set := map[string]bool{}
	for _, name := range list {
		set[name] = true
	}
	return set
}

// at asks for the values at one moment.
func (p prometheus) at(expr string, moment time.Time) ([]render.Series, error) {
	var data struct {
		Result []struct {
			Metric map[string]string `json:"metric"`
			Value  sample            `json:"value"`
		} `json:"result"`
	}
	err := p.get("query", url.Values{"query": {expr}, "time": {stamp(moment)}}, &data)
	var list []render.Series
	for _, r := range data.Result {
		list = append(list, render.Series{Labels: r.Metric, Points: []render.Point{render.Point(r.Value)}})
	}
	return list, err
}

// between asks for the values during a time, at each second or at a hundred moments.
func (p prometheus) between(expr string, from, to time.Time) ([]render.Series, error) {
	var data struct {
		Result []struct {
			Metric map[string]string `json:"metric"`
			Values []sample          `json:"values"`
		} `json:"result"`
	}
	step := max(1, int(to.Sub(from).Seconds()/100))
	err := p.get("query_range", url.Values{"query": {expr}, "start": {stamp(from)}, "end": {stamp(to)}, "step": {strconv.Itoa(step)}}, &data)
	var list []render.Series
	for _, r := range data.Result {
		s := render.Series{Labels: r.Metric}
		for _, v := range r.Values {
			s.Points = append(s.Points, render.Point(v))
		}
		list = append(list, s)
	}
	return list, err
}

func stamp(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// sample is a point as the API writes it: [seconds, "value"].
type sample render.Point

func (s *sample) UnmarshalJSON(data []byte) error {
	var pair [2]any
	if err := json.Unmarshal(data, &pair); err != nil {
		return err
	}
	at, isNumber := pair[0].(float64)
	text, isText := pair[1].(string)
	if !isNumber || !isText {
		return fmt.Errorf("sample %s", data)
	}
	value, err := strconv.ParseFloat(text, 64)
	s.At, s.Value = time.UnixMilli(int64(at*1000)), value
	return err
}
