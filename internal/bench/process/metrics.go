package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// Metrics is what a server said of itself, by the names of its series. Series
// that differ in their labels are added up.
type Metrics map[string]float64

// ReadMetrics asks a server that serves Prometheus' text format.
func ReadMetrics(ctx context.Context, url string) (Metrics, error) {
	body, err := get(ctx, url)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return parseMetrics(body)
}

// Save writes what a server answers into a file.
func Save(ctx context.Context, url, file string) error {
	body, err := get(ctx, url)
	if err != nil {
		return err
	}
	defer body.Close()
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, body)
	return errors.Join(err, f.Close())
}

func get(ctx context.Context, url string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close()
		return nil, fmt.Errorf("%s answered %s", url, res.Status)
	}
	return res.Body, nil
}

// parseMetrics reads lines of the form
//
//	name value
//	name{label="text"} value timestamp
//
// and leaves out the others, which are comments or of no use here.
func parseMetrics(r io.Reader) (Metrics, error) {
	m := make(Metrics)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		name, rest := line, ""
		if at := strings.IndexAny(line, "{ "); at > 0 {
			name, rest = line[:at], line[at:]
		}
		if end := strings.LastIndexByte(rest, '}'); end >= 0 {
			rest = rest[end+1:]
		}
		fields := strings.Fields(rest)
		if len(fields) == 0 {
			continue
		}
		if value, err := strconv.ParseFloat(fields[0], 64); err == nil {
			m[name] += value
		}
	}
	return m, lines.Err()
}

// Since returns how much a counter grew since an earlier reading, and false if
// the server has no such counter.
func (m Metrics) Since(before Metrics, name string) (float64, bool) {
	now, ok := m[name]
	then, was := before[name]
	return now - then, ok && was
}
