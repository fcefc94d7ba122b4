package packet_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

func put(pool *packet.Pool, ring *packet.Ring, seq packet.ExtSeq) (*packet.Packet, bool) {
	p := pool.Get()
	p.Seq = seq
	stored := ring.Put(p)
	p.Release()
	return p, stored
}

func TestRingHoldsAReference(t *testing.T) {
	pool, ring := packet.NewPool(), packet.NewRing(4)
	p, _ := put(pool, ring, 100)
	if pool.InUse() != 1 {
		t.Fatal("the ring did not retain the packet")
	}
	if ring.Get(100) != p {
		t.Fatal("not found")
	}
	ring.Clear()
	if pool.InUse() != 0 || ring.Get(100) != nil {
		t.Fatal("Clear left the packet")
	}
}

func TestRingKeepsTheFirstOfTwo(t *testing.T) {
	pool, ring := packet.NewPool(), packet.NewRing(4)
	first, _ := put(pool, ring, 100)
	if _, stored := put(pool, ring, 100); stored {
		t.Fatal("stored a duplicate")
	}
	if ring.Get(100) != first || pool.InUse() != 1 {
		t.Fatal("the duplicate took the place of the first, or leaked")
	}
}

func TestRingIgnoresPacketsOlderThanItsWindow(t *testing.T) {
	pool, ring := packet.NewPool(), packet.NewRing(4)
	put(pool, ring, 100)
	if _, stored := put(pool, ring, 96); stored {
		t.Error("stored 96 with a window of 97 to 100")
	}
	if _, stored := put(pool, ring, 97); !stored {
		t.Error("refused 97 with a window of 97 to 100")
	}
}

func TestRingSizeMustBeAPowerOfTwo(t *testing.T) {
	mustPanic(t, func() { packet.NewRing(100) })
}

// TestRingAgreesWithAMap drives a ring and the obvious model with the same
// packets: what was put and is inside the window is there, nothing else is, and
// no reference is lost.
func TestRingAgreesWithAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const size = 8
		pool, ring := packet.NewPool(), packet.NewRing(size)
		model := map[packet.ExtSeq]*packet.Packet{}
		highest := packet.ExtSeq(1000)
		for i := range rapid.IntRange(1, 60).Draw(t, "puts") {
			seq := highest - 2*size + packet.ExtSeq(rapid.IntRange(0, 4*size).Draw(t, "offset"))
			if i == 0 {
				highest = seq
			}
			_, there := model[seq]
			p, stored := put(pool, ring, seq)
			if want := seq+size > highest && !there; stored != want {
				t.Fatalf("put %d with highest %d: stored %v, want %v", seq, highest, stored, want)
			}
			if stored {
				model[seq] = p
				highest = max(highest, seq)
			}
			for s := range model {
				if s+size <= highest {
					delete(model, s)
				}
			}
			for s := highest - 3*size; s < highest+size; s++ {
				if got := ring.Get(s); got != model[s] {
					t.Fatalf("get %d with highest %d: %p, want %p", s, highest, got, model[s])
				}
			}
		}
		if pool.InUse() > size {
			t.Fatalf("%d packets held by a ring of %d", pool.InUse(), size)
		}
		ring.Clear()
		if pool.InUse() != 0 {
			t.Fatalf("%d packets leaked", pool.InUse())
		}
	})
}
