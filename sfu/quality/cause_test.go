package quality_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/sfu/quality"
)

// fine is a video of three sizes that goes out as it should.
var fine = quality.Conditions{Wanted: 2, Alive: 2, Current: 2}

func TestCauses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*quality.Conditions)
		want   quality.Cause
	}{
		{"all is well", func(*quality.Conditions) {}, quality.None},
		{"on the way up", func(c *quality.Conditions) { c.Current = 0 }, quality.None},
		{"the viewer has muted", func(c *quality.Conditions) { c.Muted, c.Current, c.Drops = true, -1, 9 }, quality.None},
		{"the viewer wants nothing", func(c *quality.Conditions) { c.Wanted, c.Current = -1, -1 }, quality.None},
		{"the publisher has muted", func(c *quality.Conditions) { c.PublisherMuted, c.Drops = true, 9 }, quality.Publisher},
		{"the shard has dropped", func(c *quality.Conditions) {
			c.Drops, c.DownlinkLost, c.Limited, c.Current = 1, 0.3, true, 0
		}, quality.Overload},
		{"the shard is late", func(c *quality.Conditions) { c.Lag, c.UplinkUnrepaired = 100*ms, 0.3 }, quality.Overload},
		{"the shard is hardly late", func(c *quality.Conditions) { c.Lag = 99 * ms }, quality.None},
		{"the publisher's packets are lost", func(c *quality.Conditions) {
			c.UplinkUnrepaired, c.DownlinkLost = 0.01, 0.3
		}, quality.Uplink},
		{"the publisher's packets are lost and repaired", func(c *quality.Conditions) { c.UplinkLost = 0.3 }, quality.None},
		{"the estimate has no room", func(c *quality.Conditions) { c.Current, c.Limited = 1, true }, quality.Downlink},
		{"the allocator has stopped it", func(c *quality.Conditions) { c.Current, c.Limited = -1, true }, quality.Downlink},
		{"packets to the viewer are lost", func(c *quality.Conditions) { c.DownlinkLost = 0.01 }, quality.Downlink},
		{"a rung is dead", func(c *quality.Conditions) { c.Alive, c.Current = 1, 1 }, quality.Publisher},
		{"a rung is dead under a narrow uplink", func(c *quality.Conditions) {
			c.Alive, c.Current, c.UplinkLow = 1, 1, true
		}, quality.Uplink},
		{"a rung is dead under a lossy uplink", func(c *quality.Conditions) {
			c.Alive, c.Current, c.UplinkLost = 1, 1, 0.1
		}, quality.Uplink},
		{"a rung is dead and the estimate has no room", func(c *quality.Conditions) {
			c.Alive, c.Current, c.Limited, c.UplinkLow = 1, 0, true, true
		}, quality.Downlink},
		{"a rung is dead and what is left goes out", func(c *quality.Conditions) {
			c.Alive, c.Current, c.Limited = 1, 1, true
		}, quality.Publisher},
		{"frozen by a little loss up", func(c *quality.Conditions) { c.Frozen, c.UplinkUnrepaired = true, 0.001 }, quality.Uplink},
		{"frozen by a little loss down", func(c *quality.Conditions) { c.Frozen, c.DownlinkLost = true, 0.001 }, quality.Downlink},
		{"frozen for no reason", func(c *quality.Conditions) { c.Frozen = true }, quality.Publisher},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := fine
			tt.change(&c)
			if got := c.Cause(); got != tt.want {
				t.Errorf("the cause is %v, want %v", got, tt.want)
			}
		})
	}
}

// TestCausesKeepTheirOrder makes any conditions worse by one that comes before in
// the table, which must then be the cause.
func TestCausesKeepTheirOrder(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	yes := func() bool { return rnd.IntN(2) == 0 }
	for range 20_000 {
		c := quality.Conditions{
			Wanted: int8(rnd.IntN(3)), Alive: int8(rnd.IntN(4) - 1), Current: int8(rnd.IntN(4) - 1),
			Limited: yes(), Frozen: yes(), UplinkLow: yes(),
			UplinkLost: rnd.Float64() * 0.2, UplinkUnrepaired: rnd.Float64() * 0.02, DownlinkLost: rnd.Float64() * 0.02,
		}
		c.UplinkUnrepaired = 0.01
		if got := c.Cause(); got != quality.Uplink {
			t.Fatalf("%+v: %v", c, got)
		}
		c.Drops = 1
		if got := c.Cause(); got != quality.Overload {
			t.Fatalf("%+v: %v", c, got)
		}
		c.PublisherMuted = true
		if got := c.Cause(); got != quality.Publisher {
			t.Fatalf("%+v: %v", c, got)
		}
		c.Muted = true
		if got := c.Cause(); got != quality.None {
			t.Fatalf("%+v: %v", c, got)
		}
	}
}

// scene runs a Judge through changes of the conditions, once a second.
type scene struct {
	judge quality.Judge
	now   time.Duration
}

func (s *scene) run(seconds int, c quality.Conditions) (last quality.Cause) {
	for range seconds {
		last = s.judge.Update(c, at(s.now))
		s.now += time.Second
	}
	return last
}

func (s *scene) want(t *testing.T, want quality.Trouble) {
	t.Helper()
	if diff := cmp.Diff(want, s.judge.Trouble()); diff != "" {
		t.Errorf("trouble at %v (-want +got):\n%s", s.now, diff)
	}
}

func TestLinkFallsAndLaterThePublisherStops(t *testing.T) {
	var s scene
	s.run(10, fine)
	s.want(t, quality.Trouble{})

	narrow := fine
	narrow.Current, narrow.Limited = 0, true
	s.run(8, narrow)
	s.want(t, quality.Trouble{Cause: quality.Downlink, At: at(10 * time.Second), Lasted: 7 * time.Second, Ongoing: true})

	stopped := narrow
	stopped.Alive = 0 // and nothing that the link does could bring more
	s.run(5, stopped)
	s.want(t, quality.Trouble{Cause: quality.Publisher, At: at(18 * time.Second), Lasted: 4 * time.Second, Ongoing: true})

	s.run(20, fine)
	s.want(t, quality.Trouble{Cause: quality.Publisher, At: at(18 * time.Second), Lasted: 5 * time.Second})
}

func TestTroubleThatComesBackSoonIsTheSame(t *testing.T) {
	var s scene
	lossy := fine
	lossy.DownlinkLost = 0.05
	for range 4 {
		s.run(2, lossy)
		s.run(3, fine)
	}
	s.want(t, quality.Trouble{Cause: quality.Downlink, At: at(0), Lasted: 17 * time.Second})
	s.run(10, fine)
	s.run(1, lossy)
	s.want(t, quality.Trouble{Cause: quality.Downlink, At: at(30 * time.Second), Ongoing: true})
}

func TestKeyframeThatDoesNotComeIsThePublishers(t *testing.T) {
	var s scene
	up := fine
	up.Current = 0
	if got := s.run(2, up); got != quality.None {
		t.Errorf("%v after a second", got)
	}
	if got := s.run(1, up); got != quality.Publisher {
		t.Errorf("%v after two seconds", got)
	}
	if got := s.run(1, fine); got != quality.None {
		t.Errorf("%v with the keyframe", got)
	}
	if got := s.run(2, up); got != quality.None {
		t.Errorf("%v a second after the next change", got)
	}
}

func TestCausesHaveNames(t *testing.T) {
	var got []string
	for c := quality.None; c <= quality.Overload+1; c++ {
		got = append(got, c.String())
	}
	want := []string{"none", "downlink", "uplink", "publisher", "overload", "unknown"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
