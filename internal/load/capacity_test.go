package load

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/internal/load/usage"
)

// level reads requirements.
func level(t *testing.T, texts ...string) []result.Requirement {
	t.Helper()
	var list []result.Requirement
	for _, text := range texts {
		r, err := result.ParseRequirement(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

func TestFindCapacityStopsWhereTheLevelBreaks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := plan(t, func(f *scenario.Flags) { f.Publishers, f.Subscribers = 1, 6 })
	for i := range p.Clients {
		if p.Clients[i].Name == "subscribers-4" {
			// One who never gets in: the server knows the name already.
			p.Clients[i].Steps[0].Name = "subscribers-3"
		}
	}
	r, err := NewRunner(Options{Target: h.target, Plan: p})
	if err != nil {
		t.Fatal(err)
	}
	var tried []int
	run, err := r.FindCapacity(t.Context(), CapacityOptions{
		// Each step has joins to judge, also that with fewer subscribers than the
		// one before.
		Level: level(t, "joins.failed<=0", "join.max<=10s", "first_keyframe.max<=10s"), Start: 1, Hold: time.Second, Settle: 500 * time.Millisecond, Rate: 50,
		OnStep: func(n int) { tried = append(tried, n) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{1, 2, 4, 3}, tried); diff != "" {
		t.Errorf("tried (-want +got):\n%s", diff)
	}
	c := run.Capacity // Limited says how busy this machine is, so nothing of it is expected
	if c.Subscribers != 3 || !strings.Contains(c.Reason, "at 4 subscribers: everybody inside: 1 of 4 not in the room; joins.failed<=0") {
		t.Errorf("capacity %+v", c)
	}
	for _, s := range c.Steps {
		if s.Subscribers <= 3 && (!s.Held || s.Delivered < 0.5) {
			t.Errorf("step %+v", s)
		}
	}
	if n := h.rooms.Stats().Participants; n != 0 {
		t.Errorf("%d participants are still there", n)
	}
}

// porter is a server that has no media: it lets in whom enter lets in.
type porter struct {
	session.Session
	enter error
}

func (p porter) Join(context.Context) ([]session.Peer, error) { return nil, p.enter }
func (p porter) Leave(context.Context) error                  { return nil }
func (p porter) Close()                                       {}

// emptyHouse returns a runner of one publisher, who does not get in, and some
// subscribers, of whom only those refused do not.
func emptyHouse(t *testing.T, subscribers int, refused ...string) *Runner {
	t.Helper()
	p := plan(t, func(f *scenario.Flags) { f.Publishers, f.Subscribers = 1, subscribers })
	r, err := NewRunner(Options{Plan: p, Target: Target{Rooms: true, Session: func(m session.Member) session.Session {
		if strings.HasPrefix(m.User, "publishers") || strings.Contains(strings.Join(refused, " "), m.User) {
			return porter{enter: errors.New("no way in")}
		}
		return porter{}
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFindCapacityTakesNobodyForASubscriberWhoSeesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		run, err := emptyHouse(t, 4, "subscribers-2").FindCapacity(t.Context(), CapacityOptions{Start: 4, Hold: time.Second, Rate: 10})
		if err != nil {
			t.Fatal(err)
		}
		c := run.Capacity
		if c.Subscribers != 0 || c.Limited || c.Reason != "at 1 subscriber: everybody inside: 1 of 1 without media" {
			t.Errorf("capacity %+v", c)
		}
		want := []result.Verdict{{Requirement: "everybody inside", Text: "1 of 4 not in the room, 3 of 4 without media"}}
		if diff := cmp.Diff(want, c.Steps[len(c.Steps)-1].Verdicts); diff != "" {
			t.Errorf("step of 4 (-want +got):\n%s", diff)
		}
		// Three steps, each of which gave the media the time to come.
		if took, atLeast := time.Since(began), 3*(requestTimeout+connectTimeout); took < atLeast || took > 2*atLeast {
			t.Errorf("took %v, want a little more than %v", took, atLeast)
		}
	})
}

func TestFindCapacityDoesNotWaitForThoseWhoWereRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := emptyHouse(t, 1, "subscribers-1")
		began := time.Now()
		run, err := r.FindCapacity(t.Context(), CapacityOptions{Start: 1, Hold: time.Second, Rate: 10})
		if err != nil {
			t.Fatal(err)
		}
		if c := run.Capacity; c.Reason != "at 1 subscriber: everybody inside: 1 of 1 not in the room" {
			t.Errorf("capacity %+v", c)
		}
		if took := time.Since(began); took > requestTimeout {
			t.Errorf("took %v", took)
		}
	})
}

func TestFindCapacityThatIsInterruptedSaysWhatHeld(t *testing.T) {
	tests := []struct {
		name       string
		at         int // of this step, when it begins
		reason     string
		held, step int
	}{
		{"before the first step ended", 1, "interrupted before any number held", 0, 0},
		{"before the second step ended", 2, "interrupted: at least 1 subscriber held", 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := emptyHouse(t, 8)
				for _, c := range r.clients {
					c.plan.Receive.Streams = 0 // then nobody misses anything
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				run, err := r.FindCapacity(ctx, CapacityOptions{Start: 1, Hold: time.Second, Rate: 10, OnStep: func(n int) {
					if n == tt.at {
						cancel()
					}
				}})
				if err != nil {
					t.Fatal(err)
				}
				c := run.Capacity
				if c.Subscribers != tt.held || !c.Limited || c.Reason != tt.reason || len(c.Steps) != tt.step || run.Stopped != "interrupted" {
					t.Errorf("stopped %q, capacity %+v", run.Stopped, c)
				}
			})
		})
	}
}

func TestFindCapacityRefusesWhatMakesNoSearch(t *testing.T) {
	tests := []struct {
		name   string
		level  string
		change func(*CapacityOptions)
		usage  usage.Source
		want   string
	}{
		{"short hold", "", func(o *CapacityOptions) { o.Hold = 999 * time.Millisecond }, nil, "held for 1 s or more, not 999ms"},
		{"no start", "", func(o *CapacityOptions) { o.Start = 0 }, nil, "begins with 1 subscriber or more, not 0"},
		{"no joins", "", func(o *CapacityOptions) { o.Rate = 0 }, nil, "join at 1 a second or faster, not 0"},
		{"a group", "delivered@clean>=99%", nil, nil, "delivered@clean>=99%: a search for the capacity judges all subscribers together"},
		{"errors", "errors<=0", nil, nil, "errors<=0: is known for the whole run only"},
		{"longest freeze", "freeze.longest<=1s", nil, nil, "freeze.longest<=1s: is known for the whole run only"},
		{"worst second", "server.cpu.max<=1", nil, meterless{}, "is known for the whole run only"},
		{"per packet", "server.cpu_per_packet<=10us", nil, meterless{}, "is known for the whole run only"},
		{"no usage", "server.cpu<=1", nil, nil, "the server's usage is not measured"},
		{"usage", "server.cpu<=1", nil, meterless{}, "the plan has no subscribers"}, // which is asked last
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := plan(t, func(f *scenario.Flags) { f.Publishers, f.Subscribers = 1, 0 })
			r, err := NewRunner(Options{Plan: p, Server: tt.usage})
			if err != nil {
				t.Fatal(err)
			}
			o := CapacityOptions{Start: 1, Hold: time.Second, Rate: 1}
			if tt.level != "" {
				o.Level = level(t, tt.level)
			}
			if tt.change != nil {
				tt.change(&o)
			}
			run, err := r.FindCapacity(t.Context(), o)
			if run != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

// meterless is a server whose usage cannot be read.
type meterless struct{}

func (meterless) Read(context.Context) (usage.Sample, error) {
	return usage.Sample{}, errors.New("gone")
}
func (meterless) String() string { return "nothing" }
