package relay

import (
	"net/netip"
	"time"
)

// maxNetworks bounds what a pace remembers within a second: 1 MiB or so.
const maxNetworks = 1 << 14

// pace counts the requests of each network in each second. Answers to somebody who
// has not proved an address may go to a victim: there are no more of them, each is
// about 100 octets. When more networks ask than it remembers, the rest of them waits
// for the next second; clients ask again by themselves. Its owner is the reader of
// one socket.
type pace struct {
	second time.Time
	asked  map[netip.Prefix]int
}

// admit reports whether a request may be answered, of at most most in a second; 0 is
// no limit.
func (p *pace) admit(from netip.Prefix, most int, now time.Time) bool {
	if most <= 0 {
		return true
	}
	if since := now.Sub(p.second); since >= time.Second || since < 0 || p.asked == nil {
		p.second, p.asked = now, make(map[netip.Prefix]int)
	}
	count, known := p.asked[from]
	if count >= most || !known && len(p.asked) >= maxNetworks {
		return false
	}
	p.asked[from] = count + 1
	return true
}

// isRequest reports whether a datagram is a STUN request (RFC 8489 section 5): its
// first two bits and those of the class are 0.
func isRequest(b []byte) bool {
	return len(b) >= 2 && b[0]&0xC1 == 0 && b[1]&0x10 == 0
}
