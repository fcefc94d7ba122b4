package sfu_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/egress"
)

const (
	allLayers = egress.AllLayers
	minute    = time.Minute

	// simSeeds names the environment variable that has every scenario played with
	// every format, so many times, and the outcome printed as a table. Without it
	// each is played usualSeeds times, with another format each time.
	simSeeds = "ATRIUM_SIM_SEEDS"
)

// scenario is a minute in the life of a publisher and its viewers.
type scenario struct {
	name      string
	up, down  link.Link // of the publisher, and of the viewers but for the control viewer
	duplicate float64   // probability of a packet to come twice
	probes    bool      // padding now and then
	rests     bool      // encodings that nobody uses are paused
	red       bool      // redundant sound
	measured  bool      // all but the control viewer tell when packets arrive
	batch     time.Duration
	act       func(*plane)
	limits    limits
	anchored  bool            // see plane.anchor
	excused   map[string]bool // complaints of the conformance checker that do not count
}

// outcome is what came of one run.
type outcome struct {
	frames, lost, recovered  int
	switches, requests       int
	fills, missing, excused  int
	gap                      [gapKinds]time.Duration
	frozen, share, concealed float64 // of the viewer for whom it was worst
	first                    []time.Duration
	digests                  []string
}

// TestPlane plays the scenarios.
func TestPlane(t *testing.T) {
	seeds, exhaustive := chosenSeeds()
	table := newSimTable()
	t.Run("scenarios", func(t *testing.T) {
		for i, sc := range scenarios() {
			if i%usualStride != 0 && !exhaustive && os.Getenv("ATRIUM_NIGHTLY") == "" {
				continue
			}
			for j, f := range formats() {
				for seed := range seeds {
					// Without the variable each scenario meets another format with each seed.
					if turn := (i*usualSeeds + seed) % len(formats()); !exhaustive && turn != j {
						continue
					}
					t.Run(fmt.Sprintf("%s/%s/%d", sc.name, f.name, seed+1), func(t *testing.T) {
						t.Parallel()
						var out outcome
						defer func() { table.add(sc.name, f.name, out) }() // a bubble that fails ends the test
						sc.run(t, f, uint64(seed)+1, 1, &out)
					})
				}
			}
		}
	})
	if exhaustive {
		table.print(os.Stdout)
	}
}

// chosenSeeds returns how many seeds to play, and whether with every format.
func chosenSeeds() (seeds int, exhaustive bool) {
	if n, err := strconv.Atoi(os.Getenv(simSeeds)); err == nil && n > 0 {
		return n, true
	}
	return usualSeeds, false
}

// tell logs what a simulation has shown, and prints it with the table.
func tell(t *testing.T, format string, args ...any) {
	t.Helper()
	t.Logf(format, args...)
	if _, exhaustive := chosenSeeds(); exhaustive {
		fmt.Printf("%s: %s\n", t.Name(), fmt.Sprintf(format, args...))
	}
}

// The same seed brings the same octets at the same moments to every viewer, and so
// do one shard and three.
func TestPlaneRepeatsItself(t *testing.T) {
	slowUnderRace(t)
	for _, sc := range scenarios() {
		name, chosen := map[string]string{"everything": "VP8 L1T3 x3", "batches": "AV1 L3T3_KEY"}[sc.name]
		if !chosen {
			continue
		}
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			f := formatNamed(name)
			var first, got outcome
			sc.anchored = true
			sc.run(t, f, 7, 1, &first)
			for shards, what := range map[int]string{1: "the same run again", 3: "three shards"} {
				if sc.run(t, f, 7, shards, &got); !slices.Equal(got.digests, first.digests) {
					t.Errorf("%s: viewers received %v, first %v", what, got.digests, first.digests)
				}
			}
		})
	}
}

// run plays the scenario for a minute, and three seconds more for what is still
// under way.
func (sc scenario) run(t *testing.T, f format, seed uint64, shards int, out *outcome) {
	t.Helper()
	cfg := planeConfig{format: f, shards: shards, seed: seed, rests: sc.rests, batch: sc.batch, up: sc.up, red: sc.red, anchored: sc.anchored}
	simulatePlane(t, cfg, func(p *plane) {
		p.publisher.duplicate, p.publisher.probes = sc.duplicate, sc.probes
		p.publisher.keyframeOfAll = f.codec == codec.VP8 && seed%2 == 0 // as libvpx does
		sc.cast(p)
		if sc.act != nil {
			sc.act(p)
		}
		p.at(p.start.Add(minute), func() {
			p.publisher.stopped = true
			for _, v := range p.viewers {
				v.view.gap(time.Now())
				v.view.pause()
			}
		})
		p.play(minute + 3*time.Second)
		*out = sc.judge(p)
	})
}

// judge reports what was wrong, and sums up.
func (sc scenario) judge(p *plane) (out outcome) {
	p.t.Helper()
	for _, v := range p.viewers {
		sc.judgeViewer(p, v, &out)
	}
	if float64(out.recovered) < sc.limits.recovered*float64(out.lost) {
		p.t.Errorf("%d of %d lost packets came by retransmission, want %v of them", out.recovered, out.lost, sc.limits.recovered)
	}
	out.requests = p.judgeRequests()
	return out
}

func (sc scenario) judgeViewer(p *plane, v *planeViewer, out *outcome) {
	p.t.Helper()
	gaps, frozen, concealed := sc.limits.gap, sc.limits.frozen, sc.limits.concealed
	if v.name == "control" {
		gaps, frozen, concealed = sc.limits.control, sc.limits.controlFrozen, sc.limits.controlConcealed
	}
	for kind, limit := range gaps {
		if v.view.longest[kind] > limit {
			p.t.Errorf("%s: no new picture for %v from %v on (%v), want %v at most",
				v.name, v.view.longest[kind], v.view.where[kind], gapKind(kind), limit)
		}
		out.gap[kind] = max(out.gap[kind], v.view.longest[kind])
	}
	if share := v.view.frozen(); share > frozen {
		p.t.Errorf("%s: frozen for %.2f %% of the time, want %.2f %% at most", v.name, 100*share, 100*frozen)
	}
	made, sounds := v.view.concealed()
	share := float64(made) / float64(max(sounds, 1))
	if share > concealed {
		p.t.Errorf("%s: %.2f %% of the sound is concealed, want %.2f %% at most", v.name, 100*share, 100*concealed)
	}
	if !v.mayLose {
		v.judgeLossless(p)
	}
	if v.view.judged == 0 && !v.measured {
		p.t.Errorf("%s: never settled", v.name)
	}
	found := v.judge.Violations()
	violations := slices.DeleteFunc(slices.Clone(found), sc.isExcused)
	v.complain("conformance", violations)
	v.complain("sent", v.sent.found)
	v.complain("lip sync", v.sync.found)
	v.complain("view", v.view.found)
	if v.sync.frames == 0 {
		p.t.Errorf("%s: no sender report tied a frame to its time", v.name)
	}

	lost, recovered := v.sent.recovery(p.start.Add(minute - time.Second))
	out.frames += v.view.pictures
	out.lost, out.recovered = out.lost+lost, out.recovered+recovered
	out.switches += v.view.switches
	out.fills, out.missing, out.excused = out.fills+v.sent.fills, out.missing+len(v.view.missing), out.excused+len(found)-len(violations)
	out.frozen, out.concealed = max(out.frozen, v.view.frozen()), max(out.concealed, share)
	out.share = max(out.share, float64(v.sent.resentOctets)/float64(max(v.sent.octets, 1)))
	out.first = append(out.first, v.view.first)
	out.digests = append(out.digests, fmt.Sprintf("%s %08x", v.name, v.sum))
}

// judgeLossless is for viewers to whom every packet comes: every picture that is
// begun can be shown, but for those that a mute or a switch cut off, and every
// picture of the layers asked for is there.
func (v *planeViewer) judgeLossless(p *plane) {
	p.t.Helper()
	if len(v.view.missing) > 0 {
		p.t.Errorf("%s: pictures of the layers asked for are missing: %v", v.name, v.view.missing)
	}
	cuts := v.view.cuts
	if v.unordered() {
		cuts += v.view.switches
	}
	if n := v.screen.unshown(); n > cuts {
		p.t.Errorf("%s: %d pictures could not be shown, although nothing was lost and only %d were cut", v.name, n, cuts)
	}
}

func (v *planeViewer) unordered() bool { return v.link.Reorder+v.plane.up.Reorder > 0 }

// isExcused reports whether a complaint does not count.
func (sc scenario) isExcused(complaint string) bool {
	for text := range maps.Keys(sc.excused) {
		if strings.Contains(complaint, text) {
			return true
		}
	}
	return false
}

// complain reports the first of what was found.
func (v *planeViewer) complain(what string, found []string) {
	v.plane.t.Helper()
	for i, text := range found {
		if i == 4 {
			v.plane.t.Errorf("%s: %s: and %d more", v.name, what, len(found)-i)
			return
		}
		v.plane.t.Errorf("%s: %s: %s", v.name, what, text)
	}
}

// judgeRequests holds the keyframe requests against R7 and returns how many there
// were.
func (p *plane) judgeRequests() (count int) {
	p.t.Helper()
	for layer, at := range p.video.requests {
		count += len(at)
		for i := 2; i < len(at); i++ {
			if at[i].Sub(at[i-2]) < time.Second {
				p.t.Errorf("three keyframe requests for encoding %d in the second before %v", layer, at[i].Sub(p.start))
			}
		}
	}
	return count
}

// simTable collects outcomes by scenario and format, from parallel tests.
type simTable struct {
	mu   sync.Mutex
	rows map[[2]string][]outcome
}

func newSimTable() *simTable { return &simTable{rows: map[[2]string][]outcome{}} }

func (st *simTable) add(sc, f string, out outcome) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.rows[[2]string{sc, f}] = append(st.rows[[2]string{sc, f}], out)
}

// print prints a row for each scenario and format: sums over the seeds, and of
// gaps and shares the worst.
func (st *simTable) print(w *os.File) {
	fmt.Fprintf(w, "%-20s %-14s %5s %7s %6s %6s | %6s %6s %6s ms | %6s %6s %6s %% | %6s %6s %5s %7s\n",
		"scenario", "format", "seeds", "frames", "lost", "recov%", "steady", "vanish", "resume",
		"frozen", "conc", "resent", "switch", "keyreq", "fills", "excused")
	for _, sc := range scenarios() {
		for _, f := range formats() {
			rows := st.rows[[2]string{sc.name, f.name}]
			if len(rows) == 0 {
				continue
			}
			var sum outcome
			for _, o := range rows {
				sum.add(o)
			}
			recovered := 100.0
			if sum.lost > 0 {
				recovered = 100 * float64(sum.recovered) / float64(sum.lost)
			}
			fmt.Fprintf(w, "%-20s %-14s %5d %7d %6d %6.1f | %6d %6d %6d    | %6.2f %6.2f %6.2f   | %6d %6d %5d %7d\n",
				sc.name, f.name, len(rows), sum.frames, sum.lost, recovered,
				sum.gap[steady].Milliseconds(), sum.gap[vanished].Milliseconds(), sum.gap[resumed].Milliseconds(),
				100*sum.frozen, 100*sum.concealed, 100*sum.share, sum.switches, sum.requests, sum.fills, sum.excused)
		}
	}
}

func (o *outcome) add(other outcome) {
	o.frames, o.lost, o.recovered = o.frames+other.frames, o.lost+other.lost, o.recovered+other.recovered
	o.switches, o.requests = o.switches+other.switches, o.requests+other.requests
	o.fills, o.excused = o.fills+other.fills, o.excused+other.excused
	for kind := range o.gap {
		o.gap[kind] = max(o.gap[kind], other.gap[kind])
	}
	o.frozen, o.share, o.concealed = max(o.frozen, other.frozen), max(o.share, other.share), max(o.concealed, other.concealed)
}

// percentile returns the value below which a share of the list lies.
func percentile(list []time.Duration, share float64) time.Duration {
	sorted := slices.SortedFunc(slices.Values(list), cmp.Compare)
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}
