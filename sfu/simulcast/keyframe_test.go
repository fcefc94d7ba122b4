package simulcast_test

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

func TestKeyframeRequests(t *testing.T) {
	type step struct {
		at   int    // milliseconds
		want bool   // somebody wants one
		came uint64 // keyframes so far
		send bool
		wait int // milliseconds
	}
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"nothing is sent while nobody wants one", []step{{at: 0}, {at: 1000, came: 3}}},
		{"the first request goes out at once", []step{{at: 7, want: true, send: true}}},
		{"all that want one that is on its way get that one", []step{
			{at: 0, want: true, send: true},
			{at: 100, want: true, wait: 400},
			{at: 200, want: true, wait: 300},
			{at: 300, came: 1},
			{at: 600, came: 1},
		}},
		{"who wants one after that must wait", []step{
			{at: 0, want: true, send: true},
			{at: 50, came: 1},
			{at: 60, want: true, came: 1, wait: 440},
			{at: 499, came: 1, wait: 1},
			{at: 500, came: 1, send: true},
			{at: 510, came: 2},
			{at: 1500, came: 2},
		}},
		{"a request that was lost is repeated, but not for ever", []step{
			{at: 0, want: true, send: true},
			{at: 499, wait: 1},
			{at: 500, send: true},
			{at: 1000, send: true},
			{at: 1500, send: true},
			{at: 2000},
			{at: 9000},
		}},
		{"it is repeated while somebody asks", []step{
			{at: 0, want: true, send: true},
			{at: 500, send: true},
			{at: 900, want: true, wait: 100},
			{at: 1000, send: true},
			{at: 1500, send: true},
			{at: 2000, send: true},
			{at: 2500},
		}},
		{"who asks later is served", []step{
			{at: 0, want: true, send: true},
			{at: 500, send: true},
			{at: 1000, send: true},
			{at: 1500, send: true},
			{at: 2000},
			{at: 2100, want: true, send: true},
			{at: 2600, send: true},
			{at: 2700, came: 1},
		}},
		{"a keyframe that nobody asked for ends nothing", []step{{at: 0, came: 4}, {at: 10, want: true, came: 4, send: true}, {at: 600, came: 4, send: true}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var k simulcast.KeyframeRequests
			for _, s := range tt.steps {
				if s.want {
					k.Want()
					if !k.Wanted() {
						t.Errorf("at %d: not wanted", s.at)
					}
				}
				send, wait := k.Due(start.Add(time.Duration(s.at)*time.Millisecond), s.came, simulcast.KeyframeInterval)
				if send != s.send || wait != time.Duration(s.wait)*time.Millisecond {
					t.Errorf("at %d: send %v, wait %v, want %v, %d ms", s.at, send, wait, s.send, s.wait)
				}
				if send && k.Wanted() {
					t.Errorf("at %d: wanted although sent", s.at)
				}
			}
		})
	}
}
