package world

import (
	"fmt"
	"maps"
	"slices"
)

// The differential oracle compares two runs of one script on lossless links, with
// one forwarding shard and with four. What it holds equal is said at Compare.

// frames are the complete frames of every viewer.
func (w *World) frames() map[string][]uint32 {
	all := make(map[string][]uint32)
	for _, c := range w.clients {
		c.screen.mu.Lock()
		for id, sh := range c.screen.shown {
			for kind, what := range [kinds]string{"sound", "picture"} {
				key := fmt.Sprintf("%s <- %s %s", c.Name, w.sources[id].name(), what)
				all[key] = slices.Sorted(maps.Keys(sh.kinds[kind].complete))
			}
		}
		c.screen.mu.Unlock()
	}
	return all
}

// Compare returns how two runs differ in what viewers got. Equal must be: which
// streams each viewer got, and between the first and the last frame that it has
// of one in both runs, every single frame. The first and the last may differ by
// slack frames: when a connection stands depends on which of several goroutines
// that wake at the same moment goes first.
func Compare(a, b *Outcome, slack uint32) (found []string) {
	names := maps.Clone(a.Frames)
	maps.Copy(names, b.Frames)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		one, other := a.Frames[name], b.Frames[name]
		switch {
		case len(one) == 0 && len(other) == 0:
		case len(one) == 0 || len(other) == 0:
			found = append(found, fmt.Sprintf("differential: %s: %d frames in one run, %d in the other", name, len(one), len(other)))
		case distance(one[0], other[0]) > slack || distance(one[len(one)-1], other[len(other)-1]) > slack:
			found = append(found, fmt.Sprintf("differential: %s: frames %d to %d in one run, %d to %d in the other",
				name, one[0], one[len(one)-1], other[0], other[len(other)-1]))
		default:
			from, to := max(one[0], other[0]), min(one[len(one)-1], other[len(other)-1])
			if !slices.Equal(between(one, from, to), between(other, from, to)) {
				found = append(found, fmt.Sprintf("differential: %s: other frames between %d and %d", name, from, to))
			}
		}
	}
	return found
}

func distance(a, b uint32) uint32 { return max(a, b) - min(a, b) }

func between(list []uint32, from, to uint32) []uint32 {
	i, _ := slices.BinarySearch(list, from)
	j, _ := slices.BinarySearch(list, to)
	return list[i:j]
}
