package seal_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/pion/rtp"
)

// BenchmarkSeal seals sound and video of each profile, with a header as media has
// it. Pion is given header and payload in one piece.
func BenchmarkSeal(b *testing.B) {
	for _, p := range profiles() {
		for _, octets := range []int{100, 1100} {
			plain := mediaPacket(b, octets)
			header := len(plain) - octets
			b.Run(fmt.Sprintf("%v/%d/atrium", p, octets), func(b *testing.B) {
				s := newContext(b, p, 1).Stream(1)
				packet := make([]byte, 1500)
				copy(packet, plain[:header])
				payload := plain[header:]
				var seq uint16
				b.ReportAllocs()
				for b.Loop() {
					binary.BigEndian.PutUint16(packet[2:], seq)
					if _, err := s.Seal(packet, header, payload); err != nil {
						b.Fatal(err)
					}
					seq++
				}
			})
			b.Run(fmt.Sprintf("%v/%d/pion", p, octets), func(b *testing.B) {
				c := newPion(b, p, 1)
				packet := make([]byte, 1500)
				var h rtp.Header
				var seq uint16
				b.ReportAllocs()
				for b.Loop() {
					binary.BigEndian.PutUint16(plain[2:], seq)
					if _, err := c.EncryptRTP(packet, plain, &h); err != nil {
						b.Fatal(err)
					}
					seq++
				}
			})
		}
	}
}

// mediaPacket is a packet of source 1 as we send it: two extensions.
func mediaPacket(tb testing.TB, octets int) []byte {
	tb.Helper()
	p := rtp.Packet{
		Header:  rtp.Header{Version: 2, PayloadType: 96, SSRC: 1},
		Payload: make([]byte, octets),
	}
	for id, data := range map[uint8][]byte{3: {1, 2, 3}, 5: {0, 7}} {
		if err := p.SetExtension(id, data); err != nil {
			tb.Fatal(err)
		}
	}
	b, err := p.Marshal()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}
