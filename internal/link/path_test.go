package link_test

import (
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/link"
)

var (
	start = time.Unix(1_000_000, 0)
	peer4 = netip.MustParseAddr("192.0.2.1")
	peer6 = netip.MustParseAddr("2001:db8::1")
)

// arrival is what became of one packet.
type arrival struct {
	After   time.Duration // since start; 0 for packets that did not arrive
	Outcome link.Outcome
}

// rtp makes a packet of payload type 96 with this many octets.
func rtp(size int) []byte {
	b := make([]byte, size)
	b[0], b[1] = 0x80, 96
	return b
}

// send puts n packets of 972 octets (1000 on the wire) in, one every interval.
func send(p *link.Path, n int, interval time.Duration) []arrival {
	var out []arrival
	for i := range n {
		out = append(out, carry(p, rtp(972), time.Duration(i)*interval))
	}
	return out
}

func carry(p *link.Path, b []byte, at time.Duration) arrival {
	t, outcome := p.Carry(b, peer4, start.Add(at))
	if outcome != link.Passed {
		return arrival{Outcome: outcome}
	}
	return arrival{After: t.Sub(start)}
}

func TestZeroLinkIsPerfect(t *testing.T) {
	p := link.New(link.Link{}, 1, "up")
	for i, a := range send(p, 100, 0) {
		if a != (arrival{}) {
			t.Fatalf("packet %d: %+v", i, a)
		}
	}
	if !p.Link().Perfect() {
		t.Error("the zero link is not perfect")
	}
}

func TestOnlyWhatTouchesPacketsIsImperfect(t *testing.T) {
	for _, l := range []link.Link{{QueueBytes: 1}, {ReorderBy: 1}} {
		if !l.Perfect() {
			t.Errorf("%+v changes no packet, yet is not perfect", l)
		}
	}
	for _, l := range []link.Link{{Delay: 1}, {Jitter: 1}, {Loss: 0.1}, {RateBitsPerSecond: 1}, {Reorder: 0.1}} {
		if l.Perfect() {
			t.Errorf("%+v is perfect", l)
		}
	}
}

func TestLossIsItsShare(t *testing.T) {
	const n = 100_000
	p := link.New(link.Link{Loss: 0.05}, 1, "up")
	send(p, n, time.Millisecond)
	got := p.Stats()
	if share := float64(got.Lost) / n; math.Abs(share-0.05) > 0.003 {
		t.Errorf("lost %v of the packets, not 0.05", share)
	}
	want := link.Stats{Packets: n, Octets: n * 972, Passed: n - got.Lost, Lost: got.Lost}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
}

func TestRateSpacesPacketsAndCountsHeaders(t *testing.T) {
	p := link.New(link.Link{RateBitsPerSecond: 8_000_000, Delay: 5 * time.Millisecond}, 1, "up")
	want := []arrival{{After: 6 * time.Millisecond}, {After: 7 * time.Millisecond}, {After: 8 * time.Millisecond}}
	if diff := cmp.Diff(want, send(p, 3, 0)); diff != "" {
		t.Errorf("a megabyte a second takes 1 ms for 1000 octets on the wire (-want +got):\n%s", diff)
	}
	for peer, size := range map[netip.Addr]int{peer4: 28, peer6: 48, netip.AddrFrom16(peer4.As16()): 28, {}: 28} {
		p := link.New(link.Link{RateBitsPerSecond: 8_000}, 1, "up")
		at, _ := p.Carry(nil, peer, start)
		if got := int(at.Sub(start) / time.Millisecond); got != size {
			t.Errorf("an empty datagram to %v has %d octets on the wire, want %d", peer, got, size)
		}
	}
}

func TestFullQueueDropsTheLast(t *testing.T) {
	p := link.New(link.Link{RateBitsPerSecond: 8_000_000, QueueBytes: 2500}, 1, "up")
	got := append(send(p, 4, 0), carry(p, rtp(972), time.Millisecond))
	want := []arrival{
		{After: time.Millisecond},
		{After: 2 * time.Millisecond},
		{Outcome: link.Overflowed},
		{Outcome: link.Overflowed},
		{After: 3 * time.Millisecond}, // one has left, so there is room again
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("arrivals (-want +got):\n%s", diff)
	}
	if o := p.Stats().Overflowed; o != 2 {
		t.Errorf("%d packets overflowed, want 2", o)
	}
}

func TestLostPacketsUseTheRate(t *testing.T) {
	p := link.New(link.Link{RateBitsPerSecond: 8_000_000, Loss: 1}, 1, "up")
	send(p, 3, 0)
	p.Set(link.Link{RateBitsPerSecond: 8_000_000}, start)
	if got := carry(p, rtp(972), 0); got.After != 4*time.Millisecond {
		t.Errorf("arrival after %v, want 4ms: behind the three that were lost", got.After)
	}
}

func TestJitterSpreadsAndKeepsOrder(t *testing.T) {
	const jitter = 40 * time.Millisecond
	p := link.New(link.Link{Delay: 10 * time.Millisecond, Jitter: jitter}, 1, "up")
	var last, least, most time.Duration
	least = time.Hour
	for i, a := range send(p, 1000, 5*time.Millisecond) {
		if a.After < last {
			t.Fatalf("packet %d passes the one before it", i)
		}
		last = a.After
		transit := a.After - time.Duration(i)*5*time.Millisecond
		least, most = min(least, transit), max(most, transit)
	}
	if least < 10*time.Millisecond || least > 20*time.Millisecond || most > 50*time.Millisecond || most < 45*time.Millisecond {
		t.Errorf("transit %v to %v, want nearly 10ms to 50ms", least, most)
	}
}

func TestReorderedPacketsArePassed(t *testing.T) {
	for by, want := range map[time.Duration]time.Duration{0: 20 * time.Millisecond, 7 * time.Millisecond: 7 * time.Millisecond} {
		p := link.New(link.Link{Reorder: 0.1, ReorderBy: by}, 1, "up")
		held := 0
		for i, a := range send(p, 1000, time.Millisecond) {
			switch late := a.After - time.Duration(i)*time.Millisecond; late {
			case 0:
			case want:
				held++
			default:
				t.Fatalf("packet %d is late by %v, want 0 or %v", i, late, want)
			}
		}
		if held < 70 || held > 130 {
			t.Errorf("%d of 1000 packets held back, want about 100", held)
		}
	}
}

func TestSetLetsTheQueueGoOnAtTheNewRate(t *testing.T) {
	for rate, want := range map[int]time.Duration{
		4_000_000:  44 * time.Millisecond, // 10 waiting and 12 new ones, 2 ms each
		16_000_000: 11 * time.Millisecond,
		0:          10 * time.Millisecond, // the queue is gone, but nothing passes what was promised before
	} {
		p := link.New(link.Link{RateBitsPerSecond: 8_000_000}, 1, "up")
		send(p, 10, 0)
		p.Set(link.Link{RateBitsPerSecond: rate}, start)
		if got := send(p, 12, 0)[11]; got.After != want {
			t.Errorf("at %d bit/s the last packet arrives after %v, want %v", rate, got.After, want)
		}
	}
}

func TestSeedAndNameRepeatAPath(t *testing.T) {
	l := link.Link{Loss: 0.3, Jitter: 20 * time.Millisecond, Reorder: 0.1}
	run := func(seed uint64, name string) []arrival {
		return send(link.New(l, seed, name), 500, 3*time.Millisecond)
	}
	if diff := cmp.Diff(run(7, "up"), run(7, "up")); diff != "" {
		t.Errorf("the same seed and name differ:\n%s", diff)
	}
	if cmp.Equal(run(7, "up"), run(8, "up")) {
		t.Error("another seed has the same luck")
	}
	if cmp.Equal(run(7, "up"), run(7, "down")) {
		t.Error("another name has the same luck")
	}
}

func TestKindsOfPacketsHaveLuckOfTheirOwn(t *testing.T) {
	kinds := map[string][]byte{
		"other RTP": {0x80, 111}, "RTCP": {0x80, 201}, "STUN": {0, 1}, "DTLS": {22, 254}, "short": {0x80}, "TURN channel": {64, 0},
	}
	l := link.Link{Loss: 0.5}
	alone := send(link.New(l, 7, "up"), 200, 0)
	for name, other := range kinds {
		p := link.New(l, 7, "up")
		var mixed []arrival
		for range 200 {
			carry(p, other, 0)
			mixed = append(mixed, carry(p, rtp(972), 0))
		}
		if !cmp.Equal(alone, mixed) {
			t.Errorf("%s packets between the video packets change which of those are lost", name)
		}
	}
}

func TestMarkerDoesNotMakeAnotherKind(t *testing.T) {
	plain, marked := link.New(link.Link{Loss: 0.5}, 7, "up"), link.New(link.Link{Loss: 0.5}, 7, "up")
	last := rtp(972)
	last[1] |= 0x80
	for i := range 200 {
		if a, b := carry(plain, rtp(972), 0), carry(marked, last, 0); a != b {
			t.Fatalf("packet %d: %v without the marker bit, %v with it", i, a, b)
		}
	}
}

func TestPeersHaveLuckOfTheirOwn(t *testing.T) {
	p, same := link.New(link.Link{Loss: 0.5}, 7, "up"), true
	for range 200 {
		_, a := p.Carry(rtp(100), peer4, start)
		_, b := p.Carry(rtp(100), peer6, start)
		same = same && a == b
	}
	if same {
		t.Error("packets to two peers share every loss")
	}
}

func TestValidateNamesAllThatIsImpossible(t *testing.T) {
	good := link.Link{Delay: time.Second, Loss: 1, RateBitsPerSecond: 1, QueueBytes: 1, Reorder: 1, ReorderBy: 1}
	for _, l := range []link.Link{{}, good} {
		if err := l.Validate(); err != nil {
			t.Errorf("%+v: %v", l, err)
		}
	}
	bad := link.Link{
		Delay: -1, Jitter: -time.Second, Loss: 1.1, Reorder: math.NaN(),
		ReorderBy: -1, RateBitsPerSecond: -1, QueueBytes: -2,
	}
	want := []string{
		"loss 1.1 is not between 0 and 1", "reorder NaN is not between 0 and 1", "delay -1ns is negative",
		"jitter -1s is negative", "reorder time -1ns is negative", "rate -1 is negative", "queue -2 is negative",
	}
	err := bad.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestCarryDoesNotAllocate(t *testing.T) {
	p := link.New(link.Link{Delay: 1, Jitter: 5, Loss: 0.1, RateBitsPerSecond: 1e6, QueueBytes: 1e4, Reorder: 0.1}, 1, "up")
	b, now := rtp(1000), start
	if n := testing.AllocsPerRun(1000, func() {
		now = now.Add(time.Millisecond)
		p.Carry(b, peer4, now)
	}); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func BenchmarkCarry(b *testing.B) {
	p := link.New(link.Link{Delay: 1, Jitter: 5, Loss: 0.1, RateBitsPerSecond: 1e6, QueueBytes: 1e4, Reorder: 0.1}, 1, "up")
	packet, now := rtp(1000), start
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Millisecond)
		p.Carry(packet, peer4, now)
	}
}

func TestBurstsKeepTheShareAndLengthenTheRuns(t *testing.T) {
	const n = 200_000
	for _, want := range []struct{ loss, burst float64 }{{0.05, 1}, {0.05, 4}, {0.2, 8}} {
		p := link.New(link.Link{Loss: want.loss, Burst: want.burst}, 1, "up")
		lost, runs, before := 0, 0, false
		for _, a := range send(p, n, time.Millisecond) {
			is := a.Outcome == link.Lost
			if is {
				lost++
				if !before {
					runs++
				}
			}
			before = is
		}
		share, run := float64(lost)/n, float64(lost)/float64(runs)
		if want.burst == 1 {
			want.burst = 1 / (1 - want.loss) // of losses that know nothing of each other
		}
		if math.Abs(share-want.loss) > 0.1*want.loss || math.Abs(run-want.burst) > 0.1*want.burst {
			t.Errorf("%+v: lost %.4f in runs of %.2f", want, share, run)
		}
	}
}

func TestDuplicatesAreTheirShareAndChangeNothingElse(t *testing.T) {
	plain, doubled := link.New(link.Link{Loss: 0.5}, 1, "up"), link.New(link.Link{Loss: 0.5, Duplicate: 0.1}, 1, "up")
	twice := 0
	for i := range 10_000 {
		if a, b := carry(plain, rtp(972), 0), carry(doubled, rtp(972), 0); a != b {
			t.Fatalf("packet %d: %v, with duplicates %v", i, a, b)
		}
		if doubled.Twice(rtp(972), peer4) {
			twice++
		}
	}
	if twice < 900 || twice > 1100 {
		t.Errorf("%d of 10000 packets come twice, want 1000", twice)
	}
}
