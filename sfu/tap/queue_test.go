package tap

import (
	"testing"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/invariant"
)

func header(n int) *rtp.Header {
	return &rtp.Header{Version: 2, PayloadType: 96, SSRC: 7, SequenceNumber: uint16(n), Timestamp: uint32(n) * 3000} //nolint:gosec // a test's numbers
}

func TestWhatIsPutComesOutInOrderAndAsItWas(t *testing.T) {
	const packets = 100_000
	q := newQueue()
	go func() {
		payload := make([]byte, 1200)
		for n := 0; n < packets; n++ {
			payload[0], payload[1] = byte(n), byte(n>>8)
			for !q.add(&Packet{SequenceNumber: uint16(n)}, header(n), payload[:2+n%1199]) { //nolint:gosec // a test's numbers
				// The test's writer waits, as no shard would.
			}
		}
		q.close()
	}()
	n := 0
	for e := q.next(); e != nil; e = q.next() {
		p := &e.packet
		if p.SequenceNumber != uint16(n) || len(p.Payload) != 2+n%1199 || p.Payload[0] != byte(n) || p.Payload[1] != byte(n>>8) { //nolint:gosec // a test's numbers
			t.Fatalf("packet %d is number %d, with %d octets", n, p.SequenceNumber, len(p.Payload))
		}
		n++
		q.done()
	}
	if n != packets {
		t.Errorf("%d packets came out, want %d", n, packets)
	}
}

func TestAFullQueueDropsAndCounts(t *testing.T) {
	q := newQueue()
	for n := range queueSize + 5 {
		if got, want := q.add(&Packet{}, header(n), nil), n < queueSize; got != want {
			t.Fatalf("packet %d was taken: %v, want %v", n, got, want)
		}
	}
	q.next()
	q.done()
	q.add(&Packet{SequenceNumber: 1}, header(1), nil)
	q.close()
	last := (*entry)(nil)
	for e := q.next(); e != nil; e = q.next() {
		last = e
		q.done()
	}
	if last.packet.SequenceNumber != 1 || last.lost != 5 {
		t.Errorf("behind the gap comes number %d after %d lost packets, want 1 after 5", last.packet.SequenceNumber, last.lost)
	}
}

func TestPaddingIsNotToldToATap(t *testing.T) {
	q := newQueue()
	h := header(1)
	h.Padding, h.PaddingSize = true, 1
	q.add(&Packet{}, h, nil)
	var p rtp.Packet
	if err := p.Unmarshal(q.next().packet.Raw); err != nil || len(p.Payload) != 0 || p.Padding {
		t.Errorf("a filler comes out as %v (%v), want an empty packet", p, err)
	}
}

func TestPuttingDoesNotAllocate(t *testing.T) {
	q := newQueue()
	put := putting(t, q)
	for range 2 * queueSize { // the buffers grow
		put()
	}
	if allocs := testing.AllocsPerRun(1000, put); allocs > 0 && !invariant.Enabled {
		t.Errorf("%v allocations to put a packet, want 0", allocs)
	}
}

// putting returns what puts one packet with an extension in and takes it out.
func putting(tb testing.TB, q *queue) func() {
	tb.Helper()
	h, payload := header(1), make([]byte, 1100)
	if err := h.SetExtension(1, []byte{1}); err != nil {
		tb.Fatal(err)
	}
	p := &Packet{}
	return func() {
		q.add(p, h, payload)
		q.next()
		q.done()
	}
}

func BenchmarkPut(b *testing.B) {
	q := newQueue()
	put := putting(b, q)
	b.ReportAllocs()
	for b.Loop() {
		put()
	}
}
