package watch

import (
	"bytes"
	"errors"
	"testing"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// FuzzHeader compares with the server's parser, which also refuses packets that
// are too large and extensions that are cut off inside an element.
func FuzzHeader(f *testing.F) {
	fixed := func(first byte, rest ...byte) []byte {
		return append([]byte{first, 0xe0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3}, rest...)
	}
	f.Add(fixed(0x80, 1, 2, 3))
	f.Add(fixed(0x82, 0, 0, 0, 0, 0, 0, 0, 0, 7)) // contributing sources
	f.Add(fixed(0xa0, 1, 2, 2))                   // padding
	f.Add(fixed(0xa0, 1, 2, 0))                   // padding of no octets
	f.Add(fixed(0xa0))
	f.Add(fixed(0x90, 0xbe, 0xde, 0, 2, 0x10, 9, 0x51, 1, 2, 0, 0, 0, 8)) // one-byte form
	f.Add(fixed(0x90, 0xbe, 0xde, 0, 1, 0x53, 1, 2, 3))
	f.Add(fixed(0x90, 0xbe, 0xde, 0, 1, 0xf0, 1, 0x50, 3))
	f.Add(fixed(0x90, 0x10, 0x03, 0, 2, 5, 2, 1, 2, 0, 1, 0, 0, 8)) // two-byte form
	f.Add(fixed(0x90, 0x10, 0x00, 0, 1, 1, 0, 0, 5))
	f.Add(fixed(0x90, 0xab, 0xcd, 0, 1, 5, 2, 1, 2))
	f.Add(fixed(0x90, 0xbe, 0xde, 0, 9))
	f.Fuzz(func(t *testing.T, b []byte) {
		var h header
		ok := h.parse(b)
		p := packet.NewPool().Get()
		if err := p.Parse(b); err != nil {
			if ok && errors.Is(err, packet.ErrPadding) {
				t.Fatalf("accepted %x", b)
			}
			return
		}
		if !ok {
			t.Fatalf("refused %x", b)
		}
		if h.marker != p.Marker || h.payloadType != p.PayloadType || h.number != p.SequenceNumber ||
			h.timestamp != p.Timestamp || h.ssrc != p.SSRC || !bytes.Equal(h.payload, p.Payload()) {
			t.Errorf("%x read as %+v, want %+v with %x", b, h, p, p.Payload())
		}
		for id := uint8(1); id < 20; id++ {
			if got, want := h.element(id), p.Extension(id); !bytes.Equal(got, want) {
				t.Errorf("element %d of %x: %x, want %x", id, b, got, want)
			}
		}
	})
}

func TestRetransmissionWithoutANumberHasNoOriginal(t *testing.T) {
	h := header{number: 9, payload: []byte{1}}
	if h.original() {
		t.Error("an original in one octet")
	}
	h.payload = []byte{0x12, 0x34, 5}
	if !h.original() || h.number != 0x1234 || !bytes.Equal(h.payload, []byte{5}) {
		t.Errorf("original %+v", h)
	}
}
