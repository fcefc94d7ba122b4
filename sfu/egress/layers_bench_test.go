package egress

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/invariant"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// scene is one kind of layered track, as a benchmark sends it.
type scene struct {
	name      string
	configure func(*StreamConfig)
	preferred [2]uint8 // of the subscribers: spatial, temporal
	// picture makes the packets of the n-th picture without allocating.
	picture func(c *camera, n int) []*packet.Packet
}

func scenes() []scene {
	return []scene{
		{"one layer", func(c *StreamConfig) { c.Codec = codec.VP8 }, [2]uint8{AllLayers, AllLayers}, plainPicture},
		{"VP8 L1T3, two of three temporal layers", func(c *StreamConfig) { c.Codec = codec.VP8 }, [2]uint8{AllLayers, 1}, temporalPicture},
		{"three encodings, the middle one", func(c *StreamConfig) { c.Codec, c.Encodings = codec.VP8, 3 }, [2]uint8{1, AllLayers}, simulcastPicture},
		{"AV1 L3T3_KEY with descriptor and transport numbers, the top", func(c *StreamConfig) {
			c.Codec = codec.AV1
			c.Extensions = Extensions{
				Dependency: ExtensionMapping{From: 9, To: 4}, TwoByte: true, TransportSequence: 5,
			}
		}, [2]uint8{AllLayers, AllLayers}, scalablePicture},
	}
}

// shoot makes one packet of a picture and lets note say what it is.
func (c *camera) shoot(n int, ts uint32, note func(*packet.Packet)) {
	p := c.pool.Get()
	if err := p.Parse(c.raw[:]); err != nil {
		panic(err)
	}
	p.Timestamp, p.Arrival = ts, time.Unix(0, int64(n)*int64(time.Second)/30)
	note(p)
	c.frame = append(c.frame, p)
}

func (c *camera) begin(payload ...byte) {
	c.raw[0], c.raw[1] = 0x80, 96
	copy(c.raw[fixedHeader:], payload)
	c.frame = c.frame[:0]
}

func plainPicture(c *camera, n int) []*packet.Packet {
	c.begin(0x90, 0xe0, 0x80, 0, 0, 0)
	for i := range 4 {
		c.shoot(n, uint32(n)*3000, func(p *packet.Packet) {
			p.Seq, p.Keyframe, p.FrameStart, p.Needed = packet.ExtSeq(1000+4*n+i), n == 0 && i == 0, i == 0, packet.AllTargets
			p.PictureID, p.PictureIDBits = packet.ExtSeq(40000+n), 15
		})
	}
	return c.frame
}

func temporalPicture(c *camera, n int) []*packet.Packet {
	c.begin(0x90, 0xe0, 0x80, 0, 0, 0)
	temporal := [4]uint8{0, 2, 1, 2}[n%4]
	for i := range 4 {
		c.shoot(n, uint32(n)*3000, func(p *packet.Packet) {
			p.Seq, p.Keyframe, p.FrameStart = packet.ExtSeq(1000+4*n+i), n == 0 && i == 0, i == 0
			p.PictureID, p.PictureIDBits, p.HasTL0PICIDX, p.TL0PICIDX = packet.ExtSeq(40000+n), 15, true, byte(n/4)
			p.Temporal = temporal
			for spatial := range uint8(4) {
				p.Needed |= packet.TargetsFrom(spatial, temporal)
			}
			if p.Keyframe {
				p.Switch = packet.AllTargets
			}
		})
	}
	return c.frame
}

func simulcastPicture(c *camera, n int) []*packet.Packet {
	c.begin(0x90, 0xe0, 0x80, 0, 0, 0)
	for i := range 6 {
		layer := packet.Layer(i / 2)
		c.shoot(n, uint32(n)*3000, func(p *packet.Packet) {
			p.Seq, p.Layer, p.Needed = packet.ExtSeq(1000+2*n+i%2), layer, packet.AllTargets
			p.Keyframe, p.FrameStart = n == 0 && i%2 == 0, i%2 == 0
			p.PictureID, p.PictureIDBits = packet.ExtSeq(40000+n), 15
			p.Width, p.Height = 320<<layer, 180<<layer
		})
	}
	return c.frame
}

// scalablePicture: a descriptor with a frame number in each packet.
func scalablePicture(c *camera, n int) []*packet.Packet {
	c.raw[0], c.raw[1] = 0x90, 96
	copy(c.raw[fixedHeader:], []byte{0xbe, 0xde, 0, 1, 0x92, 0, byte(n >> 8), byte(n)})
	c.frame = c.frame[:0]
	for i := range 6 {
		spatial := uint8(i / 2)
		c.shoot(n, uint32(n)*3000, func(p *packet.Packet) {
			p.Seq, p.Spatial, p.Needed = packet.ExtSeq(1000+6*n+i), spatial, packet.TargetsFrom(spatial, 0)
			p.Keyframe, p.FrameStart, p.FrameEnd = n == 0 && i == 0, i%2 == 0, i%2 == 1
			p.PictureID, p.PictureIDBits = packet.ExtSeq(40000+3*n+i/2), 16
			p.Width, p.Height = 320<<spatial, 180<<spatial
			if n == 0 {
				p.Needed, p.Switch = packet.AllTargets, packet.AllTargets
			}
		})
	}
	return c.frame
}

// stageOf returns a shard with n subscribers of a scene's track, and what sends
// the next picture to all of them.
func stageOf(sc scene, n int) (s *Shard, next func()) {
	src := &fakeSource{pool: packet.NewPool()}
	s = newShard(0)
	w := &discard{}
	for range n {
		cfg := videoConfig(w)
		sc.configure(&cfg)
		sub := newSubscriber(s, "", w, func() {})
		st := sub.Add(src, cfg)
		sub.Start()
		st.SetPreferredLayers(sc.preferred[0], sc.preferred[1])
	}
	now := time.Now()
	s.runBatch(now)
	s.flush(now)
	for _, v := range s.visits {
		widen(v.sub, now)
	}
	cam := &camera{pool: src.pool}
	picture := 0
	return s, func() {
		for _, p := range sc.picture(cam, picture) {
			src.sinks[0].Push(p)
		}
		picture++
		now = now.Add(time.Second / 30)
		s.runBatch(now)
		s.flush(now)
	}
}

func sentBy(s *Shard) uint64 { c := &s.stats.tally.counts; return c[eventPacket] + c[eventVideoPacket] }

func TestForwardingLayersDoesNotAllocate(t *testing.T) {
	for _, sc := range scenes() {
		t.Run(sc.name, func(t *testing.T) {
			s, next := stageOf(sc, 20)
			for range 2 * videoRing / 2 { // rings and pool fill up
				next()
			}
			before := sentBy(s)
			allocs := testing.AllocsPerRun(200, next)
			if allocs > 0 && !invariant.Enabled { // under the race detector sync.Pool forgets at random
				t.Errorf("%v allocations for a picture to 20 subscribers, want 0", allocs)
			}
			if sentBy(s) == before {
				t.Error("nothing was forwarded")
			}
		})
	}
}

// BenchmarkForwardLayers is select, rewrite, history and extensions for each
// packet and subscriber, without sealing and sending. The figure is for each
// packet that goes out; what is left out is paid for by the others.
func BenchmarkForwardLayers(b *testing.B) {
	for _, sc := range scenes() {
		b.Run(sc.name, func(b *testing.B) {
			s, next := stageOf(sc, 100)
			for range videoRing {
				next()
			}
			before := sentBy(s)
			b.ReportAllocs()
			for b.Loop() {
				next()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(sentBy(s)-before), "ns/forwarded")
			b.ReportMetric(float64(sentBy(s)-before)/float64(b.N)/100, "packets/picture")
		})
	}
}
