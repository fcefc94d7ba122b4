package sfu_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/internal/link"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/ingress"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// The simulations in the plane_*_test.go files run the media plane alone, without
// Pion: a publisher and its viewers at the ends of modelled network paths, an
// ingress.Receiver and an egress.Engine between them.
//
//	publisher ──uplink──► Receiver ──► planeTrack ──► Engine ──► Writer ──downlink──► viewer
//	          ◄───RTCP───          ◄──────────────────                 ◄────RTCP────
//
// One loop owns all but the shards, and waits for them behind each event: the
// same seed brings the same octets to every viewer, with any number of shards.

// What the publisher negotiated: header extensions and payload types.
const (
	upMID, upRID, upRepairedRID, upDescriptor = 4, 10, 11, 12
	upLevel                                   = 5
	upVideo, upVideoRTX                       = 96, 97
	upAudio, upRED                            = 111, 63
)

// planeConfig is what a plane is made of.
type planeConfig struct {
	format   format
	shards   int
	seed     uint64
	rests    bool          // encodings that nobody uses are paused
	batch    time.Duration // packets of the uplink come together, at multiples of it
	up       link.Link     // from and to the publisher
	red      bool          // sound is redundant, from the publisher and to the viewers
	anchored bool          // every shard knows the tracks from the start
	bitrates []int         // of the encodings, in bits per second; nil is a small picture's
	egress   egress.Config // but for the shards
	room     string        // of the sound, see egress.Config.Loudest
}

// plane is the stage of one simulation. It belongs to the goroutine of its loop.
type plane struct {
	*loop
	planeConfig
	t         *testing.T
	random    *rand.Rand
	pool      *packet.Pool
	engine    *egress.Engine
	receiver  *ingress.Receiver
	video     *planeTrack
	audio     *planeTrack
	publisher *planePublisher
	viewers   []*planeViewer
	root      *plane   // the first of the publishers that share an engine; itself with one
	others    []*plane // the others, at the root
	paced     bool     // some viewer is measured, so that packets wait for a pacer
	gates     []*gate  // one for each shard, with batches
	anchors   []*gate  // likewise

	arrived  []func()    // packets of a batch that has not been given to the receiver
	vanishes []time.Time // when a rung was sent no more
	trace    *trace
}

// simulatePlane runs fn in a bubble, and checks afterwards that nothing is left:
// no packet, and no goroutine, or the bubble would not end.
func simulatePlane(t *testing.T, cfg planeConfig, fn func(p *plane)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := newPlane(t, cfg)
		fn(p)
		for _, q := range p.all() {
			for _, v := range q.viewers {
				v.sub.Close()
			}
		}
		p.closeGates()
		p.engine.Close()
		if n := p.pool.InUse(); n != 0 {
			t.Errorf("%d packets still held after everything was closed", n)
		}
	})
}

func newPlane(t *testing.T, cfg planeConfig) *plane {
	cfg.egress.Shards = cfg.shards
	p := &plane{
		loop: newLoop(), planeConfig: cfg, t: t, pool: packet.NewPool(),
		random: rand.New(rand.NewPCG(cfg.seed, 1)),
		engine: egress.NewEngine(cfg.egress),
	}
	p.root, p.trace = p, newTrace(p)
	p.publish()
	if cfg.batch > 0 {
		for range cfg.shards {
			p.gates = append(p.gates, newGate(p))
		}
	}
	// The shards look at what is due every 50 ms, and at what waits for a pacer every
	// 5 ms; what they send then is carried on right behind it.
	if cfg.anchored {
		for range cfg.shards {
			p.anchor()
		}
	}
	p.tickWithShards()
	return p
}

// another adds a publisher, with a plane of its own but for the engine.
func (p *plane) another(cfg planeConfig) *plane {
	q := &plane{
		loop: p.loop, planeConfig: cfg, t: p.t, pool: p.pool, random: p.random, engine: p.engine, trace: p.trace, root: p,
	}
	p.others = append(p.others, q)
	q.publish()
	return q
}

// all returns the planes of all publishers.
func (p *plane) all() []*plane { return append([]*plane{p.root}, p.root.others...) }

// publish makes the publisher, and what receives from it.
func (p *plane) publish() {
	cfg := p.planeConfig
	p.publisher = newPlanePublisher(p)
	p.receiver = ingress.NewReceiver(ingress.Config{
		Tracks: []ingress.TrackConfig{
			{
				Codec: codec.Opus, MID: "a", PayloadType: upAudio, REDPayloadType: p.publisher.red(),
				Encodings: []ingress.EncodingConfig{{SSRC: micSSRC}},
			},
			{
				Codec: cfg.format.codec, MID: "v", PayloadType: upVideo, RTXPayloadType: upVideoRTX, NACK: true,
				Encodings: cfg.format.offered(),
			},
		},
		Pool: p.pool, Feedback: p, SSRC: 0x0a,
		Extensions: ingress.Extensions{
			MID: upMID, RID: upRID, RepairedRID: upRepairedRID, Dependency: cfg.format.descriptor, AudioLevel: upLevel,
		},
	})
	p.audio = newPlaneTrack(p, p.receiver.Tracks()[0])
	p.video = newPlaneTrack(p, p.receiver.Tracks()[1])
	p.at(p.start.Add(time.Second), func() { // when ICE has measured it
		p.audio.SetRTT(2 * cfg.up.Delay)
		p.video.SetRTT(2 * cfg.up.Delay)
	})
}

// anchor adds a subscriber without media to the shard that has fewest. A shard
// remembers a track's packets while it has subscribers, and begins a newcomer with
// them: without an anchor, what the first on each shard sees depends on how many
// shards there are.
func (p *plane) anchor() {
	g := newGate(p)
	g.sub.Add(p.video, egress.StreamConfig{
		Codec: p.format.codec, Encodings: p.format.encodings, PayloadType: downVideo, SSRC: 2, Muted: true, Sealer: g,
	})
	g.sub.Add(p.audio, egress.StreamConfig{
		Codec: codec.Opus, Encodings: 1, PayloadType: downAudio, SSRC: 3, Muted: true, Sealer: g,
	})
	p.anchors = append(p.anchors, g)
}

func (p *plane) tickWithShards() {
	interval := 50 * time.Millisecond
	if p.paced {
		interval = 5 * time.Millisecond
	}
	p.at(p.start.Add(p.since().Truncate(interval)+interval), func() {
		p.touch()
		p.tickWithShards()
	})
}

// play runs the simulation for d.
func (p *plane) play(d time.Duration) { p.run(d, p.settle) }

// settle takes over what the shards have done.
func (p *plane) settle() {
	p.settleOne()
	for _, q := range p.others {
		q.settleOne()
	}
}

func (p *plane) settleOne() {
	if p.video.wanted.Load() != 0 || p.rests {
		p.video.tick(time.Now())
	}
	for _, v := range p.viewers {
		v.flush()
	}
}

// SendRTCP implements ingress.Feedback.
func (p *plane) SendRTCP(pkts []rtcp.Packet) {
	for _, pkt := range pkts {
		b, err := rtcp.Marshal([]rtcp.Packet{pkt})
		if err != nil {
			p.t.Errorf("feedback to the publisher: %v", err)
			continue
		}
		p.carry(p.publisher.back, b, p.publisher.hear)
	}
}

// KeyframeNeeded implements ingress.Feedback.
func (p *plane) KeyframeNeeded(t *ingress.Track, layer packet.Layer) {
	if t == p.video.Track {
		p.video.RequestKeyframe(layer)
	}
}

// carry sends octets over a path.
func (p *plane) carry(path *link.Path, b []byte, arrive func([]byte)) {
	p.carryAt(time.Now(), path, b, arrive)
}

// carryAt is for octets that a shard has sent a moment ago. It returns when they
// arrive, if they do.
func (p *plane) carryAt(sent time.Time, path *link.Path, b []byte, arrive func([]byte)) (at time.Time, arrives bool) {
	at, outcome := path.Carry(b, netip.Addr{}, sent)
	if outcome != link.Passed {
		return time.Time{}, false
	}
	p.at(at, func() { arrive(b) })
	return at, true
}

// arrive gives the receiver a packet, or lets it wait for the rest of its batch.
func (p *plane) arrive(do func()) {
	if p.batch == 0 {
		do()
		p.touch()
		return
	}
	p.arrived = append(p.arrived, do)
	if len(p.arrived) > 1 {
		return
	}
	p.at(p.start.Add(p.since().Truncate(p.batch)+p.batch), func() {
		p.shut()
		for _, do := range p.arrived {
			do()
		}
		p.arrived = p.arrived[:0]
		p.open()
		p.touch()
	})
}

// changed starts the time anew after which viewers must have what they asked for.
func (p *plane) changed() {
	for _, v := range p.viewers {
		v.changed()
	}
}

func (p *plane) vanished() { p.vanishes = append(p.vanishes, time.Now()) }

func (p *plane) vanishedBetween(from, to time.Time) bool {
	for _, at := range p.vanishes {
		if at.After(from) && at.Before(to) {
			return true
		}
	}
	return false
}

// pause says that the publisher sends no picture for a while.
func (p *plane) pause() {
	for _, v := range p.viewers {
		v.view.pause()
	}
}

func (p *plane) resume() {
	for _, v := range p.viewers {
		if !v.muted {
			v.view.resume()
		}
	}
}
