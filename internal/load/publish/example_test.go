package publish_test

import (
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// A publisher is asked when it has something to send, and sends it then. The
// loop of a real one waits until Next on a timer, and for RTCP.
func ExampleSender() {
	videos, err := clip.Videos(codec.VP8)
	if err != nil {
		panic(err)
	}
	voice, err := clip.Voice()
	if err != nil {
		panic(err)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	sender, err := publish.New(publish.Config{
		Source:   1,
		Media:    media(codec.VP8), // transport.Conn.Accept returns it
		Video:    videos[1:2],
		Voice:    voice,
		Bitrates: []int{1_000_000},
	}, now)
	if err != nil {
		panic(err)
	}

	var w discard // transport.Conn in its place
	for end := now.Add(10 * time.Second); now.Before(end); now = sender.Next() {
		if err := sender.Poll(now, &w); err != nil {
			panic(err)
		}
	}
	stats := sender.Stats()
	fmt.Printf("%.0f frames a second, %.2f Mbit/s\n", float64(stats.Video[0].Frames)/10, float64(stats.Video[0].Octets)*8/10/1e6)
	fmt.Printf("%.0f packets of audio a second\n", float64(stats.Audio.Packets)/10)
	// Output:
	// 30 frames a second, 1.00 Mbit/s
	// 50 packets of audio a second
}
