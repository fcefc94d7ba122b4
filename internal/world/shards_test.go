package world_test

import (
	"os"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/world"
)

// lossless are the families on whose links nothing is ever lost.
var lossless = []string{"calm", "churn", "mute", "renew", "streams", "takeover"}

// One forwarding shard and four bring everybody the same.
func TestShardsDeliverTheSame(t *testing.T) {
	for _, f := range lossless {
		if os.Getenv(simSeeds) == "" && f != "calm" && f != "streams" || !usual(f) {
			continue
		}
		t.Run(f, func(t *testing.T) {
			t.Parallel()
			one, four := draw(t, f, 1), draw(t, f, 1)
			one.Shards, four.Shards = 1, 4
			a, b := play(t, one), play(t, four)
			if found := world.Compare(&a, &b, world.AnyShards); len(found) > 0 {
				t.Errorf("%s\n%v", strings.Join(found, "\n"), one)
			}
		})
	}
}
