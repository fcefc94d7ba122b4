package invariant_test

import (
	"bytes"
	"testing"

	"github.com/atrium-rtc/atrium/internal/invariant"
)

func TestCheckPanicsWithTheFormattedReason(t *testing.T) {
	defer func() {
		const want = "broken invariant: layer 7 of 3"
		if got := recover(); got != want {
			t.Fatalf("panic value %v, want %q", got, want)
		}
	}()
	invariant.Check(false, "layer %d of %d", 7, 3)
}

func TestCheckWithoutArgumentsKeepsPercentSigns(t *testing.T) {
	defer func() {
		const want = "broken invariant: over 25 %"
		if got := recover(); got != want {
			t.Fatalf("panic value %v, want %q", got, want)
		}
	}()
	invariant.Check(false, "over 25 %")
}

func TestCheckThatHoldsDoesNotAllocate(t *testing.T) {
	n := 0
	if allocs := testing.AllocsPerRun(100, func() {
		n++
		invariant.Check(n > 0, "counted down")
	}); allocs != 0 {
		t.Fatalf("%v allocations, want 0", allocs)
	}
}

func TestPoisonOnlyWhenEnabled(t *testing.T) {
	b := []byte{1, 2, 3}
	invariant.Poison(b)
	want := []byte{1, 2, 3}
	if invariant.Enabled {
		want = bytes.Repeat([]byte{invariant.PoisonByte}, 3)
	}
	if !bytes.Equal(b, want) {
		t.Fatalf("got %x, want %x", b, want)
	}
}
