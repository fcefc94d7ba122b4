package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// healthTime bounds the whole question.
const healthTime = 3 * time.Second

type healthCommand struct {
	Settings settings `embed:""`
	Ready    bool     `help:"Ask whether clients may come, which is not so while it starts or drains, and not only whether the process answers."`
}

// Run asks a server on this machine how it is, and fails unless it is well. It is
// the health check of a container that holds no other program.
func (c *healthCommand) Run() error {
	loaded, err := c.Settings.load()
	if err != nil {
		return err
	}
	path := "/healthz"
	if c.Ready {
		path = "/readyz"
	}
	ctx, cancel := context.WithTimeout(context.Background(), healthTime)
	defer cancel()
	return askHealth(ctx, loaded.Config.Operator.Listen, path)
}

// askHealth asks what listens on an address.
func askHealth(ctx context.Context, listen, path string) error {
	if listen == "" {
		return errors.New("operator.listen is empty: nothing can be asked")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+reachable(listen)+path, nil)
	if err != nil {
		return err
	}
	var direct http.Transport // asks no proxy
	response, err := direct.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1024))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, strings.TrimSpace(string(body)))
	}
	return err
}

// reachable is an address at which what listens on another can be reached from
// the same machine: every address is localhost too.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
