package speaker_test

import (
	"slices"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// call is a conference whose members are Meters, with one Election.
type call struct {
	meters   []*speaker.Meter
	election speaker.Election[int]
	now      time.Duration
	changes  []change
}

// change is one change of the dominant speaker; ids begin with 1.
type change struct {
	at time.Duration
	to int
}

func newCall(n int) *call {
	c := &call{}
	for range n {
		c.meters = append(c.meters, &speaker.Meter{})
	}
	return c
}

// run goes on for d; sources say what each member sends, nil is a quiet room.
func (c *call) run(d time.Duration, sources ...func() speaker.Sample) {
	for end := c.now + d; c.now < end; c.now += interval {
		for i, m := range c.meters {
			s := level(quiet)
			if i < len(sources) && sources[i] != nil {
				s = sources[i]()
			}
			m.Add(s, at(c.now))
		}
		if c.now%speaker.DecisionInterval == 0 {
			c.decide()
		}
	}
}

func (c *call) decide() {
	var list []speaker.Candidate[int]
	for i, m := range c.meters {
		list = append(list, speaker.Candidate[int]{ID: i + 1, Snapshot: m.Snapshot(at(c.now))})
	}
	if to, changed := c.election.Decide(list, at(c.now)); changed {
		c.changes = append(c.changes, change{c.now, to})
	}
}

func (c *call) dominant() int {
	id, _ := c.election.Dominant()
	return id
}

func TestNobodyIsDominantInSilence(t *testing.T) {
	c := newCall(3)
	c.run(10 * time.Second)
	if _, ok := c.election.Dominant(); ok || c.changes != nil {
		t.Errorf("changes: %v", c.changes)
	}
}

// TestNewSpeakerTakesOverWithinASecondAndAHalf draws speech of two people. Two in
// a hundred pause at each decision, and wait for longer.
func TestNewSpeakerTakesOverWithinASecondAndAHalf(t *testing.T) {
	const seeds = 200
	var took []time.Duration
	for seed := range uint64(seeds) {
		c := newCall(3)
		c.run(5*time.Second, newVoice(seed, -28).next)
		if c.dominant() != 1 {
			t.Fatalf("seed %d: dominant is %d after 5 s of the first", seed, c.dominant())
		}
		began := c.now
		c.run(2500*ms, nil, newVoice(seed+1000, -32).next)
		if c.dominant() != 2 {
			t.Fatalf("seed %d: dominant is %d after 2.5 s of the second", seed, c.dominant())
		}
		took = append(took, c.changes[len(c.changes)-1].at-began)
	}
	slices.Sort(took)
	t.Logf("fastest %v, half %v, 98 %% %v, slowest %v", took[0], took[seeds/2], took[seeds*98/100-1], took[seeds-1])
	if took[seeds/2] > time.Second || took[seeds*98/100-1] > 1500*ms {
		t.Errorf("half take over within %v, 98 %% within %v", took[seeds/2], took[seeds*98/100-1])
	}
}

func TestCoughOrDoorDoesNotSwitch(t *testing.T) {
	for _, length := range []time.Duration{40 * ms, 60 * ms, 100 * ms, 200 * ms} {
		for phase := time.Duration(0); phase < speaker.DecisionInterval; phase += interval {
			c := newCall(2)
			c.run(5*time.Second, newVoice(7, -28).next)
			c.run(3*time.Second + phase) // the speaker pauses, which makes it hardest
			c.run(length, nil, func() speaker.Sample { return level(-8) })
			c.run(2 * time.Second)
			if c.dominant() != 1 {
				t.Errorf("a noise of %v at phase %v switched", length, phase)
			}
		}
	}
}

func TestCoughInASilentRoomElectsNobody(t *testing.T) {
	c := newCall(2)
	c.run(time.Second)
	c.run(60*ms, func() speaker.Sample { return level(-8) })
	c.run(time.Second)
	if c.dominant() != 0 {
		t.Errorf("dominant is %d", c.dominant())
	}
}

func TestTwoWhoTalkOverEachOtherDoNotFlap(t *testing.T) {
	total := 0
	for seed := range uint64(50) {
		c := newCall(2)
		c.run(30*time.Second, newVoice(seed, -28).next, newVoice(seed+500, -28).next)
		for i := 1; i < len(c.changes); i++ {
			if d := c.changes[i].at - c.changes[i-1].at; d < 2*time.Second {
				t.Errorf("seed %d: two changes within %v", seed, d)
			}
		}
		total += len(c.changes)
	}
	t.Logf("%.1f changes in 30 s", float64(total)/50)
}

func TestDominantSpeakerStaysThroughAPause(t *testing.T) {
	c := newCall(3)
	c.run(3*time.Second, newVoice(9, -28).next)
	c.run(time.Minute)
	if c.dominant() != 1 || len(c.changes) != 1 {
		t.Errorf("changes: %v", c.changes)
	}
}

func TestDominantSpeakerWhoStopsSendingIsFollowed(t *testing.T) {
	c := newCall(2)
	c.run(3*time.Second, newVoice(9, -28).next)
	gone := c.meters[0]
	c.meters[0] = &speaker.Meter{} // takes the packets; what is asked is the old one
	v := newVoice(10, -28)
	for end := c.now + 1500*ms; c.now < end; c.now += interval {
		c.meters[1].Add(v.next(), at(c.now))
		c.election.Decide([]speaker.Candidate[int]{
			{ID: 1, Snapshot: gone.Snapshot(at(c.now))}, {ID: 2, Snapshot: c.meters[1].Snapshot(at(c.now))},
		}, at(c.now))
	}
	if c.dominant() != 2 {
		t.Errorf("dominant is %d", c.dominant())
	}
}

func TestDominantSpeakerWhoLeavesIsNoLonger(t *testing.T) {
	c := newCall(1)
	c.run(3*time.Second, newVoice(9, -28).next)
	if to, changed := c.election.Decide(nil, at(c.now)); to != 0 || !changed {
		t.Errorf("dominant is %d, changed %v", to, changed)
	}
	if to, changed := c.election.Decide(nil, at(c.now+time.Second)); to != 0 || changed {
		t.Errorf("dominant is %d, changed %v", to, changed)
	}
}

func TestElectionIsTheSameEachTime(t *testing.T) {
	once := func() []change {
		c := newCall(4)
		for i := range uint64(20) {
			c.run(2*time.Second, newVoice(i, -30).next, newVoice(i+1, -30).next, nil, newVoice(i+2, -25).next)
		}
		return c.changes
	}
	if a, b := once(), once(); !slices.Equal(a, b) || len(a) == 0 {
		t.Errorf("%v, then %v", a, b)
	}
}

func BenchmarkElectionOf200(b *testing.B) {
	var e speaker.Election[int]
	list := make([]speaker.Candidate[int], 200)
	for i := range list {
		list[i] = speaker.Candidate[int]{ID: i + 1, Snapshot: speaker.Snapshot{Level: speaker.Silence}}
		if i%20 == 0 {
			list[i].Snapshot = speaker.Snapshot{Level: -30, Immediate: 10, Medium: 4, Long: 5}
		}
	}
	now := start
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(speaker.DecisionInterval)
		e.Decide(list, now)
	}
}
