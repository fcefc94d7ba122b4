package publish_test

import (
	"sync"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// TestSendersShareReelsAndShowStats is for the race detector.
func TestSendersShareReelsAndShowStats(t *testing.T) {
	reels := publish.NewReels()
	var group sync.WaitGroup
	for seed := range uint64(4) {
		group.Go(func() {
			cfg := adapting(simulcast())
			cfg.Reels, cfg.Seed = reels, seed
			s := newStage(t, cfg)
			stop := make(chan struct{})
			group.Go(func() {
				var before uint64
				for {
					stats := s.sender.Stats()
					if now := stats.Video[0].Packets; now < before {
						t.Errorf("%d packets after %d", now, before)
					} else {
						before = now
					}
					select {
					case <-stop:
						return
					default:
					}
				}
			})
			s.run(2 * time.Second)
			close(stop)
			if n := s.sender.Stats().Audio.Packets; n < 99 {
				t.Errorf("%d audio packets in 2 s", n)
			}
		})
	}
	group.Wait()
}

func TestClipsReadTwiceArePreparedOnce(t *testing.T) {
	videos, err := clip.Videos(codec.VP8)
	if err != nil {
		t.Fatal(err)
	}
	cfg := config(codec.VP8)
	cfg.Reels = publish.NewReels()
	if _, err := publish.New(cfg, start); err != nil {
		t.Fatal(err)
	}
	first := testing.AllocsPerRun(1, func() {
		if _, err := publish.New(config(codec.VP8), start); err != nil {
			t.Fatal(err)
		}
	})
	cfg.Video = videos[:1]
	second := testing.AllocsPerRun(1, func() {
		if _, err := publish.New(cfg, start); err != nil {
			t.Fatal(err)
		}
	})
	if second > first/10 {
		t.Errorf("%v allocations to prepare clips, %v when they are prepared", first, second)
	}
}
