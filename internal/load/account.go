package load

import (
	"slices"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/histogram"
	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

// account is what one client did and saw. Its client writes to it, the sampler
// reads it each second; any goroutine may call its methods.
type account struct {
	plan scenario.Client

	mu       sync.Mutex
	user     string // under which it joined last
	inside   bool
	how      string // it ended, or is there
	tried    bool
	joined   bool // at least once
	entries  []timed
	joins    int
	leaves   int
	failures int
	sending  []*publication
	watching []*subscription
	carrying *downlink // nil without paired connections
	past     tally     // of connections that are over
}

func newAccount(plan scenario.Client) *account {
	return &account{plan: plan, user: plan.Name, how: "never joined"}
}

// entered records that the client is in its room. Joining took so long; a
// negative time says that the server knows no joining.
func (a *account) entered(user string, took time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.user, a.inside, a.joined, a.how = user, true, true, "stayed"
	if took >= 0 {
		a.entries = append(a.entries, timed{time.Now(), took})
	}
	a.joins++
}

// enters records that the client is about to join.
func (a *account) enters() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tried = true
}

// attempted reports whether the client ever tried to join. The search for a
// capacity plans more subscribers than it tries.
func (a *account) attempted() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.tried
}

// ended records how the client left the room.
func (a *account) ended(how string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.inside {
		a.leaves++
	}
	a.inside, a.how = false, how
}

// failed records a join, a publication or a subscription that failed.
func (a *account) failed(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failures++
	if !a.joined {
		a.how = err.Error()
	}
}

func (a *account) name() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.user
}

// publicationBegan counts a publication from now on.
func (a *account) publicationBegan(pub *publication) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sending = append(a.sending, pub)
}

// publicationOver takes the counts of a publication that is over.
func (a *account) publicationOver(pub *publication) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if i := slices.Index(a.sending, pub); i >= 0 {
		a.sending = slices.Delete(a.sending, i, i+1)
		a.past.addPublication(pub)
	}
}

// subscriptionBegan counts a subscription from now on.
func (a *account) subscriptionBegan(sub *subscription, stopped *pauses) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, kind := range scenario.Kinds() {
		sub.setPaused(kind, stopped.of(sub.publisher, kind))
	}
	sub.mutedFrom = sub.paused
	a.watching = append(a.watching, sub)
}

// subscriptionOver takes the counts of a subscription that is over.
func (a *account) subscriptionOver(sub *subscription) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if i := slices.Index(a.watching, sub); i >= 0 {
		a.watching = slices.Delete(a.watching, i, i+1)
		a.past.addSubscription(sub)
	}
}

// downlinkBegan counts what goes wrong on a receiving connection from now on.
func (a *account) downlinkBegan(d *downlink) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.carrying = d
}

// downlinkOver takes the counts of a receiving connection that is over.
func (a *account) downlinkOver(d *downlink) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.carrying == d {
		a.carrying = nil
		a.past.addConn(d.conn)
	}
}

// watches calls do with each subscription to a publisher.
func (a *account) watches(publisher string, do func(*subscription)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, sub := range a.watching {
		if sub.publisher == publisher {
			do(sub)
		}
	}
}

// pauseAll says that everything this client receives stops on purpose.
func (a *account) pauseAll() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, sub := range a.watching {
		for _, kind := range scenario.Kinds() {
			sub.setPaused(kind, true)
		}
	}
}

// black returns an error for each subscription that has waited for its picture
// in vain.
func (a *account) black(now time.Time) []error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []error
	for _, sub := range a.watching {
		if err := sub.black(now); err != nil {
			list = append(list, err)
		}
	}
	return list
}

// silence stops what the client sends, and keeps its connections.
func (a *account) silence() {
	a.mu.Lock()
	sending := slices.Clone(a.sending)
	a.mu.Unlock()
	for _, pub := range sending {
		pub.silence()
	}
}

// addTo adds everything so far to t.
func (a *account) addTo(t *tally) {
	a.mu.Lock()
	defer a.mu.Unlock()
	t.add(&a.past)
	if a.tried {
		t.sum.Clients++
	}
	if a.joined {
		t.sum.Joined++
	}
	if a.inside {
		t.inside++
		t.rooms[a.plan.Room] = true
	}
	t.joins += a.joins
	t.leaves += a.leaves
	t.sum.JoinFailures += a.failures
	t.entries = append(t.entries, a.entries...)
	for _, pub := range a.sending {
		t.publishing++
		t.addPublication(pub)
	}
	if a.carrying != nil {
		t.addConn(a.carrying.conn)
	}
	for _, sub := range a.watching {
		t.addPresent(sub)
		t.addSubscription(sub)
	}
}

// row is the client's line in the report.
func (a *account) row() result.Client {
	t := newTally()
	a.addTo(t)
	a.mu.Lock()
	defer a.mu.Unlock()
	return result.Client{
		Name: a.plan.Name, Room: a.plan.Room, Group: a.plan.Group, Network: a.plan.Network.Name,
		Faults: a.plan.Faults, Ended: a.how, Summary: t.summary(), Layer: t.layer,
	}
}

// distribution returns the spread of a histogram, in milliseconds.
func distribution(s histogram.Snapshot) result.Distribution {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return result.Distribution{
		Count: s.Count(), Min: ms(s.Min()), Mean: ms(s.Mean()), Max: ms(s.Max()),
		P50: ms(s.Quantile(0.50)), P90: ms(s.Quantile(0.90)), P95: ms(s.Quantile(0.95)), P99: ms(s.Quantile(0.99)),
	}
}

// spread returns the spread of some durations, exactly, in milliseconds.
func spread(list []time.Duration) result.Distribution {
	if len(list) == 0 {
		return result.Distribution{}
	}
	list = slices.Sorted(slices.Values(list))
	var sum time.Duration
	for _, d := range list {
		sum += d
	}
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	at := func(q float64) float64 { return ms(list[int(q*float64(len(list)-1)+0.5)]) }
	return result.Distribution{
		Count: uint64(len(list)), Min: ms(list[0]), Mean: ms(sum) / float64(len(list)), Max: ms(list[len(list)-1]),
		P50: at(0.50), P90: at(0.90), P95: at(0.95), P99: at(0.99),
	}
}
