package simulcast_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// plan is fuzz input: what happens, octet by octet, and nothing more behind its
// end.
type plan []byte

func (p *plan) next() int {
	if len(*p) == 0 {
		return 0
	}
	b := (*p)[0]
	*p = (*p)[1:]
	return int(b)
}

func (p *plan) below(n int) int { return p.next() % n }

// modes are what the publisher of a plan may send.
func modes() []rtptest.Config {
	return []rtptest.Config{
		{Codec: codec.VP8},
		{Codec: codec.VP8, Mode: "L1T3"},
		{Codec: codec.VP9, Mode: "L1T2"},
		{Codec: codec.VP9, Mode: "L3T3"},
		{Codec: codec.VP9, Mode: "L3T3_KEY", Flexible: true},
		{Codec: codec.VP9, Mode: "S2T3"},
		{Codec: codec.H264},
		{Codec: codec.H264, Mode: "L1T3", Descriptor: descriptorID},
		{Codec: codec.AV1},
		{Codec: codec.AV1, Mode: "L2T3", Descriptor: descriptorID},
		{Codec: codec.AV1, Mode: "L3T2_KEY", Descriptor: descriptorID},
		{Codec: codec.AV1, Mode: "S3T1", Descriptor: descriptorID},
	}
}

// pauses are how long a publisher may be silent, among them nights after which
// timestamps are half a cycle further or more.
func pauses() []time.Duration {
	return []time.Duration{
		100 * time.Millisecond, time.Second, 30 * time.Second, time.Hour, 7 * time.Hour, 14 * time.Hour, 100 * time.Hour,
	}
}

// course is a plan that is carried out.
type course struct {
	*testing.T
	plan     plan
	pool     *packet.Pool
	now      time.Time
	sources  []*source
	keys     int // encodings, as bits, whose next frame is a keyframe
	sub      *subscriber
	ledger   *ledger
	pictures int
	late     []*packet.Packet
	doubled  []*packet.Packet // and due with the next picture: an ingress passes on none that is older
	trouble  bool             // packets were lost, late or doubled
	nights   bool             // the publisher was silent for hours
}

func newCourse(t *testing.T, input []byte) *course {
	c := &course{T: t, plan: plan(input), pool: packet.NewPool(), now: start, ledger: newLedger(t)}
	cfg := modes()[c.plan.below(len(modes()))]
	cfg.PacketOctets = 20
	for i := range c.plan.below(3) + 1 {
		cfg.Seed = uint64(c.plan.next())
		c.sources = append(c.sources, newSource(cfg, simulcast.Layer(i)))
	}
	firstSeq, firstTS := uint16(65535-c.plan.next()), uint32(1<<32-1-c.plan.next()<<8)
	c.sub = newSubscriber(cfg.Codec, firstSeq, firstTS, rtptest.Expectations{
		Descriptor: cfg.Descriptor, MayLose: true, Jitter: time.Hour,
	})
	c.sub.reference = c.reference
	return c
}

// reference is true, missing or absurd.
func (c *course) reference(layer simulcast.Layer) simulcast.Reference {
	r := c.sources[layer].reference(c.now)
	switch c.plan.below(4) {
	case 1:
		return simulcast.Reference{}
	case 2:
		r.Wall = r.Wall.Add(time.Hour)
	}
	return r
}

// command does what the plan wants before a picture.
func (c *course) command(what int) {
	switch what {
	case 1:
		b := c.plan.next()
		c.sub.selector.SetTarget(simulcast.Target{
			Rung:     rung(simulcast.Layer(b%len(c.sources)), uint8(b>>2&3)),
			Temporal: uint8(b >> 4 & 3),
			Openers:  uint8(b >> 5),
		})
	case 2:
		c.sub.selector.SetTarget(simulcast.Target{Rung: none, Temporal: packet.MaxTemporal})
	case 3:
		c.sub.selector.Pause()
	case 4:
		c.sub.selector.Resume()
	case 5:
		c.catchUp() // an ingress passes on nothing old after that
		c.sources[c.plan.below(len(c.sources))].restart()
	case 6:
		c.catchUp() // nothing is late by hours
		pause := pauses()[c.plan.below(len(pauses()))]
		c.nights = c.nights || pause >= time.Hour
		c.now = c.now.Add(pause)
		for _, s := range c.sources {
			s.stream.Skip(pause)
		}
	case 7:
		c.keys |= c.plan.next()
	}
}

// picture lets every encoding send one.
func (c *course) picture(trouble bool) {
	c.now = c.now.Add(time.Second / 30)
	due := c.doubled
	c.doubled = nil
	for i, s := range c.sources {
		o := rtptest.FrameOptions{Keyframe: c.keys>>i&1 == 1, Octets: 50}
		list, err := s.frame(c.pool, o, c.now)
		if err != nil {
			c.Fatal(err)
		}
		for _, p := range list {
			c.packet(p, trouble)
		}
	}
	c.keys = 0
	c.arrive(due)
	if c.pictures++; c.pictures%3 == 0 {
		c.catchUp() // as many changes as the Selector remembers
	}
}

// packet lets the network do with a packet what it wants.
func (c *course) packet(p *packet.Packet, trouble bool) {
	fate := 0
	if trouble {
		fate = c.plan.below(8)
		c.trouble = c.trouble || fate != 0
	}
	switch fate {
	case 1:
		p.Release() // lost
		return
	case 2, 3:
		c.late = append(c.late, p)
		return
	case 4:
		c.deliver(p)
		c.deliver(p) // doubled
		p.Release()
		return
	case 5:
		p.Retain()
		c.doubled = append(c.doubled, p)
	}
	c.deliver(p)
	p.Release()
	if fate == 6 {
		c.catchUp()
	}
}

// catchUp delivers what is late.
func (c *course) catchUp() {
	c.arrive(append(c.late, c.doubled...))
	c.late, c.doubled = nil, nil
}

func (c *course) arrive(list []*packet.Packet) {
	for _, p := range list {
		c.deliver(p)
		p.Release()
	}
}

func (c *course) deliver(p *packet.Packet) {
	switches := c.sub.switches
	out, verdict, sent := c.sub.take(p, c.now)
	c.ledger.note(p, verdict, c.sub.switches != switches, out, sent, c.now)
}

// judge looks at what came out.
func (c *course) judge() {
	c.ledger.judge()
	halved := c.trouble && c.sub.codec == codec.H264 // a keyframe that begins with its second packet
	if c.nights || halved || c.sub.packets == 0 {
		return
	}
	for _, v := range c.sub.received.Violations() {
		c.Error(v)
	}
	if n := c.sub.received.Counts(subscriberSSRC); !c.trouble && n.Decodable != n.Frames {
		c.Errorf("of %d frames %d came whole and %d could be decoded", n.Frames, n.Whole, n.Decodable)
	}
}

// FuzzRewriter sends a publisher's encodings through a network to a subscriber
// who changes his mind: what comes out must be one stream that a receiver can
// make sense of, and without trouble in the network decode whole.
func FuzzRewriter(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	for mode := range modes() {
		for _, most := range []int{127, 255} { // without trouble, and with
			input := []byte{byte(mode)}
			for range 200 {
				input = append(input, byte(random.IntN(most+1)))
			}
			f.Add(input)
		}
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		c := newCourse(t, input)
		for n := 0; n < 300 && len(c.plan) > 0; n++ {
			what := c.plan.next()
			c.command(what % 16)
			c.picture(what >= 128)
		}
		c.catchUp()
		c.judge()
		if c.pool.InUse() != 0 {
			t.Errorf("%d packets in use", c.pool.InUse())
		}
	})
}
