package nack

import "time"

// BudgetShare is the share of a subscriber's media octets that retransmission
// may add, as a divisor: a quarter.
const BudgetShare = 4

const (
	budgetSlot  = 50 * time.Millisecond
	budgetSlots = 20 // whole slots in a second
)

// Budget holds retransmission towards one subscriber, all its streams together,
// to a quarter of the media octets of the second that ends with each
// retransmission. There is no minimum: before any media there is nothing to
// repair. It is owned by one goroutine; the zero value is ready.
//
// Time is cut into slots of 50 ms. Of the 21 slots that a second can touch, the
// oldest is only partly in it: what was retransmitted there counts, the media
// there does not, so that rounding never allows more than the figure.
type Budget struct {
	start time.Time
	head  int64 // number of the slot of the latest call
	slots [budgetSlots + 1]budgetCount
}

type budgetCount struct{ media, resent int64 } // octets

// Media records n octets of media sent for the first time.
func (b *Budget) Media(n int, now time.Time) {
	b.advance(now).media += int64(n)
}

// Allow reports whether n octets may be retransmitted now, and if so counts
// them as retransmitted.
func (b *Budget) Allow(n int, now time.Time) bool {
	slot := b.advance(now)
	var media, resent int64
	for i := range b.slots {
		media += b.slots[i].media
		resent += b.slots[i].resent
	}
	media -= b.slots[(b.head+1)%int64(len(b.slots))].media
	if (resent+int64(n))*BudgetShare > media {
		return false
	}
	slot.resent += int64(n)
	return true
}

// advance moves to the slot of now, emptying those it passes, and returns it.
// Time does not go back: an earlier now counts as the latest one.
func (b *Budget) advance(now time.Time) *budgetCount {
	if b.start.IsZero() {
		b.start = now
	}
	size := int64(len(b.slots))
	number := int64(now.Sub(b.start) / budgetSlot)
	if number-b.head >= size {
		b.slots = [budgetSlots + 1]budgetCount{}
		b.head = number
	}
	for b.head < number {
		b.head++
		b.slots[b.head%size] = budgetCount{}
	}
	return &b.slots[b.head%size]
}
