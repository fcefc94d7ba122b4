package simulcast_test

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

func TestRest(t *testing.T) {
	type step struct {
		at      int   // milliseconds
		used    uint8 // encodings
		active  uint8
		changed bool
		wait    int // milliseconds
	}
	for _, tt := range []struct {
		name  string
		count int
		steps []step
	}{
		{"what is used is sent", 3, []step{{at: 0, used: 0b111, active: 0b111}, {at: 60_000, used: 0b111, active: 0b111}}},
		{"what nobody uses rests after a while", 3, []step{
			{at: 0, used: 0b001, active: 0b111, wait: 5000},
			{at: 3000, used: 0b001, active: 0b111, wait: 2000},
			{at: 5000, used: 0b001, active: 0b001, changed: true},
			{at: 9000, used: 0b001, active: 0b001},
		}},
		{"what is wanted again starts at once", 3, []step{
			{at: 0, active: 0b111, wait: 5000},
			{at: 5000, active: 0, changed: true},
			{at: 5001, used: 0b100, active: 0b100, changed: true},
			{at: 5002, used: 0b100, active: 0b100},
		}},
		{"who looks away for a moment has it still", 2, []step{
			{at: 0, used: 0b01, active: 0b11, wait: 5000},
			{at: 4999, used: 0b11, active: 0b11},
			{at: 5000, used: 0b01, active: 0b11, wait: 5000},
			{at: 9999, used: 0b01, active: 0b11, wait: 1},
			{at: 10_000, used: 0b01, active: 0b01, changed: true},
		}},
		{"each rests in its own time", 2, []step{
			{at: 0, used: 0b01, active: 0b11, wait: 5000},
			{at: 2000, active: 0b11, wait: 3000},
			{at: 5000, active: 0b01, changed: true, wait: 2000},
			{at: 7000, active: 0, changed: true},
		}},
		{"what there is not is not sent", 1, []step{{at: 0, used: 0b110, active: 0b001, wait: 5000}, {at: 5000, used: 0b110, active: 0, changed: true}}},
		{"no more than can be told apart", 9, []step{{at: 0, used: 0xff, active: 0b1111}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := simulcast.NewRest(tt.count)
			for _, s := range tt.steps {
				changed, wait := r.Update(s.used, start.Add(time.Duration(s.at)*time.Millisecond))
				if changed != s.changed || wait != time.Duration(s.wait)*time.Millisecond || r.Active() != s.active {
					t.Errorf("at %d: active %04b, changed %v, wait %v, want %04b, %v, %d ms", s.at, r.Active(), changed, wait, s.active, s.changed, s.wait)
				}
			}
		})
	}
}
