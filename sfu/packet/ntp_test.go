package packet_test

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

func TestNTPOfKnownMoments(t *testing.T) {
	for _, tt := range []struct {
		at   time.Time
		want uint64
	}{
		{time.Unix(0, 0), 2208988800 << 32},
		{time.Date(2026, 11, 22, 12, 0, 0, 500_000_000, time.UTC), 4004337600<<32 | 1<<31},
	} {
		if got := packet.NTP(tt.at); got != tt.want {
			t.Errorf("%v is %#x, want %#x", tt.at, got, tt.want)
		}
		if back := packet.TimeOfNTP(tt.want); !back.Equal(tt.at) {
			t.Errorf("%#x is %v, want %v", tt.want, back, tt.at)
		}
	}
}

func TestNTPThereAndBackLosesANanosecondAtMost(t *testing.T) {
	for ns := int64(0); ns < 1e9; ns += 12_345_677 {
		at := time.Unix(1_800_000_000, ns)
		if lost := at.Sub(packet.TimeOfNTP(packet.NTP(at))); lost < 0 || lost > time.Nanosecond {
			t.Errorf("%d ns lose %v", ns, lost)
		}
	}
}
