package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/config"
)

func TestAComparisonChangesOneKeyOfTheConfiguration(t *testing.T) {
	c, err := readComparison("operator.flight_directory=/tmp/a b")
	if err != nil {
		t.Fatal(err)
	}
	for with, want := range map[bool]string{false: "", true: "/tmp/a b"} {
		loaded, err := config.Load(config.Sources{Path: "f", File: c.yaml(with)})
		if err != nil {
			t.Fatal(err)
		}
		if got := loaded.Config.Operator.FlightDirectory; got != want {
			t.Errorf("with %v: %q, want %q", with, got, want)
		}
	}
	for _, text := range []string{"", "a.b", "b=c", "a.b.c=d"} {
		if _, err := readComparison(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestAComparisonIsOfPairs(t *testing.T) {
	c := &comparison{load: load{rooms: 1, publishers: 1, listeners: 200}}
	for i := range 8 {
		base := 5 + float64(i) // the machine moves, the growth does not
		c.pairs = append(c.pairs, [2]sample{{micros: base, p99: 2, others: 0.5}, {micros: base * 1.02, p99: 3}})
	}
	c.pairs[0][1].micros *= 2 // one that something hit
	table := compareTable([]*comparison{c})
	want := []string{"200", "8", "8.50", "9.69", "2.0", "2.0 to 2.0", "2.0", "3.0", "0.25"}
	if diff := cmp.Diff([][]string{want}, table.Rows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
