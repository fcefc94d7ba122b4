package scenario

import (
	"testing"
	"time"
)

// FuzzRead checks that no file makes the reader or the planner panic, and that
// what is planned keeps its contract.
func FuzzRead(f *testing.F) {
	for _, name := range Examples() {
		data, err := ExampleFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, text := range []string{
		"", "a", "[]", "groups: &g {*g : 1}", "duration: 1s\ngroups: {a: {count: 1, publish: false, network: {}}}",
		"groups: &a {a: *a}\nphases: &p [*p]", "duration: 9s\ngroups: {a: {count: 9}}\nphases: [{do: [{churn: a, stay: 1s}]}]",
		"duration: 9s\nramp: 0.0001/s\ngroups: {a: {count: 2}}", "!!binary a: b", "? [a]\n: b", "<<: {duration: 1s}",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Read("fuzz.yaml", data)
		if err != nil {
			return
		}
		if s.length() > time.Hour || len(s.Phases) > 20 {
			return // right, but slow
		}
		p, err := s.Plan()
		if err != nil {
			return
		}
		for _, c := range p.Clients {
			checkSteps(t, "fuzz", p.Duration, c)
		}
		if l := p.Limits(); l.Files <= 0 || l.Subscriptions < 0 || l.Up < 0 || l.Down < 0 {
			t.Errorf("limits %+v", l)
		}
	})
}

// FuzzQuantities checks that what is printed is read back as the same.
func FuzzQuantities(f *testing.F) {
	for _, text := range []string{"5%", "0.5 %", "1Mbit/s", "500 kbit/s", "2kB/s", "30/min", "10s", "all", "1280x720", "-1", "NaN%", "1e9bit/s", "."} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		check(t, text, ParseShare)
		check(t, text, ParseBitrate)
		check(t, text, ParseSpeed)
		check(t, text, ParseFrequency)
		check(t, text, ParseReceive)
		check(t, text, ParseSize)
		check(t, text, ParseRamp)
	})
}

func check[T interface{ String() string }](t *testing.T, text string, parse func(string) (T, error)) {
	t.Helper()
	v, err := parse(text)
	if err != nil {
		return
	}
	again, err := parse(v.String())
	if err != nil || again.String() != v.String() {
		t.Errorf("%q is %v, which is read as %v, %v", text, v, again, err)
	}
}
