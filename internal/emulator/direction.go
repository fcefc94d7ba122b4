package main

import (
	"net/netip"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
)

// direction carries IP packets one way. Any goroutine may call its methods.
type direction struct {
	wake chan struct{}

	mu      sync.Mutex
	path    *link.Path
	down    bool
	dropped uint64 // while down
	flying  link.Line
}

func newDirection(name string, seed uint64) *direction {
	return &direction{wake: make(chan struct{}, 1), path: link.New(link.Link{}, seed, name)}
}

func (d *direction) set(s setting) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.path.Set(s.link(), time.Now())
	d.down = s.Down
}

// counters are what a direction has done.
type counters struct {
	Passed     uint64 `json:"passed"`
	Lost       uint64 `json:"lost"`
	Overflowed uint64 `json:"overflowed"`
	Dropped    uint64 `json:"dropped"` // while down
}

func (d *direction) counters() counters {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.path.Stats()
	return counters{s.Passed, s.Lost, s.Overflowed, d.dropped}
}

// send takes a packet in at now.
func (d *direction) send(packet []byte, now time.Time) {
	payload, peer := inside(packet)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		d.dropped++
		return
	}
	at, outcome := d.path.Carry(payload, peer, now)
	if outcome != link.Passed {
		return
	}
	d.flying.Push(at, packet, netip.AddrPort{})
	if d.path.Twice(payload, peer) {
		if at, outcome := d.path.Carry(payload, peer, now); outcome == link.Passed {
			d.flying.Push(at, packet, netip.AddrPort{})
		}
	}
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// due returns the packets that arrive by now, in order, and how long the next
// one takes; an hour when there is none.
func (d *direction) due(now time.Time) (packets [][]byte, wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		if arrived, ok := d.flying.Pop(now); ok {
			packets = append(packets, arrived.Payload)
			continue
		}
		if next, ok := d.flying.Next(); ok {
			return packets, next.Sub(now)
		}
		return packets, time.Hour
	}
}

// deliver gives the packets to write as they arrive, until one fails.
func (d *direction) deliver(write func([]byte) error) error {
	alarm := time.NewTimer(0)
	defer alarm.Stop()
	for {
		packets, wait := d.due(time.Now())
		for _, packet := range packets {
			if err := write(packet); err != nil {
				return err
			}
		}
		alarm.Reset(wait)
		select {
		case <-alarm.C:
		case <-d.wake:
		}
	}
}

// inside returns what follows the IP header and eight octets more, which is the
// payload of a UDP packet, and where the packet comes from. Of what is too
// short, nothing follows.
func inside(packet []byte) (payload []byte, from netip.Addr) {
	header := 0
	switch {
	case len(packet) >= 20 && packet[0]>>4 == 4:
		header = int(packet[0]&15) * 4
		from = netip.AddrFrom4([4]byte(packet[12:16]))
	case len(packet) >= 40 && packet[0]>>4 == 6:
		header = 40
		from = netip.AddrFrom16([16]byte(packet[8:24]))
	}
	return packet[min(header+8, len(packet)):], from
}
