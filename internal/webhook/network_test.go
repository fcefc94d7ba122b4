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
	f := feed.New(feed.Options{})
	w, err := webhook.Start(f, webhook.Config{URL: server.URL, Secrets: []string{webhook.NewSecret()}})
	if err != nil {
		t.Fatal(err)
	}
	join(f, "r")
	eventually(t, "the address is refused", func() bool { return w.Stats().Failures[webhook.Forbidden] > 0 })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_ = w.Close(ctx)
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
