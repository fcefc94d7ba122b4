package seal_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"github.com/atrium-rtc/atrium/sfu/seal"
)

// surelyHeld is how far behind the newest a packet must still be accepted, in
// indices.
const surelyHeld = 1024

// nonce is what tells the packets under one key apart: the rest of an IV is the
// session salt, the same in all.
type nonce struct {
	ssrc  uint32
	index int64
}

// ledger is what was sealed under one key, and the newest index of each source.
type ledger struct {
	sealed map[nonce]bool
	newest map[uint32]int64
}

// place returns the nonce of a sequence number by trying the three roll-over
// counters that it can have: the one whose index is nearest to the newest, and of
// two as near the newest's own.
func (l *ledger) place(ssrc uint32, seq uint16) nonce {
	newest, begun := l.newest[ssrc]
	if !begun {
		return nonce{ssrc, int64(seq)}
	}
	distance := func(index int64) int64 { return max(index-newest, newest-index) }
	best := newest>>16<<16 + int64(seq)
	for _, other := range []int64{best - 1<<16, best + 1<<16} {
		if distance(other) < distance(best) {
			best = other
		}
	}
	return nonce{ssrc, best}
}

// judge reports whether Seal may answer so.
func (l *ledger) judge(n nonce, err error) bool {
	newest, begun := l.newest[n.ssrc]
	late := begun && newest-n.index > surelyHeld
	switch {
	case err == nil:
		return n.index >= 0 && !l.sealed[n]
	case errors.Is(err, seal.ErrReused):
		return l.sealed[n]
	case errors.Is(err, seal.ErrTooOld):
		return n.index < 0 || late
	default:
		return false
	}
}

func (l *ledger) add(n nonce) {
	l.sealed[n] = true
	l.newest[n.ssrc] = max(l.newest[n.ssrc], n.index)
}

// step returns by how much a sequence number differs from the newest of its source:
// forwards or backwards, near or far.
func step(kind, value byte) int {
	near, far := int(value), int(value)<<7
	switch kind % 8 {
	case 0, 1:
		return 1
	case 2:
		return 1 + near%4
	case 3:
		return -near % 16
	case 4:
		return -near * 9 // about the window
	case 5:
		return far
	case 6:
		return -far
	default:
		return 1<<15 + near - 128 // about half a cycle
	}
}

// FuzzSeal seals packets in any order. No nonce is used twice under a key, and what
// is sealed, Pion opens with the roll-over counter that it should have. Input is a
// profile, the first sequence number, and for each packet two octets: the step from
// the newest, see step, and the source in the highest bit.
func FuzzSeal(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{1, 0xff, 0xfe, 0, 0, 0, 0, 3, 1, 3, 2, 3, 3, 0, 0})                   // across the wrap, and back
	f.Add([]byte{2, 0, 5, 0, 0, 3, 9, 6, 1, 0, 0})                                     // before the beginning
	f.Add([]byte{3, 0x80, 0, 5, 255, 5, 255, 5, 255, 6, 255, 4, 220, 4, 221, 4, 227})  // leaps, edges of the window
	f.Add([]byte{2, 0, 0, 7, 128, 7, 127, 7, 129, 7, 128, 7, 0, 7, 255})               // half a cycle
	f.Add([]byte{0, 0, 9, 0, 0, 0x80, 0, 0, 0, 0x80, 0, 3, 1, 0x83, 1, 3, 0, 0x83, 0}) // two sources
	f.Add([]byte{1, 0xff, 0, 2, 3, 4, 1, 2, 3, 4, 1, 3, 2, 5, 1, 3, 5, 4, 14, 4, 15})
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) < 3 {
			return
		}
		p := profiles()[int(in[0])%len(profiles())]
		context, opener := newContext(t, p, 1), newPion(t, p, 1)
		l := ledger{sealed: map[nonce]bool{}, newest: map[uint32]int64{}}
		first := int(binary.BigEndian.Uint16(in[1:]))
		payload, packet := []byte("payload"), make([]byte, 100)
		for in = in[3:]; len(in) >= 2; in = in[2:] {
			ssrc := uint32(in[0] >> 7)
			seq := uint16(first)
			if newest, begun := l.newest[ssrc]; begun {
				seq = uint16(int(newest) + step(in[0], in[1]))
			}
			header := write(packet, ssrc, seq)
			n, err := context.Stream(ssrc).Seal(packet, header, payload)
			id := l.place(ssrc, seq)
			if !l.judge(id, err) {
				t.Fatalf("sequence number %#x, index %#x, newest %#x: error %v", seq, id.index, l.newest[ssrc], err)
			}
			if err == nil {
				l.add(id)
				opens(t, opener, packet[:n], id, payload)
			}
		}
	})
}

// write writes a header and returns its size.
func write(packet []byte, ssrc uint32, seq uint16) int {
	header := copy(packet, []byte{0x80, 96, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0})
	binary.BigEndian.PutUint16(packet[2:], seq)
	binary.BigEndian.PutUint32(packet[8:], ssrc)
	return header
}

// opens fails unless the packet was sealed with that nonce.
func opens(t *testing.T, opener *srtp.Context, packet []byte, n nonce, payload []byte) {
	t.Helper()
	opener.SetROC(n.ssrc, uint32(n.index>>16))
	var header rtp.Header
	opened, err := opener.DecryptRTP(nil, packet, &header)
	if err != nil {
		t.Fatalf("index %#x: %v", n.index, err)
	}
	if !bytes.HasSuffix(opened, payload) {
		t.Fatalf("index %#x: opened %x", n.index, opened)
	}
}
