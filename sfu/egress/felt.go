package egress

import "github.com/atrium-rtc/atrium/internal/histogram"

// felt is how the shard's streams are received, spread out. The shard's goroutine
// observes, any goroutine takes snapshots.
type felt struct {
	sound, video *histogram.Histogram // opinion scores
	firstFrame   *histogram.Histogram // seconds
	estimates    *histogram.Histogram // bytes per second, of downlinks
}

func newFelt() felt {
	scores := []float64{1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5}
	return felt{
		sound: histogram.New(scores...), video: histogram.New(scores...),
		firstFrame: histogram.New(0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 2, 5, 10),
		estimates:  histogram.New(12.5e3, 25e3, 50e3, 100e3, 187.5e3, 375e3, 750e3, 1.5e6, 3.125e6), // 100 kbit/s to 25 Mbit/s
	}
}

func (f *felt) addTo(s *Stats) {
	s.Score.Audio.Add(f.sound.Snapshot())
	s.Score.Video.Add(f.video.Snapshot())
	s.FirstFrame.Add(f.firstFrame.Snapshot())
	s.Estimates.Add(f.estimates.Snapshot())
}
