package quality

import "time"

// recentSlots is how many seconds are remembered one by one.
const recentSlots = 10

// recent is the freezes of the last ten seconds, in slots of one. The running second
// is one of the ten, so the time it covers is between nine and ten seconds.
type recent struct {
	head  int64 // number of the slot of the latest time
	slots [recentSlots]slot
}

type slot struct {
	frozen uint16 // milliseconds
	ended  uint16 // freezes that ended in it
}

// advance moves to the slot of now, emptying those it passes. Times are counted from
// any moment, and do not go back.
func (r *recent) advance(now time.Duration) {
	number := int64(now / time.Second)
	if number-r.head >= recentSlots {
		r.slots = [recentSlots]slot{}
		r.head = number
	}
	for r.head < number {
		r.head++
		r.slots[r.head%recentSlots] = slot{}
	}
}

// add records freezes that end now, after the picture stood still since from.
func (r *recent) add(from, now time.Duration, count int) {
	r.advance(now)
	for n := max(r.head-recentSlots+1, 0); n <= r.head; n++ {
		s := &r.slots[n%recentSlots]
		s.frozen = uint16(min(int64(s.frozen)+overlap(n, from, now).Milliseconds(), 1000)) //nolint:gosec // 0 to 1000
	}
	ended := &r.slots[r.head%recentSlots].ended
	*ended = uint16(min(int(*ended)+max(count, 0), 1000)) //nolint:gosec // 0 to 1000
}

// sum returns the frozen time and the number of freezes. A freeze that goes on since
// from is not recorded yet, and counts up to now.
func (r *recent) sum(from, now time.Duration, ongoing bool) (frozen time.Duration, count int) {
	r.advance(now)
	for _, s := range r.slots {
		frozen += time.Duration(s.frozen) * time.Millisecond
		count += int(s.ended)
	}
	if ongoing {
		frozen += now - max(from, time.Duration(r.head-recentSlots+1)*time.Second)
		count++
	}
	return min(frozen, recentSpan), count
}

// overlap returns how much of second n lies between from and to.
func overlap(n int64, from, to time.Duration) time.Duration {
	start := time.Duration(n) * time.Second
	return max(min(to, start+time.Second)-max(from, start), 0)
}
