package bwe

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sentAt returns a time by our clock.
func sentAt(ms float64) time.Time { return time.Unix(1000, 0).Add(arrivedAt(ms)) }

// arrivedAt returns a time by the receiver's clock.
func arrivedAt(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// received is the result of a packet that arrived.
func received(sent, arrived float64, size int) Result {
	return Result{Sent: sentAt(sent), Arrived: arrivedAt(arrived), Size: size, Received: true}
}

// groupDeltas returns all deltas of results, each of which feedback tells of at
// once.
func groupDeltas(g *arrivalGroups, results ...Result) []groupDelta {
	var all []groupDelta
	for _, r := range results {
		if d, ok := g.add(r, r.Sent); ok {
			all = append(all, d)
		}
	}
	return all
}

func TestGroupsDifferByTheirLastPackets(t *testing.T) {
	for _, c := range []struct {
		name    string
		results []Result
		want    []groupDelta
	}{
		{
			name: "one packet each",
			results: []Result{
				received(0, 500, 100), received(20, 521, 300), received(40, 545, 300), received(60, 560, 1),
			},
			want: []groupDelta{
				{sent: 20 * time.Millisecond, arrived: 21 * time.Millisecond, size: 200},
				{sent: 20 * time.Millisecond, arrived: 24 * time.Millisecond, size: 0},
			},
		},
		{
			name: "sent within 5 ms",
			results: []Result{
				received(0, 500, 100), received(3, 510, 100), received(5, 520, 100), // first group
				received(20, 530, 100), received(24, 542, 100), // second group
				received(40, 560, 100),
			},
			want: []groupDelta{{sent: 19 * time.Millisecond, arrived: 22 * time.Millisecond, size: -100}},
		},
		{
			name: "a burst out of a queue",
			results: []Result{
				received(0, 500, 100),
				received(20, 600, 100), received(40, 602, 100), received(60, 607, 100), // held up, then all at once
				received(80, 680, 100),
			},
			want: []groupDelta{{sent: 60 * time.Millisecond, arrived: 107 * time.Millisecond, size: 200}},
		},
		{
			name: "what follows later than 5 ms is no burst",
			results: []Result{
				received(0, 500, 100), received(20, 600, 100), received(40, 606, 100), received(60, 660, 100),
			},
			want: []groupDelta{
				{sent: 20 * time.Millisecond, arrived: 100 * time.Millisecond},
				{sent: 20 * time.Millisecond, arrived: 6 * time.Millisecond},
			},
		},
		{
			name: "sent before the group at hand",
			results: []Result{
				received(0, 500, 100), received(20, 520, 100), received(10, 521, 9999), received(40, 540, 100),
			},
			want: []groupDelta{{sent: 20 * time.Millisecond, arrived: 20 * time.Millisecond}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var g arrivalGroups
			got := groupDeltas(&g, c.results...)
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(groupDelta{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestABurstEndsAfter100ms(t *testing.T) {
	var g arrivalGroups
	results := []Result{received(0, 0, 1), received(20, 1000, 1)}
	for i := range 100 { // each arrives 4 ms after the one before, and is sent 20 ms after it
		results = append(results, received(40+20*float64(i), 1004+4*float64(i), 1))
	}
	got := groupDeltas(&g, results...)
	if len(got) < 4 || got[1].arrived != 100*time.Millisecond {
		t.Errorf("bursts %v, want some of 100 ms", got)
	}
}

func TestGroupsBeginAnewWhenTheClockOfArrivalJumps(t *testing.T) {
	for name, jump := range map[string]float64{"forward": 3600e3, "back": -3600e3, "3 s": 3020, "1 s back": -1000} {
		t.Run(name, func(t *testing.T) {
			var g arrivalGroups
			var deltas []groupDelta
			for i := range 40 {
				at := float64(i) * 20
				arrived := at
				if i >= 20 {
					arrived += jump
				}
				deltas = append(deltas, groupDeltas(&g, received(at, arrived, 100))...)
			}
			for _, d := range deltas {
				if d.arrived != 20*time.Millisecond && d.arrived != 40*time.Millisecond {
					t.Errorf("delta of %v", d.arrived)
				}
			}
			if len(deltas) < 30 {
				t.Errorf("%d deltas of 40 packets", len(deltas))
			}
		})
	}
}

func TestASilentSenderIsNoClockJump(t *testing.T) {
	var g arrivalGroups
	got := groupDeltas(&g, received(0, 0, 1), received(20, 20, 1), received(10020, 10020, 1), received(10040, 10040, 1))
	if len(got) != 2 || got[1].arrived != 10*time.Second {
		t.Errorf("deltas %v, want one of 10 s", got)
	}
}
