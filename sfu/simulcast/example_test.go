package simulcast_test

import (
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// A subscriber moves from the small picture to the large one, and then wants
// fewer frames. The two encodings have numbers of their own; what goes out has
// one series, without gaps for what is left out.
func Example() {
	var ladder simulcast.Ladder
	selector := simulcast.NewVideoSelector()
	rewriter := simulcast.NewRewriter(90000, 100, 0, true)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

	forward := func(p *packet.Packet) {
		ladder.Observe(p, now)
		switch selector.Admit(p) {
		case simulcast.Ignore:
			return
		case simulcast.Leave:
			rewriter.Leave(p)
			return
		case simulcast.Begin:
			rewriter.Switch(p, simulcast.Reference{}, simulcast.Reference{}, now)
		case simulcast.Forward:
		}
		if out, ok := rewriter.Rewrite(p); ok {
			fmt.Println("encoding", p.Layer, "sequence", out.Seq, "timestamp", out.Timestamp)
		}
	}
	const (
		base  = packet.AllTargets
		upper = packet.Targets(0xeeee) // all but those of the base temporal layer
	)
	frame := func(layer simulcast.Layer, seq packet.ExtSeq, ts uint32, needed packet.Targets, key bool) {
		p := &packet.Packet{
			Layer: layer, Seq: seq, Timestamp: ts, Width: 320 << layer, Height: 180 << layer,
			FrameStart: true, Keyframe: key, Needed: needed,
		}
		if key {
			p.Switch = packet.AllTargets
		}
		forward(p)
	}

	frame(0, 70_000, 1000, base, true)
	frame(1, 99_000, 77_000_000, base, true)
	selector.SetTarget(simulcast.Target{Rung: ladder.Pick(1), Temporal: 1}) // 640x360
	fmt.Println(selector.NeedsKeyframe())
	now = now.Add(40 * time.Millisecond)
	frame(0, 70_001, 4600, base, false)
	frame(1, 99_001, 77_003_600, base, false) // not a keyframe: not yet
	now = now.Add(40 * time.Millisecond)
	frame(1, 99_002, 77_007_200, base, true)
	frame(0, 70_002, 8200, base, false)
	selector.SetTarget(simulcast.Target{Rung: ladder.Pick(1), Temporal: 0})
	frame(1, 99_003, 77_010_800, upper, false)
	frame(1, 99_004, 77_014_400, base, false)
	// Output:
	// encoding 0 sequence 100 timestamp 0
	// 1 true
	// encoding 0 sequence 101 timestamp 3600
	// encoding 1 sequence 102 timestamp 7200
	// encoding 1 sequence 103 timestamp 14400
}
