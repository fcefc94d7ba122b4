package world

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// draft is a script that is being drawn from a seed.
type draft struct {
	*rand.Rand
	*Script
	victims []string // to whom things may be done; the others are bystanders
}

const (
	ms = time.Millisecond
	// calm is when everybody has joined and faults may begin.
	calm = 4 * time.Second
)

// NewScript draws the script of a family from a seed. The same family and seed
// bring the same script.
func NewScript(family string, seed uint64) (*Script, error) {
	draw, known := families()[family]
	if !known {
		return nil, fmt.Errorf("there is no family %q", family)
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(family))
	d := &draft{
		Rand:   rand.New(rand.NewPCG(seed, h.Sum64())),
		Script: &Script{Family: family, Seed: seed, Shards: 2, Settle: 34 * time.Second, Patient: seed%4 == 0},
	}
	draw(d)
	slices.SortStableFunc(d.Steps, func(a, b Step) int { return int(a.At - b.At) })
	for _, s := range d.Steps {
		d.Heal = max(d.Heal, s.At+s.For)
	}
	d.Heal += time.Second
	return d.Script, nil
}

// between draws a time, in milliseconds.
func (d *draft) between(least, most time.Duration) time.Duration {
	return least + time.Duration(d.Int64N(int64((most-least)/ms)+1))*ms
}

// cast makes n members: the first two are bystanders in one room, the others are
// victims in that room or, some of them, in a second one. All join within three
// seconds.
func (d *draft) cast(n int) {
	rooms := []string{"atrium", "atrium", "atrium", "cellar"}
	for i := range n {
		m := Member{
			Name: fmt.Sprintf("%c%02d", "bv"[min(1, i/2)], i), Room: rooms[0], Style: Style(d.IntN(2)), //nolint:gosec // 0 or 1
			Streams: []string{api.StreamID}, Link: testnet.Link{Delay: d.between(5*ms, 50*ms)},
		}
		if i >= 2 {
			m.Room = rooms[d.IntN(len(rooms))]
			d.victims = append(d.victims, m.Name)
			if d.IntN(6) == 0 {
				m.Streams = nil // watches only
			}
		}
		d.Members = append(d.Members, m)
		d.step(Step{At: d.between(0, 3*time.Second), Do: Join, Who: []string{m.Name}})
	}
}

func (d *draft) step(s Step) { d.Steps = append(d.Steps, s) }

// victim draws one.
func (d *draft) victim() []string { return []string{d.victims[d.IntN(len(d.victims))]} }

// some draws several.
func (d *draft) some() (list []string) {
	for _, v := range d.victims {
		if d.IntN(2) == 0 {
			list = append(list, v)
		}
	}
	if list == nil {
		return d.victim()
	}
	return list
}

// style is how a member speaks.
func (d *draft) member(name string) *Member {
	return &d.Members[slices.IndexFunc(d.Members, func(m Member) bool { return m.Name == name })]
}

// times does something at some moments of a span behind calm.
func (d *draft) times(least, most int, span time.Duration, do func(at time.Duration)) {
	for range least + d.IntN(most-least+1) {
		do(d.between(calm, calm+span))
	}
}
