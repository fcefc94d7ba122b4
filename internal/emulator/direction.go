package main

import (
	"container/heap"
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
	flying  flight
	order   uint64
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

// send takes a packet in at now and keeps it.
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
	d.fly(packet, at)
	if d.path.Twice(payload, peer) {
		if at, outcome := d.path.Carry(payload, peer, now); outcome == link.Passed {
			d.fly(packet, at)
		}
	}
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

func (d *direction) fly(packet []byte, at time.Time) {
	d.order++
	heap.Push(&d.flying, flying{at, d.order, packet})
}

// due returns the packets that arrive by now, in order, and how long the next
// one takes; an hour when there is none.
func (d *direction) due(now time.Time) (packets [][]byte, wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.flying) > 0 {
		if wait := d.flying[0].at.Sub(now); wait > 0 {
			return packets, wait
		}
		packets = append(packets, heap.Pop(&d.flying).(flying).packet)
	}
	return packets, time.Hour
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

// flying is a packet on its way.
type flying struct {
	at     time.Time
	order  uint64 // among those that arrive at the same moment
	packet []byte
}

// flight is a heap of them, the next to arrive first.
type flight []flying

func (f flight) Len() int { return len(f) }
func (f flight) Less(i, j int) bool {
	if f[i].at.Equal(f[j].at) {
		return f[i].order < f[j].order
	}
	return f[i].at.Before(f[j].at)
}
func (f flight) Swap(i, j int) { f[i], f[j] = f[j], f[i] }
func (f *flight) Push(x any)   { *f = append(*f, x.(flying)) }
func (f *flight) Pop() any {
	last := len(*f) - 1
	x := (*f)[last]
	(*f)[last] = flying{}
	*f = (*f)[:last]
	return x
}
