package bwe

import (
	"math/rand/v2"
	"testing"
)

func TestRTPNumbersAreThoseOfAModel(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var n rtpNumbers
	model := make(map[int]uint16)
	newest := 1<<16 - 500
	for i := range 200_000 {
		number := newest + 1
		switch random.IntN(20) {
		case 0:
			number = newest - random.IntN(rtpHistory) // sent again
		case 1:
			number = newest + 1 + random.IntN(4)
		case 2:
			if random.IntN(100) == 0 {
				number = newest + 1 + random.IntN(1<<15)
			}
		}
		transport := uint16(random.IntN(1 << 16))
		n.put(uint16(number), transport)
		if i == 0 {
			newest = number
		}
		model[number], newest = transport, max(newest, number)

		asked := newest + 10 - random.IntN(2*rtpHistory)
		want, ok := model[asked]
		ok = ok && asked <= newest && newest-asked < rtpHistory
		if got, known := n.transport(uint16(asked)); known != ok || known && got != want {
			t.Fatalf("packet %d, newest %d: %d (known: %v), want %d (%v)", asked, newest, got, known, want, ok)
		}
	}
}

func TestRTPNumbersBeginAnew(t *testing.T) {
	var n rtpNumbers
	if _, ok := n.transport(0); ok {
		t.Error("a number is known before the first")
	}
	n.put(5000, 1)
	n.put(5000-rtpHistory, 2) // further back than anything is remembered
	if got, ok := n.transport(5000 - rtpHistory); !ok || got != 2 {
		t.Errorf("%d (known: %v), want 2", got, ok)
	}
	if _, ok := n.transport(5000); ok {
		t.Error("the number before is known")
	}
}

func BenchmarkRTPNumbersPut(b *testing.B) {
	var n rtpNumbers
	seq := uint16(0)
	b.ReportAllocs()
	for b.Loop() {
		n.put(seq, seq)
		seq++
	}
}
