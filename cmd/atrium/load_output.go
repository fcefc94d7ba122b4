package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

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

func (o loadOutput) knowsServer() bool { return o.ServerPID != 0 || o.ServerMetrics != "" }

// server returns where the usage of the server under test can be read, nil when
// that was not said. It has been read once: a place that says nothing is an
// error.
func (o loadOutput) server(ctx context.Context) (usage.Source, error) {
	var source usage.Source
	flag := "--server-metrics"
	switch {
	case o.ServerPID != 0 && o.ServerMetrics != "":
		return nil, errors.New("--server-pid and --server-metrics say the same thing: use one of them")
	case o.ServerPID != 0:
		process, err := usage.Process(o.ServerPID)
		if err != nil {
			return nil, fmt.Errorf("--server-pid: %w", err)
		}
		source, flag = process, "--server-pid"
	case o.ServerMetrics != "":
		source = usage.Scrape(o.ServerMetrics, &http.Client{Timeout: metricsTimeout})
	default:
		return nil, nil //nolint:nilnil // no server is no error
	}
	ctx, cancel := context.WithTimeout(ctx, metricsTimeout)
	defer cancel()
	if _, err := source.Read(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return source, nil
}
