package publish_test

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// discard takes packets and counts them.
type discard struct{ packets, octets int }

func (d *discard) WriteRTP(b []byte) error {
	d.packets++
	d.octets += len(b)
	return nil
}

func (d *discard) WriteRTCP([]byte) error { return nil }

func TestSendingDoesNotAllocate(t *testing.T) {
	cfg := adapting(simulcast())
	sender, err := publish.New(cfg, start)
	if err != nil {
		t.Fatal(err)
	}
	var w discard
	poll := func() {
		if err := sender.Poll(sender.Next(), &w); err != nil {
			t.Fatal(err)
		}
	}
	for range 3000 { // the pacer's queue has grown
		poll()
	}
	before := w.packets
	if allocs := testing.AllocsPerRun(10_000, poll); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
	if n := w.packets - before; n < 5000 {
		t.Errorf("only %d packets", n)
	}
}

// BenchmarkPublisherSecond is a second of one publisher: VP8 at 1 Mbit/s, and
// audio. Its inverse is how many publishers a core drives, sealing and sending
// not counted.
func BenchmarkPublisherSecond(b *testing.B) {
	cfg := config(codec.VP8)
	cfg.Bitrates = []int{1_000_000}
	sender, err := publish.New(cfg, start)
	if err != nil {
		b.Fatal(err)
	}
	var w discard
	end := start
	b.ReportAllocs()
	for b.Loop() {
		end = end.Add(time.Second)
		for next := sender.Next(); !next.After(end); next = sender.Next() {
			if err := sender.Poll(next, &w); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(w.packets), "ns/packet")
}

func BenchmarkNewWithSharedReels(b *testing.B) {
	cfg := simulcast()
	cfg.Reels = publish.NewReels()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := publish.New(cfg, start); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewAlone(b *testing.B) {
	cfg := simulcast()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := publish.New(cfg, start); err != nil {
			b.Fatal(err)
		}
	}
}
