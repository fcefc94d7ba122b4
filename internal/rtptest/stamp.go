package rtptest

import "encoding/binary"

// Stamp ends each payload of a Stream. It survives everything that a server may
// change of a packet on its way, and so tells what arrived.
type Stamp struct {
	Frame uint32 // number of the frame in its stream, from 0
	Index uint16 // of the packet in the frame
	Count uint16 // of packets in the frame
}

const stampSize = 8

func (s Stamp) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, s.Frame)
	b = binary.BigEndian.AppendUint16(b, s.Index)
	return binary.BigEndian.AppendUint16(b, s.Count)
}

// ReadStamp returns the stamp of a payload made by a Stream, and false for one
// that is too short to have any.
func ReadStamp(payload []byte) (Stamp, bool) {
	if len(payload) < stampSize {
		return Stamp{}, false
	}
	b := payload[len(payload)-stampSize:]
	return Stamp{
		Frame: binary.BigEndian.Uint32(b),
		Index: binary.BigEndian.Uint16(b[4:]),
		Count: binary.BigEndian.Uint16(b[6:]),
	}, true
}
