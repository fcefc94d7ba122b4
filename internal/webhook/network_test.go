package webhook_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/feed"
	"github.com/atrium-rtc/atrium/internal/webhook"
)

// eventually waits for something that the network brings about.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	end := time.After(20 * time.Second)
	for !is() {
		select {
		case <-look.C:
		case <-end:
			t.Fatal("it never happened that " + what)
		}
	}
}

func TestAddressesThatAreNotAllowedAreNotConnectedTo(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	for address, private := range map[string]bool{
		server.URL: false, "https://localhost" + port: false, "https://[::1]" + port: false, "https://[::ffff:127.0.0.1]" + port: false,
		"https://0.0.0.0" + port: true, "https://[::]" + port: true, "https://10.0.0.1": false, "https://192.168.0.1": false,
		"https://100.64.0.1": false, "https://[fd00:ec2::254]": false, "https://169.254.169.254": true, "https://[::ffff:169.254.169.254]": true,
		"https://[64:ff9b::a9fe:a9fe]": true, "https://[fe80::1]": true, "https://224.0.0.1": true, "https://192.0.2.1": true,
	} {
		f := feed.New(feed.Options{})
		w, err := webhook.Start(f, webhook.Config{URL: address, Secrets: []string{webhook.NewSecret()}, AllowPrivate: private})
		if err != nil {
			t.Fatal(err)
		}
		join(f, "r")
		eventually(t, address+" is refused", func() bool { return w.Stats().Failures[webhook.Forbidden] > 0 })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_ = w.Close(ctx)
	}
	if asked.Load() != 0 {
		t.Error("the receiver was asked")
	}
}

func TestAReceiverOnThisMachineIsAllowedByName(t *testing.T) {
	body := strings.Repeat("x", 1<<20) // an answer that nobody needs
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
	defer server.Close()
	f := feed.New(feed.Options{})
	w, err := webhook.Start(f, webhook.Config{URL: server.URL, Secrets: []string{webhook.NewSecret()}, AllowPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	join(f, "r", "r")
	finish(t, w)
	if s := w.Stats(); s.Sent != 2 {
		t.Errorf("%+v", s)
	}
}

func TestWhatCannotBeAReceiver(t *testing.T) {
	good := webhook.NewSecret()
	for name, cfg := range map[string]webhook.Config{
		"plain":            {URL: "http://app.example.org/", Secrets: []string{good}},
		"no host":          {URL: "https://", Secrets: []string{good}},
		"another protocol": {URL: "ftp://app.example.org/", Secrets: []string{good}, AllowPrivate: true},
		"no secret":        {URL: "https://app.example.org/"},
		"a short secret":   {URL: "https://app.example.org/", Secrets: []string{"whsec_c2hvcnQ="}},
		"no prefix":        {URL: "https://app.example.org/", Secrets: []string{strings.TrimPrefix(good, "whsec_")}},
	} {
		if w, err := webhook.Start(feed.New(feed.Options{}), cfg); err == nil {
			t.Errorf("%s is accepted", name)
			_ = w.Close(t.Context())
		} else if strings.Contains(err.Error(), good[7:]) {
			t.Errorf("%s: the secret is shown: %v", name, err)
		}
	}
}
