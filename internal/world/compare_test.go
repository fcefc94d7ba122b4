package world_test

import (
	"testing"

	"github.com/atrium-rtc/atrium/internal/world"
)

func TestCompareForgivesTheEndsOfConnectionsAlone(t *testing.T) {
	count := func(from, to uint32, but ...uint32) (list []uint32) {
		for f := from; f <= to; f++ {
			if len(but) == 0 || f < but[0] || f > but[len(but)-1] {
				list = append(list, f)
			}
		}
		return list
	}
	for name, c := range map[string]struct {
		one, other []uint32
		equal      bool
	}{
		"the same":                {count(1, 50), count(1, 50), true},
		"a later beginning":       {count(1, 50), count(9, 50), true},
		"a much later beginning":  {count(1, 50), count(15, 50), false},
		"one less at the end":     {count(1, 50), count(1, 49), true},
		"two less at the end":     {count(1, 50), count(1, 48), false},
		"one missing":             {count(1, 50), count(1, 50, 20), false},
		"a hole":                  {count(1, 50), count(1, 50, 20, 23), false},
		"a later second part":     {count(1, 50, 20, 30), count(1, 50, 20, 35), true},
		"nothing at all":          {count(1, 50), nil, false},
		"one missing in each run": {count(1, 50, 30), count(1, 50, 20), false},
	} {
		a := world.Outcome{Frames: map[string][]uint32{"x <- y picture": c.one}}
		b := world.Outcome{Frames: map[string][]uint32{"x <- y picture": c.other}}
		if found := world.Compare(&a, &b, world.AnyShards); (len(found) == 0) != c.equal {
			t.Errorf("%s: %v", name, found)
		}
	}
}
