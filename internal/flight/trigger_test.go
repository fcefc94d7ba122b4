package flight

import (
	"testing"
	"time"
)

// second is what one second has: how many packets, and how many of them late.
type second struct{ late, all uint64 }

// over looks at the seconds, one after the other, and returns the verdicts.
func over(t *Trigger, from time.Time, seconds ...second) (verdicts []Verdict, now time.Time) {
	late, all := t.late, t.all
	for _, s := range seconds {
		from = from.Add(time.Second)
		late, all = late+s.late, all+s.all
		v, newLate, newAll := t.Look(from, late, all)
		if v != Calm && (newLate != s.late || newAll != s.all) {
			panic("the numbers are not those of the second")
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, from
}

func want(t *testing.T, what string, got []Verdict, want ...Verdict) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%s: %v, want %v", what, got, want)
			return
		}
	}
}

var begin = time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)

func TestMoreThanOnePacketInAHundredIsASpike(t *testing.T) {
	for name, test := range map[string]struct {
		second second
		want   Verdict
	}{
		"none late":        {second{0, 1000}, Calm},
		"one in a hundred": {second{10, 1000}, Calm},
		"a few more":       {second{11, 1000}, Spike},
		"all":              {second{1000, 1000}, Spike},
		"too few to tell":  {second{19, 19}, Calm},
		"just enough":      {second{1, 20}, Spike},
		"no packet at all": {second{0, 0}, Calm},
	} {
		var trigger Trigger
		trigger.Look(begin, 5, 5)
		got, _ := over(&trigger, begin, test.second)
		want(t, name, got, test.want)
	}
}

func TestWhatWasBeforeTheFirstLookIsNoSpike(t *testing.T) {
	var trigger Trigger
	if v, _, _ := trigger.Look(begin, 900, 1000); v != Calm {
		t.Errorf("the first look is %v", v)
	}
}

func TestTroubleThatLastsIsRecordedOnce(t *testing.T) {
	var trigger Trigger
	trigger.Look(begin, 0, 0)
	bad := second{500, 1000}
	got, now := over(&trigger, begin, bad, bad, bad)
	want(t, "the beginning", got, Spike, Held, Held)
	for range 600 { // ten minutes of it
		got, now = over(&trigger, now, bad)
		want(t, "later", got, Held)
	}
	calm := second{0, 1000}
	got, _ = over(&trigger, now, calm, bad, bad)
	want(t, "new trouble", got, Calm, Spike, Held)
}

func TestRecordingsRestFiveMinutes(t *testing.T) {
	var trigger Trigger
	trigger.Look(begin, 0, 0)
	bad, calm := second{500, 1000}, second{0, 1000}
	got, now := over(&trigger, begin, bad, calm, bad, calm)
	want(t, "twice in three seconds", got, Spike, Calm, Held, Calm)
	for now.Before(begin.Add(rest)) {
		got, now = over(&trigger, now, calm)
		want(t, "calm", got, Calm)
	}
	got, _ = over(&trigger, now, bad)
	want(t, "five minutes later", got, Spike)
}
