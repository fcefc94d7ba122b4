package link

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
)

// dice gives every stream of packets on a link its own random source. Goroutines
// that send at the same instant (audio, video, reports, ICE checks) reach the
// link in any order; with one source for all, a seed would not repeat a run.
// With a source per kind and peer, the n-th video packet to 10.0.0.2 has the
// same luck in every run.
type dice struct {
	seed    uint64
	sources map[stream]*luck
}

// luck is the random source of one stream, and whether its last packet was lost.
type luck struct {
	*rand.Rand
	bad bool
}

// loses decides about the next packet, with one number drawn whatever the model.
func (l *luck) loses(link Link) bool {
	draw := l.Float64()
	if link.Burst <= 1 || link.Loss >= 1 {
		l.bad = draw < link.Loss
		return l.bad
	}
	if l.bad {
		l.bad = draw >= 1/link.Burst
	} else {
		l.bad = draw < link.Loss/(1-link.Loss)/link.Burst
	}
	return l.bad
}

// stream is a kind of packet and the far end it goes to or comes from. RTP is
// told apart by payload type, RTCP by packet type, all else by the first octet's
// range in RFC 7983; SSRCs and ports are random in each run and left out.
type stream struct {
	peer netip.Addr
	kind byte
	twin bool // the source for duplicates
}

func newDice(seed uint64, name string) dice {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return dice{seed: seed ^ h.Sum64(), sources: make(map[stream]*luck)}
}

func (d *dice) of(payload []byte, peer netip.Addr) *luck {
	return d.source(stream{peer: peer, kind: kindOf(payload)})
}

func (d *dice) twin(payload []byte, peer netip.Addr) *luck {
	return d.source(stream{peer: peer, kind: kindOf(payload), twin: true})
}

func (d *dice) source(key stream) *luck {
	source := d.sources[key]
	if source == nil {
		h := fnv.New64a()
		a := key.peer.As16()
		number := uint16(key.kind)
		if key.twin {
			number |= 1 << 8
		}
		_, _ = h.Write(binary.BigEndian.AppendUint16(a[:], number))
		source = &luck{Rand: rand.New(rand.NewPCG(d.seed, h.Sum64()))}
		d.sources[key] = source
	}
	return source
}

func kindOf(payload []byte) byte {
	switch {
	case len(payload) < 2:
		return 0
	case payload[0] >= 128 && payload[0] <= 191:
		if payload[1] >= 192 && payload[1] <= 223 {
			return payload[1] // RTCP
		}
		return 0x80 | payload[1]&0x7f // RTP without the marker
	case payload[0] < 4:
		return 1 // STUN
	case payload[0] >= 20 && payload[0] <= 63:
		return 2 // DTLS
	}
	return 3
}
