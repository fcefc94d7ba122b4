package egress

import (
	"net/netip"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

func TestConnectionsOfOneSessionAndAddressShareALink(t *testing.T) {
	s := newShard(0)
	defer s.shutdown()
	at := func(session, address string) *Subscriber {
		sub := newSubscriber(s, session, &discard{}, func() {})
		sub.SetRemote(netip.MustParseAddr(address))
		return sub
	}
	ann1, ann2 := at("ann", "192.0.2.1"), at("ann", "192.0.2.1")
	elsewhere, bob := at("ann", "192.0.2.2"), at("bob", "192.0.2.1")
	nobody1, nobody2 := at("", "192.0.2.1"), at("", "192.0.2.1")
	s.runBatch(time.Now())
	if ann1.link != ann2.link {
		t.Error("two connections of one session from one address have links of their own")
	}
	for name, other := range map[string]*Subscriber{
		"another address": elsewhere, "another session": bob, "no session": nobody1,
	} {
		if other.link == ann1.link {
			t.Errorf("%s has the same link", name)
		}
	}
	if nobody1.link == nobody2.link {
		t.Error("two connections without a session have the same link")
	}
	other := at("ann", "2001:db8::1") // the same machine, by its other address
	if s.runBatch(time.Now()); other.link != ann1.link && other.link != elsewhere.link {
		t.Error("the other family of addresses has a link of its own")
	}
	other.Close()
	elsewhere.SetRemote(netip.MustParseAddr("192.0.2.1"))
	s.runBatch(time.Now())
	if elsewhere.link != ann1.link {
		t.Error("a connection that moved to the address does not share its link")
	}
	if ann, bob := len(s.downlinks["ann"]), len(s.downlinks["bob"]); ann != 1 || bob != 1 {
		t.Errorf("%d and %d links of two sessions, want one each", ann, bob)
	}
	for _, sub := range []*Subscriber{ann1, ann2, elsewhere, bob} {
		sub.Close()
	}
	s.runBatch(time.Now())
	if n := len(s.downlinks); n != 0 {
		t.Errorf("%d links are left", n)
	}
}

// widen gives a receiver that is measured a link that carries everything.
func widen(sub *Subscriber, now time.Time) {
	if sub.flow == nil {
		return
	}
	sub.link.estimator = bwe.NewEstimator(bwe.Config{Start: 40 * bwe.Mbps}, now)
	sub.flow = sub.link.estimator.NewFlow(now)
	sub.link.allocate(now)
}

func TestASessionStaysOnOneShard(t *testing.T) {
	e := NewEngine(Config{Shards: 4})
	defer e.Close()
	var subs []*Subscriber
	for range 8 {
		subs = append(subs, e.NewSubscriber("ann", &discard{}))
	}
	if other := e.NewSubscriber("bob", &discard{}); other.Shard() == subs[0].Shard() {
		t.Error("another session is on the busiest shard")
	}
	for _, sub := range subs {
		if sub.Shard() != subs[0].Shard() {
			t.Fatalf("on shards %d and %d", sub.Shard(), subs[0].Shard())
		}
		sub.Close()
	}
}

func TestALinkIsNotTakenForMoreThanItsReceiverMayGet(t *testing.T) {
	for _, most := range []bwe.Bitrate{0, 400 * bwe.Kbps, 10 * bwe.Kbps} {
		s := newShard(0)
		s.estimates = true
		now := time.Now()
		var subs []*Subscriber
		for range 2 {
			sub := newSubscriber(s, "ann", &discard{}, func() {})
			sub.SetMaxBitrate(most)
			sub.SetRemote(netip.MustParseAddr("192.0.2.1"))
			subs = append(subs, sub)
		}
		s.runBatch(now)
		for _, sub := range subs {
			sub.measure(StreamConfig{Extensions: Extensions{TransportSequence: 1}})
		}
		link := subs[1].link
		link.estimator.REMB(20*bwe.Mbps, now) // it would take that
		for range 600 {
			now = now.Add(100 * time.Millisecond)
			link.estimator.Tick(now)
			if got := link.estimator.Target(); most > 0 && got > most {
				t.Fatalf("at most %v, and %v are sent", most, got)
			}
		}
		if got := link.estimator.Target(); most == 0 && got < bwe.Mbps {
			t.Errorf("without a bound %v", got)
		}
		s.shutdown()
	}
}
