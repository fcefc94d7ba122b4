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

// TestSwitchedLayersConform sends three encodings, each with numbers and layers
// of its own, moves the subscriber between them and their layers, pauses it, and
// lets the checker judge what comes out as one stream.
func TestSwitchedLayersConform(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  rtptest.Config
		// the most layers
		spatial, temporal int
	}{
		{"VP8", rtptest.Config{Codec: codec.VP8}, 1, 1},
		{"VP8 L1T2", rtptest.Config{Codec: codec.VP8, Mode: "L1T2"}, 1, 2},
		{"VP8 L1T3", rtptest.Config{Codec: codec.VP8, Mode: "L1T3"}, 1, 3},
		{"VP9", rtptest.Config{Codec: codec.VP9}, 1, 1},
		{"VP9 L1T3", rtptest.Config{Codec: codec.VP9, Mode: "L1T3"}, 1, 3},
		{"VP9 L3T3", rtptest.Config{Codec: codec.VP9, Mode: "L3T3"}, 3, 3},
		{"VP9 L3T3_KEY", rtptest.Config{Codec: codec.VP9, Mode: "L3T3_KEY"}, 3, 3},
		{"VP9 L3T3_KEY, flexible", rtptest.Config{Codec: codec.VP9, Mode: "L3T3_KEY", Flexible: true}, 3, 3},
		{"VP9 S3T3", rtptest.Config{Codec: codec.VP9, Mode: "S3T3"}, 3, 3},
		{"H264", rtptest.Config{Codec: codec.H264}, 1, 1},
		{"H264 L1T3, described", rtptest.Config{Codec: codec.H264, Mode: "L1T3", Descriptor: descriptorID}, 1, 3},
		{"AV1", rtptest.Config{Codec: codec.AV1}, 1, 1},
		{"AV1 L1T3, described", rtptest.Config{Codec: codec.AV1, Mode: "L1T3", Descriptor: descriptorID}, 1, 3},
		{"AV1 L3T3, described", rtptest.Config{Codec: codec.AV1, Mode: "L3T3", Descriptor: descriptorID}, 3, 3},
		{"AV1 L3T3_KEY, described", rtptest.Config{Codec: codec.AV1, Mode: "L3T3_KEY", Descriptor: descriptorID}, 3, 3},
		{"AV1 S3T3, described", rtptest.Config{Codec: codec.AV1, Mode: "S3T3", Descriptor: descriptorID}, 3, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(3, 4))
			pool := packet.NewPool()
			now := start
			var sources [3]*source
			for i := range sources {
				cfg := tt.cfg
				cfg.Seed, cfg.PacketOctets = uint64(i), 100
				sources[i] = newSource(cfg, simulcast.Layer(i))
			}
			sub := newSubscriber(tt.cfg.Codec, 65530, 4_294_900_000, rtptest.Expectations{Descriptor: tt.cfg.Descriptor}) // both wrap soon
			sub.reference = func(layer simulcast.Layer) simulcast.Reference { return sources[layer].reference(now) }
			for n := range 1800 { // a minute
				now = start.Add(time.Duration(n) * time.Second / 30)
				switch random.IntN(40) {
				case 0, 1, 2:
					sub.selector.SetTarget(simulcast.Target{
						Rung:     rung(simulcast.Layer(random.IntN(3)), uint8(random.IntN(tt.spatial))),
						Temporal: uint8(random.IntN(tt.temporal)),
					})
				case 3:
					sub.selector.Pause()
				case 4, 5, 6:
					sub.selector.Resume()
				case 7:
					if random.IntN(10) == 0 {
						sources[random.IntN(3)].restart()
					}
				}
				for i, source := range sources {
					o := rtptest.FrameOptions{Keyframe: random.IntN(20) == 0, Octets: 150 * (i + 1)}
					list, err := source.frame(pool, o, now)
					if err != nil {
						t.Fatal(err)
					}
					for _, p := range list {
						sub.take(p, now)
						p.Release()
					}
				}
			}
			if sub.packets < 500 || sub.switches < 10 || sub.fills != 0 {
				t.Errorf("%d packets, %d switches, %d fills", sub.packets, sub.switches, sub.fills)
			}
			for _, v := range sub.received.Violations() {
				t.Error(v)
			}
			if n := sub.received.Counts(subscriberSSRC); n.Decodable != n.Frames {
				t.Errorf("of %d frames %d came whole and %d could be decoded", n.Frames, n.Whole, n.Decodable)
			}
			layers := map[rtptest.Layer]bool{}
			for layer := range sub.received.Layers(subscriberSSRC) {
				layer.Encoding %= simulcast.MaxEncodings
				layers[layer] = true
			}
			if len(layers) != 3*tt.spatial*tt.temporal {
				t.Errorf("frames of %d layers came, want %d", len(layers), 3*tt.spatial*tt.temporal)
			}
			if pool.InUse() != 0 {
				t.Errorf("%d packets in use", pool.InUse())
			}
		})
	}
}
