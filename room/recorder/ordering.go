package recorder

import "time"

// orderingWindow is how many packets are waited for one that is missing: at 1 Mbit/s it
// is more than a second, in which a publisher has sent it again or never will.
const orderingWindow = 128

// packet is a copy of what a tap got.
type packet struct {
	number    uint16
	timestamp uint32
	marker    bool
	keyframe  bool
	arrival   time.Time
	payload   []byte
}

// ordering puts the packets of one track in the order of their numbers.
type ordering struct {
	waiting map[uint16]packet
	next    uint16 // number
	begun   bool
}

// put takes a packet and calls each with all that can go on, and whether packets are
// missing right before it.
func (o *ordering) put(p packet, each func(p packet, gap bool)) {
	if !o.begun {
		o.begun, o.next, o.waiting = true, p.number, make(map[uint16]packet)
	}
	if ahead := p.number - o.next; ahead >= 1<<15 {
		return // too late
	}
	o.waiting[p.number] = p
	o.release(false, each)
	if len(o.waiting) > orderingWindow {
		o.release(true, each)
	}
}

// flush lets go on what still waits.
func (o *ordering) flush(each func(p packet, gap bool)) {
	for len(o.waiting) > 0 {
		o.release(true, each)
	}
}

// release lets go on what is next, and with skip what comes behind the first gap.
func (o *ordering) release(skip bool, each func(p packet, gap bool)) {
	gap := false
	if skip {
		first := uint16(1<<16 - 1)
		for number := range o.waiting {
			first = min(first, number-o.next)
		}
		o.next += first
		gap = first > 0
	}
	for {
		p, ok := o.waiting[o.next]
		if !ok {
			return
		}
		delete(o.waiting, o.next)
		o.next++
		each(p, gap)
		gap = false
	}
}
