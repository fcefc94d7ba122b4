package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/report"
	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/usage"
)

// loadOutput says where a load test shows what it finds.
type loadOutput struct {
	Require []string `placeholder:"METRIC>=VALUE" sep:"none" help:"Fail unless it holds, such as 'delivered>=99.9%' or 'latency.p99<=50ms'; may be repeated. docs/load.md lists the metrics."`
	HTML    string   `name:"html" placeholder:"FILE" help:"Write the report as one page with plots."`
	JSON    string   `name:"json" placeholder:"FILE" help:"Write the report as JSON; - is the standard output, instead of the table."`
	Verbose bool     `short:"v" help:"Log what fails, client by client."`
	Quiet   bool     `short:"q" help:"Show nothing while the test runs."`
	View    bool     `help:"Print the address of a page where one synthetic room can be watched."`

	Late          time.Duration `default:"150ms" help:"How late a frame may be before it counts as late."`
	ServerPID     int           `name:"server-pid" placeholder:"PID" help:"Process of the server on this machine, to report its processor time and memory."`
	ServerMetrics string        `name:"server-metrics" placeholder:"URL" help:"Prometheus metrics of the server, for the same."`
	MetricsListen string        `name:"metrics-listen" placeholder:"ADDRESS" help:"Serve the test's own Prometheus metrics, such as on localhost:9090."`
}

// metricsTimeout bounds one scrape of the server under test.
const metricsTimeout = 2 * time.Second

// server returns where the usage of the server under test can be read, nil when
// that was not said.
func (o loadOutput) server() (usage.Source, error) {
	switch {
	case o.ServerPID != 0 && o.ServerMetrics != "":
		return nil, fmt.Errorf("--server-pid and --server-metrics say the same thing: use one of them")
	case o.ServerPID != 0:
		return usage.Process(o.ServerPID)
	case o.ServerMetrics != "":
		return usage.Scrape(o.ServerMetrics, &http.Client{Timeout: metricsTimeout}), nil
	}
	return nil, nil //nolint:nilnil // no server is no error
}

// write writes all reports that were asked for.
func (o loadOutput) write(run *result.Run) error {
	if o.HTML != "" {
		if err := writeFile(o.HTML, run, report.HTML); err != nil {
			return err
		}
	}
	if o.JSON == "-" {
		return report.JSON(os.Stdout, run)
	}
	if o.JSON != "" {
		if err := writeFile(o.JSON, run, report.JSON); err != nil {
			return err
		}
	}
	return report.Text(os.Stdout, run, styleOf(os.Stdout))
}

func writeFile(path string, run *result.Run, write func(io.Writer, *result.Run) error) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := write(file, run); err != nil {
		_ = file.Close() // the first error counts
		return fmt.Errorf("write the report to %s: %w", path, err)
	}
	return file.Close()
}
