package egress

import (
	"slices"
	"testing"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

func TestPacketsOfAPictureAreMadeEqual(t *testing.T) {
	pool := packet.NewPool()
	for _, tt := range []struct {
		name  string
		sizes []int
		times []uint32
		want  []uint8
	}{
		{"one octet apart, the shorter first", []int{1099, 1099, 1100, 1100}, []uint32{1, 1, 1, 1}, []uint8{1, 1, 0, 0}},
		{"the last may be shorter", []int{1100, 1100, 700}, []uint32{1, 1, 1}, []uint8{0, 0, 0}},
		{"too far apart", []int{1000, 1100, 1100}, []uint32{1, 1, 1}, []uint8{0, 0, 0}},
		{"as far apart as may be", []int{1100 - maxPadding, 1100, 1100}, []uint32{1, 1, 1}, []uint8{maxPadding, 0, 0}},
		{"another picture", []int{1099, 1100, 1099, 1100}, []uint32{1, 2, 3, 4}, []uint8{0, 0, 0, 0}},
		{"nothing", nil, nil, nil},
	} {
		var batch []*packet.Packet
		for i, size := range tt.sizes {
			b, err := (&rtp.Packet{Header: rtp.Header{Version: 2, Timestamp: tt.times[i]}, Payload: make([]byte, size)}).Marshal()
			if err != nil {
				t.Fatal(err)
			}
			p := pool.Get()
			if err := p.Parse(b); err != nil {
				t.Fatal(err)
			}
			batch = append(batch, p)
		}
		if got := equalize(nil, batch); !slices.Equal(got, tt.want) {
			t.Errorf("%s: padding %v, want %v", tt.name, got, tt.want)
		}
		for _, p := range batch {
			p.Release()
		}
	}
}
