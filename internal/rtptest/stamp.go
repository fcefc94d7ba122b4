package rtptest

import "encoding/binary"

// Stamp ends each payload of a Stream. It survives everything that a server may
// change of a packet on its way, and so tells what arrived.
type Stamp struct {
	// Frame is the number of the frame in its stream, from 0. Each spatial layer
	// of a picture is a frame.
	Frame uint32
	Index uint16 // of the packet in the frame
	Count uint16 // of packets in the frame

	Encoding          uint8 // of the Config
	Spatial, Temporal uint8 // layers
	Key               bool  // of a picture that refers to none before it

	// Refs are the frames that this one refers to, as distances in frame numbers.
	// Zeros fill the rest.
	Refs [4]uint16
}

const (
	stampSize = 4 + 2 + 2 + 1 + 1 + 1 + 4*2 + 4
	stampMark = 0xa7217a3d // tells a stamp from other octets
)

func (s Stamp) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, s.Frame)
	b = binary.BigEndian.AppendUint16(b, s.Index)
	b = binary.BigEndian.AppendUint16(b, s.Count)
	key := byte(0)
	if s.Key {
		key = 1
	}
	b = append(b, s.Encoding, s.Spatial<<4|s.Temporal, key)
	for _, ref := range s.Refs {
		b = binary.BigEndian.AppendUint16(b, ref)
	}
	return binary.BigEndian.AppendUint32(b, stampMark)
}

// ReadStamp returns the stamp of a payload made by a Stream, and false for one
// that has none.
func ReadStamp(payload []byte) (Stamp, bool) {
	if len(payload) < stampSize {
		return Stamp{}, false
	}
	b := payload[len(payload)-stampSize:]
	if binary.BigEndian.Uint32(b[stampSize-4:]) != stampMark {
		return Stamp{}, false
	}
	s := Stamp{
		Frame:    binary.BigEndian.Uint32(b),
		Index:    binary.BigEndian.Uint16(b[4:]),
		Count:    binary.BigEndian.Uint16(b[6:]),
		Encoding: b[8],
		Spatial:  b[9] >> 4,
		Temporal: b[9] & 0x0f,
		Key:      b[10] == 1,
	}
	for i := range s.Refs {
		s.Refs[i] = binary.BigEndian.Uint16(b[11+2*i:])
	}
	return s, true
}
