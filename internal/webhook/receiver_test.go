package webhook_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/atrium-rtc/atrium/internal/feed"
	"github.com/atrium-rtc/atrium/internal/webhook"
)

func TestDeliveriesAreSignedByBothSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to, secrets := &receiver{}, []string{webhook.NewSecret(), webhook.NewSecret()}
		f, w := post(t, to, webhook.Config{Secrets: secrets, Version: "1.2.3"})
		join(f, "r")
		synctest.Wait()
		finish(t, w)
		if len(to.taken) != 1 {
			t.Fatalf("%d deliveries", len(to.taken))
		}
		d := to.taken[0]
		for _, secret := range secrets {
			check, err := standardwebhooks.NewWebhook(secret)
			if err != nil {
				t.Fatal(err)
			}
			if err := check.Verify(d.body, d.header); err != nil {
				t.Error(err)
			}
			if check.Verify(append(d.body, ' '), d.header) == nil {
				t.Error("another body has the same signature")
			}
		}
		if other, _ := standardwebhooks.NewWebhook(webhook.NewSecret()); other.Verify(d.body, d.header) == nil {
			t.Error("every secret is right")
		}
		for name, want := range map[string]string{
			"Content-Type": "application/cloudevents+json", "User-Agent": "Atrium/1.2.3", "Webhook-Id": "run-1",
		} {
			if got := d.header.Get(name); got != want || name == "Webhook-Id" && got != d.event.ID {
				t.Errorf("%s: %q", name, got)
			}
		}
	})
}

func TestAnOutageOfMinutesLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		to := &receiver{answer: func(d delivery) answer {
			if d.at.Sub(begin) < 10*time.Minute {
				return answer{} // no connection
			}
			return answer{status: http.StatusOK, takes: 50 * time.Millisecond}
		}}
		f, w := post(t, to, webhook.Config{})
		var want []string
		for i := range 200 {
			join(f, "a", "b", "c")
			want = append(want, fmt.Sprint(i+1))
			time.Sleep(time.Second)
		}
		if s := w.Stats(); s.Waiting != 600 || s.Sent != 0 || s.Failures[webhook.Unreachable] == 0 || s.Oldest < 3*time.Minute || to.peak() > 1 {
			t.Errorf("during the outage: %+v, %d at a time", s, to.peak())
		}
		if tried := to.tried(); tried < 5 || tried > 15 {
			t.Errorf("%d attempts in 200 s", tried)
		}
		time.Sleep(15 * time.Minute)
		for _, name := range []string{"a", "b", "c"} {
			if diff := cmp.Diff(want, to.seen(name)); diff != "" {
				t.Errorf("room %s: %s", name, diff)
			}
		}
		if s := w.Stats(); s.Waiting != 0 || s.Bytes != 0 || s.Oldest != 0 || s.Sent != 600 || to.peak() < 3 {
			t.Errorf("after the outage: %+v, %d at a time", s, to.peak())
		}
		finish(t, w)
	})
}

func TestAFaultOfOneRoomDoesNotHoldOthersUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		to := &receiver{answer: func(d delivery) answer {
			if d.event.Subject == "bad" && d.at.Sub(begin) < time.Minute {
				return answer{status: http.StatusInternalServerError}
			}
			return answer{status: http.StatusOK}
		}}
		f, w := post(t, to, webhook.Config{})
		for range 3 {
			join(f, "bad", "good")
		}
		time.Sleep(time.Second / 4)
		if got := to.seen("good"); len(got) != 3 {
			t.Errorf("the good room: %v", got)
		}
		time.Sleep(3 * time.Minute)
		if diff := cmp.Diff([]string{"1", "2", "3"}, to.seen("bad")); diff != "" {
			t.Error(diff)
		}
		finish(t, w)
	})
}

func TestASlowReceiverHoldsUpOneRoomOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &receiver{answer: func(d delivery) answer {
			if d.event.Subject == "slow" {
				return answer{status: http.StatusOK, takes: 8 * time.Second}
			}
			return answer{status: http.StatusOK}
		}}
		f, w := post(t, to, webhook.Config{})
		join(f, "slow", "a", "a", "b", "slow")
		time.Sleep(time.Second)
		if len(to.seen("a")) != 2 || len(to.seen("b")) != 1 {
			t.Errorf("a: %v, b: %v", to.seen("a"), to.seen("b"))
		}
		finish(t, w)
		if diff := cmp.Diff([]string{"1", "2"}, to.seen("slow")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAnAnswerThatDoesNotComeIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		to := &receiver{answer: func(delivery) answer {
			defer func() { first = false }()
			return answer{status: http.StatusOK, takes: map[bool]time.Duration{true: time.Hour}[first]}
		}}
		f, w := post(t, to, webhook.Config{Timeout: 3 * time.Second})
		join(f, "r")
		time.Sleep(5 * time.Second)
		if s := w.Stats(); s.Sent != 1 || s.Failures[webhook.Unreachable] != 1 || s.Retries != 1 {
			t.Errorf("%+v", s)
		}
		finish(t, w)
	})
}

func TestAReceiverSaysHowLongToWait(t *testing.T) {
	for name, asked := range map[string]string{"seconds": "90", "date": "Sat, 01 Jan 2000 00:01:30 GMT"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin, busy := time.Now(), true
				to := &receiver{answer: func(delivery) answer {
					if busy {
						busy = false
						return answer{status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {asked}}}
					}
					return answer{status: http.StatusOK}
				}}
				f, w := post(t, to, webhook.Config{})
				join(f, "a", "b") // b is on its way when a is told to wait, and says nothing about that
				time.Sleep(time.Second)
				join(f, "c")
				finish(t, w)
				var at []time.Duration
				for _, d := range to.taken {
					at = append(at, d.at.Sub(begin))
				}
				if diff := cmp.Diff([]time.Duration{0, 90 * time.Second, 90 * time.Second}, at); diff != "" || w.Stats().Failures[webhook.Throttled] != 1 {
					t.Errorf("%s %+v", diff, w.Stats())
				}
			})
		})
	}
}

func TestAReceiverThatIsGoneGetsNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &receiver{answer: func(delivery) answer { return answer{status: http.StatusGone, takes: time.Second} }}
		f, w := post(t, to, webhook.Config{})
		join(f, "a", "a", "a")
		time.Sleep(2 * time.Second)
		join(f, "a", "b")
		time.Sleep(time.Hour)
		s := w.Stats()
		if to.tried() != 1 || s.Failures[webhook.Gone] != 1 || s.Dropped[webhook.Stopped] != 5 || s.Waiting != 0 || s.Bytes != 0 {
			t.Errorf("%d attempts, %+v", to.tried(), s)
		}
		finish(t, w)
	})
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &receiver{answer: func(delivery) answer {
			return answer{status: http.StatusTemporaryRedirect, header: http.Header{"Location": {"https://elsewhere.example.org/"}}}
		}}
		f, w := post(t, to, webhook.Config{})
		join(f, "r")
		time.Sleep(500 * time.Millisecond)
		if s := w.Stats(); to.tried() != 1 || s.Failures[webhook.Redirected] != 1 || s.Waiting != 1 {
			t.Errorf("%d attempts, %+v", to.tried(), s)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if w.Close(ctx) == nil {
			t.Error("nothing was lost")
		}
	})
}

func TestAnEventThatIsNotTakenIsGivenUpAndToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &receiver{answer: func(d delivery) answer {
			if d.event.RoomSequence == 1 {
				return answer{status: http.StatusBadRequest}
			}
			return answer{status: http.StatusOK}
		}}
		f, w := post(t, to, webhook.Config{})
		join(f, "r", "r")
		time.Sleep(time.Hour)
		if diff := cmp.Diff([]string{"lost 1 rejected", "2"}, to.seen("r")); diff != "" {
			t.Error(diff)
		}
		if s := w.Stats(); s.Failures[webhook.Rejected] != 10 || s.Dropped[webhook.Refused] != 1 {
			t.Errorf("%+v", s)
		}
		finish(t, w)
	})
}

func TestWhatDoesNotFitIsToldOfInItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		to := &receiver{answer: func(d delivery) answer {
			if d.at.Sub(begin) < time.Minute {
				return answer{status: http.StatusServiceUnavailable}
			}
			return answer{status: http.StatusOK}
		}}
		f, w := post(t, to, webhook.Config{MaxEvents: 3})
		join(f, "a", "a", "a", "a", "a", "b")
		time.Sleep(5 * time.Minute)
		join(f, "a", "b")
		time.Sleep(time.Second)
		if diff := cmp.Diff([]string{"1", "2", "3", "lost 2 full", "6"}, to.seen("a")); diff != "" {
			t.Errorf("a: %s", diff)
		}
		if diff := cmp.Diff([]string{"lost 1 full"}, to.seen("")); diff != "" {
			t.Errorf("no room: %s", diff)
		}
		if diff := cmp.Diff([]string{"2"}, to.seen("b")); diff != "" {
			t.Errorf("b: %s", diff)
		}
		if s := w.Stats(); s.Dropped[webhook.Full] != 3 {
			t.Errorf("%+v", s)
		}
		finish(t, w)
	})
}

func TestWhatWaitsTooLongIsToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		to := &receiver{answer: func(d delivery) answer {
			if d.at.Sub(begin) < time.Hour {
				return answer{}
			}
			return answer{status: http.StatusOK}
		}}
		f, w := post(t, to, webhook.Config{Keep: 30 * time.Minute})
		join(f, "r", "r")
		time.Sleep(50 * time.Minute)
		join(f, "r")
		time.Sleep(30 * time.Minute)
		if diff := cmp.Diff([]string{"lost 2 old", "3"}, to.seen("r")); diff != "" {
			t.Error(diff)
		}
		if s := w.Stats(); s.Dropped[webhook.Old] != 2 || s.Waiting != 0 {
			t.Errorf("%+v", s)
		}
		finish(t, w)
	})
}

func TestTheEndDeliversWhatWaitsAndIsNotHeldUpForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &receiver{answer: func(delivery) answer { return answer{status: http.StatusOK, takes: time.Second} }}
		f, w := post(t, slow, webhook.Config{})
		join(f, "r", "r", "r")
		finish(t, w)
		if len(slow.taken) != 3 {
			t.Errorf("%d were delivered at the end", len(slow.taken))
		}
		dead := &receiver{answer: func(delivery) answer { return answer{takes: 9 * time.Second} }}
		f, w = post(t, dead, webhook.Config{})
		join(f, "r", "r", "r")
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		err := w.Close(ctx)
		if err == nil || !strings.Contains(err.Error(), "3 events were not delivered to https://app.example.org/events") || time.Since(begin) > 3*time.Second {
			t.Errorf("after %v: %v", time.Since(begin), err)
		}
	})
}

func TestOnlyChosenEventsArePosted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		filter, err := feed.ParseFilter("", []string{"room.*"})
		if err != nil {
			t.Fatal(err)
		}
		to := &receiver{}
		f, w := post(t, to, webhook.Config{Filter: filter})
		join(f, "r")
		finish(t, w)
		if to.tried() != 0 {
			t.Error("an event was posted that nobody wants")
		}
	})
}
