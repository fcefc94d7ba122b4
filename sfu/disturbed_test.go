package sfu_test

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/sfu"
)

// A client that asks for restarts of ICE while nothing comes from it does not put its end off.
func TestRestartsDoNotPutTheEndOfASilentPublisherOff(t *testing.T) {
	simulate(t, 22, func(t *testing.T, s *stage) {
		s.lossy = true
		p := s.publish("10.0.1.1", false)
		p.send(3 * time.Second)
		host, start := s.net.Host("10.0.1.1"), time.Now()
		host.SetUplink(testnet.Link{Loss: 1})
		host.SetDownlink(testnet.Link{Loss: 1})
		for range 3 {
			time.Sleep(5 * time.Second)
			_, _ = p.publication.Restart(t.Context(), sfu.ICECredentials{Ufrag: "anew", Password: "anewanewanewanewanewanew"})
		}
		time.Sleep(15 * time.Second)
		got := p.observer.reports()
		if len(got) != 2 || got[1].what != "failed" || got[1].at.Sub(start) > 19*time.Second {
			t.Errorf("told %v, want disturbed and failed within 19 s of %v", got, start)
		}
	})
}

// A publisher whose packets vanish, in both directions: for good, and for 8 s.
func TestSilentPublisherIsDisturbedThenLost(t *testing.T) {
	for _, tt := range []struct {
		name   string
		outage time.Duration // 0: for good
		want   []string
	}{
		{"for good", 0, []string{"disturbed", "failed"}},
		{"for four seconds", 4 * time.Second, nil},
		{"for eight seconds", 8 * time.Second, []string{"disturbed", "in order"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			simulate(t, 21, func(t *testing.T, s *stage) {
				s.lossy = true
				p := s.publish("10.0.1.1", false)
				p.send(3 * time.Second)
				host, start := s.net.Host("10.0.1.1"), time.Now()
				link := testnet.Link{Loss: 1}
				host.SetUplink(link)
				host.SetDownlink(link)
				if tt.outage > 0 {
					whileSending(p.send, func() { time.Sleep(tt.outage) })
					host.SetUplink(testnet.Link{})
					host.SetDownlink(testnet.Link{})
				}
				whileSending(p.send, func() { time.Sleep(30 * time.Second) })
				got := p.observer.reports()
				if len(got) != len(tt.want) {
					t.Fatalf("told %v, want %v", got, tt.want)
				}
				latest := map[string]time.Duration{"disturbed": 7 * time.Second, "in order": tt.outage + 3*time.Second, "failed": 17 * time.Second}
				for i, r := range got {
					if after := r.at.Sub(start); r.what != tt.want[i] || after > latest[r.what] {
						t.Errorf("%s after %v, want %s after %v at most", r.what, after, tt.want[i], latest[tt.want[i]])
					}
				}
			})
		})
	}
}
