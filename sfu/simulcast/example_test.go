package simulcast_test

import (
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// A subscriber moves from the small picture to the large one. The two encodings
// have numbers of their own; what goes out has one series.
func Example() {
	selector := simulcast.NewVideoSelector(0)
	rewriter := simulcast.NewRewriter(90000, 100, 0)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

	send := func(p *packet.Packet) {
		forward, switched := selector.Admit(p.Layer, p.Keyframe)
		if !forward {
			return
		}
		if switched {
			rewriter.Switch(p.Seq, p.Timestamp, now)
		}
		if seq, ts, ok := rewriter.Rewrite(p.Seq, p.Timestamp); ok {
			fmt.Println("layer", p.Layer, "sequence", seq, "timestamp", ts)
		}
	}

	send(&packet.Packet{Layer: 0, Seq: 70000, Timestamp: 1000, Keyframe: true})
	selector.SetTarget(1)
	now = now.Add(40 * time.Millisecond)
	send(&packet.Packet{Layer: 1, Seq: 99000, Timestamp: 77_000_000}) // not a keyframe: not yet
	send(&packet.Packet{Layer: 0, Seq: 70001, Timestamp: 4600})
	now = now.Add(40 * time.Millisecond)
	send(&packet.Packet{Layer: 1, Seq: 99001, Timestamp: 77_003_600, Keyframe: true})
	send(&packet.Packet{Layer: 0, Seq: 70002, Timestamp: 8200})
	// Output:
	// layer 0 sequence 100 timestamp 0
	// layer 0 sequence 101 timestamp 3600
	// layer 1 sequence 102 timestamp 7200
}
