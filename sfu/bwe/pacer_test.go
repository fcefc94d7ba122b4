package bwe

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestPacerLetsABurstPassAtOnce(t *testing.T) {
	now := time.Unix(1000, 0)
	var p Pacer
	p.SetRate(5*Mbps, now)
	if got, want := p.Room(now), (5 * Mbps).Octets(burstTime); got != want {
		t.Errorf("room for %d octets at first, want %d", got, want)
	}
	p.Spend(p.Room(now) + 1000)
	if room := p.Room(now.Add(time.Microsecond)); room > 0 {
		t.Errorf("overdrawn, room for %d octets", room)
	}
	wait := p.Wait(now)
	if room := p.Room(now.Add(wait + time.Millisecond)); room <= 0 {
		t.Errorf("no room after the wait of %v", wait)
	}
}

func TestPacerKeepsToItsRate(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		rate := Bitrate(50_000 + random.Int64N(20_000_000))
		now := time.Unix(1000, 0)
		var p Pacer
		p.SetRate(rate, now)
		sent, end := 0, now.Add(10*time.Second)
		for now.Before(end) {
			for p.Room(now) > 0 {
				n := 100 + random.IntN(1100)
				p.Spend(n)
				sent += n
			}
			now = now.Add(time.Duration(random.Int64N(int64(10 * time.Millisecond))))
		}
		allowed := rate.Octets(10*time.Second+10*time.Millisecond) + p.burst + 1200
		if sent > allowed || sent < allowed*9/10 {
			t.Fatalf("%v: %d octets in 10 s, allowed are %d", rate, sent, allowed)
		}
	}
}

func TestPacerWithoutARateLetsNothingPass(t *testing.T) {
	var p Pacer
	if room := p.Room(time.Unix(1000, 0)); room > 0 {
		t.Errorf("room for %d octets", room)
	}
}

func TestALowerRateTakesCreditBack(t *testing.T) {
	now := time.Unix(1000, 0)
	var p Pacer
	p.SetRate(20*Mbps, now)
	p.SetRate(100*Kbps, now.Add(time.Second))
	if room := p.Room(now.Add(time.Second)); room > minBurst {
		t.Errorf("room for %d octets, want %d at most", room, minBurst)
	}
}

func BenchmarkPacer(b *testing.B) {
	now := time.Unix(1000, 0)
	var p Pacer
	p.SetRate(5*Mbps, now)
	b.ReportAllocs()
	for i := range b.N {
		if p.Room(now.Add(time.Duration(i)*time.Microsecond)) > 0 {
			p.Spend(1100)
		}
	}
}
