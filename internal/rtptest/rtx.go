package rtptest

import (
	"encoding/binary"

	"github.com/pion/rtp"
)

// RTX returns the packet as a retransmission stream of the given numbers carries
// it (RFC 4588 section 4).
func RTX(p *rtp.Packet, ssrc uint32, payloadType uint8, seq uint16) *rtp.Packet {
	out := *p
	out.Header = p.Header.Clone()
	out.SSRC, out.PayloadType, out.SequenceNumber = ssrc, payloadType, seq
	out.Payload = append(binary.BigEndian.AppendUint16(nil, p.SequenceNumber), p.Payload...)
	return &out
}

// Padding returns a packet that is made of padding only, as browsers send to
// probe for bandwidth: on the retransmission stream, or right behind the frame
// that p ends.
func Padding(p *rtp.Packet, seq uint16, octets uint8) *rtp.Packet {
	return &rtp.Packet{Header: rtp.Header{
		Version: 2, Padding: true, PaddingSize: octets,
		SSRC: p.SSRC, PayloadType: p.PayloadType, SequenceNumber: seq, Timestamp: p.Timestamp,
	}}
}
