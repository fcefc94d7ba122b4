package world

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The differential oracle compares two runs of one script on lossless links, with
// one forwarding shard and with four, or twice with as many. What it holds equal is
// said at Compare.

// frames are the complete frames of every viewer.
func (w *World) frames() map[string][]uint32 {
	all := make(map[string][]uint32)
	for _, c := range w.clients {
		c.screen.mu.Lock()
		for id, sh := range c.screen.shown {
			for kind, what := range kindNames {
				if frames := sh.kinds[kind].complete; len(frames) > 0 {
					all[fmt.Sprintf("%s <- %s %s", c.Name, w.sources[id].name(), what)] = slices.Sorted(maps.Keys(frames))
				}
			}
		}
		c.screen.mu.Unlock()
	}
	return all
}

// Slack is by how many frames the beginning of a connection may differ.
type Slack struct{ Sound, Picture uint32 }

// The slacks of a comparison.
var (
	// AnyShards is for runs with other numbers of shards. A shard that has a
	// publisher's packets already begins a newcomer with them (docs/adr/0006); one that
	// has not waits for a keyframe, which takes a second at most (R7).
	AnyShards = Slack{Sound: 1, Picture: 10}
	// SameRun is for two runs of one script. Goroutines that wake at one moment go in
	// any order, so that a packet may come just before or behind the keys.
	SameRun = Slack{Sound: 1, Picture: 1}
)

// Compare returns how two runs differ in what viewers got. Equal is which streams
// each viewer got, and every frame of each connection but for the first ones, of
// which the slack says how many, and the last one.
func Compare(a, b *Outcome, slack Slack) (found []string) {
	names := maps.Clone(a.Frames)
	maps.Copy(names, b.Frames)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		most := slack.Sound
		if strings.HasSuffix(name, kindNames[picture]) {
			most = slack.Picture
		}
		one, other := a.Frames[name], b.Frames[name]
		for _, pair := range [][2][]uint32{{one, other}, {other, one}} {
			if f, is := unexplained(pair[0], pair[1], most); is {
				found = append(found, fmt.Sprintf("differential: %s: %s in one run, %s in the other, which lacks %d",
					name, ranges(pair[0]), ranges(pair[1]), f))
			}
		}
	}
	return found
}

// unexplained returns a frame of has that lacks misses, though it is none of the
// first after a time without any.
func unexplained(has, lacks []uint32, slack uint32) (frame uint32, is bool) {
	for i, f := range has {
		at, found := slices.BinarySearch(lacks, f)
		last := i+1 == len(has) || has[i+1] != f+1 // before an end: it may come or not
		if found || short(has, i, slack) || last && at > 0 && lacks[at-1] == f-1 {
			continue
		}
		if at == len(lacks) || lacks[at]-f > slack {
			return f, true
		}
		// Whether has began there, too: all that it has without a hole before f, back to
		// what lacks has, is no beginning.
		for j := i; ; j-- {
			if j == 0 || has[j-1] != has[j]-1 {
				break
			}
			if _, common := slices.BinarySearch(lacks, has[j-1]); common {
				return f, true
			}
		}
	}
	return 0, false
}

// short reports whether the frame is of a connection that was over before it had
// more frames than the slack.
func short(list []uint32, i int, slack uint32) bool {
	from, to := i, i
	for from > 0 && list[from-1] == list[from]-1 {
		from--
	}
	for to+1 < len(list) && list[to+1] == list[to]+1 {
		to++
	}
	return uint32(to-from) < slack //nolint:gosec // an index
}

// ranges is a list of numbers, in short.
func ranges(list []uint32) string {
	var parts []string
	for i := 0; i < len(list); {
		j := i
		for j+1 < len(list) && list[j+1] == list[j]+1 {
			j++
		}
		parts = append(parts, fmt.Sprintf("%d-%d", list[i], list[j]))
		i = j + 1
	}
	return strings.Join(parts, " ")
}
