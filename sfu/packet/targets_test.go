package packet_test

import (
	"testing"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

func TestTargetsOfLayers(t *testing.T) {
	for _, tt := range []struct {
		name      string
		got, want packet.Targets
	}{
		{"the lowest", packet.TargetOf(0, 0), 1},
		{"S1T2", packet.TargetOf(1, 2), 1 << 6},
		{"the highest", packet.TargetOf(3, 3), 1 << 15},
		{"beyond the highest", packet.TargetOf(7, 7), 1 << 15},
		{"one spatial layer, all temporal ones", packet.TargetsFrom(0, 0), 0xf},
		{"S2 from T1", packet.TargetsFrom(2, 1), 0xe00},
		{"beyond the highest, from there", packet.TargetsFrom(5, 9), 0x8000},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %016b, want %016b", tt.name, tt.got, tt.want)
		}
	}
	if !packet.AllTargets.Has(packet.TargetsFrom(2, 0)) || packet.TargetsFrom(2, 1).Has(packet.TargetsFrom(2, 0)) {
		t.Error("a set has exactly the targets that are in it")
	}
}
