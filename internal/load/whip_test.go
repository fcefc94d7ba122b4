package load

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/sfu"
)

// gallery serves WHIP and WHEP from a house's media engine: as little of a
// server as the two protocols need.
type gallery struct {
	engine *sfu.Engine

	mu   sync.Mutex
	live map[string]*sfu.Publication // by path
	gone int                         // resources that were deleted
}

type deaf struct{}

func (deaf) ICECandidate(sfu.Candidate) {}
func (deaf) Failed(string)              {}

func (g *gallery) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("room") + "/" + r.PathValue("user")
	offer, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var answer string
	switch r.PathValue("protocol") {
	case "whip":
		p, err := g.engine.Publish(r.Context(), sfu.PublishRequest{Offer: string(offer), Observer: deaf{}})
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		g.live[key], answer = p, p.Answer()
	default:
		p := g.live[key]
		if p == nil {
			http.NotFound(w, r)
			return
		}
		s, err := g.engine.Subscribe(r.Context(), p, sfu.SubscribeRequest{Offer: string(offer), Observer: deaf{}})
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answer = s.Answer()
	}
	w.Header().Set("Content-Type", "application/sdp")
	w.Header().Set("Location", "/gone")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, answer)
}

func TestWHIPAndWHEPServersAreLoadedToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := &gallery{engine: h.engine, live: make(map[string]*sfu.Publication)}
	mux := http.NewServeMux()
	mux.Handle("POST /{protocol}/{room}/{user}", g)
	mux.HandleFunc("DELETE /gone", func(http.ResponseWriter, *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.gone++
	})
	site := httptest.NewServer(mux)
	defer site.Close()

	dialer := session.NewDialer(session.Options{})
	defer dialer.Close()
	endpoints := session.Endpoints{WHIP: site.URL + "/whip/{room}/{user}", WHEP: site.URL + "/whep/{room}/{user}"}
	target := h.target
	target.Rooms = false
	target.Session = func(m session.Member) session.Session { return dialer.HTTP(endpoints, m) }
	r, err := NewRunner(Options{Target: target, Plan: plan(t, func(f *scenario.Flags) { f.Publishers, f.Subscribers = 2, 1 })})
	if err != nil {
		t.Fatal(err)
	}
	run, err := r.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Everybody receives the two publishers, except themselves.
	if run.Total.Subscriptions != 4 || run.Total.JoinFailures != 0 {
		t.Errorf("%d subscriptions, %d failures: %v", run.Total.Subscriptions, run.Total.JoinFailures, run.Errors)
	}
	if run.Total.Frames < 60 || run.Total.Latency.Count == 0 {
		t.Errorf("%d frames, latency %+v", run.Total.Frames, run.Total.Latency)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.gone != 6 {
		t.Errorf("%d resources were deleted, want all 6", g.gone)
	}
}
