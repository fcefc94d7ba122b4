package world

import (
	"net/netip"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/internal/demux"
	"github.com/atrium-rtc/atrium/internal/testnet"
)

// wire looks at every datagram that the server sends, for what the threshold
// oracle has to know. RTP headers are in the clear (RFC 3711 section 3.1).
type wire struct {
	world *World
	mu    sync.Mutex
	to    map[netip.Addr]*traffic
}

// traffic is what goes to one client.
type traffic struct {
	client    *client
	repair    map[uint8]bool // payload types
	lastMedia time.Duration
	sent      []sentPacket // of the last second
	media     int          // octets in it
	resent    int
	worst     float64 // share of resent octets in any second
	worstAt   time.Duration
	packets   int
	repairs   int
}

type sentPacket struct {
	at     time.Duration
	octets int
	repair bool
}

func newWire(w *World) *wire {
	wr := &wire{world: w, to: make(map[netip.Addr]*traffic)}
	w.net.Observe(wr.see)
	return wr
}

// add begins to look at what goes to a client.
func (w *wire) add(c *client) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.to[c.home.Addr()] = &traffic{client: c, repair: map[uint8]bool{repairType: true}}
}

// moved goes on at another address.
func (w *wire) moved(c *client) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.to {
		if t.client == c {
			w.to[c.home.Addr()] = t
			return
		}
	}
}

// repairs notes which payload types carry repairs to a client.
func (w *wire) repairs(c *client, types map[uint8]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t := w.to[c.home.Addr()]; t != nil {
		t.repair = types
	}
}

func (w *wire) see(p testnet.Packet) {
	if p.Event != testnet.Sent || p.From.Port() != mediaPort || len(p.Payload) < 12 || demux.Of(p.Payload) != demux.RTP {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.to[p.To.Addr()]
	if t == nil {
		return
	}
	now := w.world.at(p.At)
	t.lastMedia = now
	for len(t.sent) > 0 && now-t.sent[0].at >= time.Second {
		t.count(t.sent[0], -1)
		t.sent = t.sent[1:]
	}
	padded := p.Payload[0]&0x20 != 0
	one := sentPacket{now, len(p.Payload), t.repair[p.Payload[1]&0x7f]}
	if one.repair && padded {
		return // a probe
	}
	t.sent = append(t.sent, one)
	t.count(one, 1)
	t.packets++
	if one.repair {
		t.repairs++
		if share := float64(t.resent) / float64(max(t.media, 1)); share > t.worst {
			t.worst, t.worstAt = share, now
		}
	}
}

func (t *traffic) count(p sentPacket, sign int) {
	if p.repair {
		t.resent += sign * p.octets
	} else {
		t.media += sign * p.octets
	}
}
