package publish

import (
	"encoding/binary"
	"fmt"

	"github.com/atrium-rtc/atrium/internal/load/transport"
)

// header is the RTP header of a stream, with its extensions (RFC 8285), of which
// a packet changes only some fields.
type header struct {
	octets []byte
	// Where the values of extensions are that change with each packet; 0: not sent.
	transportCC, level int
}

// extension is an element of the header extension.
type extension struct {
	id    uint8
	value []byte
}

// Forms of the header extension (RFC 8285 sections 4.2 and 4.3).
const (
	oneByteForm = 0xbede
	twoByteForm = 0x1000
)

// newHeader makes the header of one encoding, or of its retransmissions. MID and
// RID stand in all packets: libwebrtc leaves them out as soon as receiver reports
// show that the server knows the SSRC, which saves a few octets and makes no
// difference to anyone else.
func newHeader(m *transport.Stream, encoding int, rtx bool) (header, error) {
	ssrc, payloadType, ridURI := m.SSRCs[encoding], m.PayloadType, transport.ExtensionRID
	if rtx {
		ssrc, payloadType, ridURI = m.RTXSSRCs[encoding], m.RTXPayloadType, transport.ExtensionRepairedRID
	}
	var list []extension
	add := func(uri string, value []byte) {
		if id := m.Extensions[uri]; id != 0 && len(value) > 0 {
			list = append(list, extension{id, value})
		}
	}
	add(transport.ExtensionTransportCC, make([]byte, 2))
	if !m.Codec.IsVideo() {
		add(transport.ExtensionAudioLevel, make([]byte, 1))
	}
	add(transport.ExtensionMID, []byte(m.MID))
	if encoding < len(m.RIDs) {
		add(ridURI, []byte(m.RIDs[encoding]))
	}

	const version2 = 0x80
	h := header{octets: make([]byte, 12)}
	h.octets[0] = version2
	h.octets[1] = payloadType
	binary.BigEndian.PutUint32(h.octets[8:], ssrc)
	if err := h.extend(m, list); err != nil {
		return header{}, err
	}
	if len(h.octets) > maxHeader {
		return header{}, fmt.Errorf("%w: RTP header of %d octets", ErrStream, len(h.octets))
	}
	return h, nil
}

// extend adds the header extension, in the one-byte form if all elements fit it.
func (h *header) extend(m *transport.Stream, list []extension) error {
	if len(list) == 0 {
		return nil
	}
	form := uint16(oneByteForm)
	for _, e := range list {
		if len(e.value) > 255 {
			return fmt.Errorf("%w: header extension %d of %d octets", ErrStream, e.id, len(e.value))
		}
		if e.id > 14 || len(e.value) > 16 {
			form = twoByteForm
		}
	}
	h.octets[0] |= 0x10 // X
	h.octets = binary.BigEndian.AppendUint16(h.octets, form)
	h.octets = append(h.octets, 0, 0) // length, below
	for _, e := range list {
		if form == oneByteForm {
			h.octets = append(h.octets, e.id<<4|byte(len(e.value)-1))
		} else {
			h.octets = append(h.octets, e.id, byte(len(e.value)))
		}
		switch e.id {
		case m.Extensions[transport.ExtensionTransportCC]:
			h.transportCC = len(h.octets)
		case m.Extensions[transport.ExtensionAudioLevel]:
			h.level = len(h.octets)
		}
		h.octets = append(h.octets, e.value...)
	}
	for len(h.octets)%4 != 0 {
		h.octets = append(h.octets, 0)
	}
	binary.BigEndian.PutUint16(h.octets[14:], uint16(len(h.octets)-16)/4)
	return nil
}

// maxHeader is the most octets of a header that leaves room for the largest
// payload in a packet, with two octets for retransmission.
const maxHeader = maxPacket - maxPacketSize - 2

// write puts the header of a packet into dst and returns its length.
func (h *header) write(dst []byte, p *packet, seq uint16, marker bool) int {
	n := copy(dst, h.octets)
	if marker {
		dst[1] |= 0x80
	}
	binary.BigEndian.PutUint16(dst[2:], seq)
	binary.BigEndian.PutUint32(dst[4:], p.timestamp)
	if h.level != 0 {
		dst[h.level] = p.level
	}
	return n
}
