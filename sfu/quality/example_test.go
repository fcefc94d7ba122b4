package quality_test

import (
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/sfu/quality"
)

// A viewer's link carries only the small picture of a video, and for a while not even
// that.
func ExampleMeter() {
	meter, now := quality.NewVideoMeter(), start
	meter.Start(now)
	now = now.Add(120 * time.Millisecond)
	meter.Keyframe(now) // its last packet went out
	for range 300 {
		now = now.Add(40 * time.Millisecond)
		meter.Frame(now)
	}
	now = now.Add(time.Second) // without a frame
	meter.Update(quality.Sample{
		Conditions: quality.Conditions{Wanted: 2, Alive: 2, Current: 0, Limited: true},
		Size:       320 * 180, WantedSize: 1280 * 720,
	}, now)

	r := meter.Report()
	fmt.Printf("score %.1f by the %v, first frame after %v\n", r.Score, r.Cause, r.FirstFrame)
	fmt.Printf("frozen %d time for %v\n", r.Freezes, r.Frozen)
	// Output:
	// score 2.2 by the downlink, first frame after 120ms
	// frozen 1 time for 1s
}
