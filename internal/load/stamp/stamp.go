package stamp

import (
	"encoding/binary"
	"hash/crc32"
	"time"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Stamp tells where a frame comes from and when it left.
type Stamp struct {
	Source  uint32    // the publisher; unique in a run
	Number  uint32    // counts the frames of this encoding, for audio the packets, from 0 and without gaps
	Layer   uint8     // the simulcast encoding; 0 is the smallest
	Resumed bool      // the first after a pause on purpose: the gap before it is no freeze
	Sent    time.Time // when the packet left, in nanoseconds; from 1970 to 2262
}

// Size is how many octets Append adds to a frame at the most, without filler.
const Size = h264Overhead

// The form on the wire: magic, then numbers of seven bits an octet, the highest
// first, then 28 bits of checksum. Every octet but those of the magic has its
// top bit set, so that none is zero: nothing in a stamp can look like a start
// code to an H.264 decoder or like the end of an OBU.
//
//	|magic 4|Source 5|Number 5|Layer, Resumed 2|Sent 9|checksum 4|
const (
	magic = 0x41_74_72_4d // "AtrM"

	sourceAt   = 4
	numberAt   = sourceAt + 5
	layerAt    = numberAt + 5
	sentAt     = layerAt + 2
	checksumAt = sentAt + 9
	wireSize   = checksumAt + 4
)

// filler fills what is asked for besides the stamp. It is not zero, so that it
// needs no escapes, and differs from all of the magic.
const filler = 0xff

// appendRoom adds an empty place for a stamp: one that Write finds, and that
// Read takes for none because its checksum is wrong.
func appendRoom(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, magic)
	return appendFiller(dst, wireSize-sourceAt)
}

func appendFiller(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, filler)
	}
	return dst
}

// hasMagic reports whether a place of wireSize octets is one for a stamp.
func hasMagic(place []byte) bool { return binary.BigEndian.Uint32(place) == magic }

// tail returns the place for a stamp that begins n octets before the end of a
// payload, or nil if there is none.
func tail(payload []byte, n int) []byte {
	if len(payload) < n {
		return nil
	}
	place := payload[len(payload)-n:][:wireSize]
	if !hasMagic(place) {
		return nil
	}
	return place
}

// Write fills the room that Append left, in the RTP payload that has it. It
// reports whether this one does. Writing again replaces the stamp.
func Write(c codec.Codec, payload []byte, s Stamp) bool {
	place := find(c, payload)
	if place == nil {
		return false
	}
	layer := uint64(s.Layer) << 1
	if s.Resumed {
		layer |= 1
	}
	putDigits(place[sourceAt:numberAt], uint64(s.Source))
	putDigits(place[numberAt:layerAt], uint64(s.Number))
	putDigits(place[layerAt:sentAt], layer)
	putDigits(place[sentAt:checksumAt], uint64(s.Sent.UnixNano()))
	binary.BigEndian.PutUint32(place[checksumAt:], checksum(place))
	return true
}

// Read returns the stamp in an RTP payload, and false for the many payloads that
// have none. It costs a few comparisons then, and never allocates.
func Read(c codec.Codec, payload []byte) (Stamp, bool) {
	place := find(c, payload)
	if place == nil {
		return Stamp{}, false
	}
	if binary.BigEndian.Uint32(place[checksumAt:]) != checksum(place) {
		return Stamp{}, false
	}
	layer := digits(place[layerAt:sentAt])
	return Stamp{
		Source:  uint32(digits(place[sourceAt:numberAt])),
		Number:  uint32(digits(place[numberAt:layerAt])),
		Layer:   uint8(layer >> 1),
		Resumed: layer&1 != 0,
		Sent:    time.Unix(0, int64(digits(place[sentAt:checksumAt]))),
	}, true
}

// checksum is the CRC-32 of a stamp, less the bits that must be set.
func checksum(place []byte) uint32 { return crc32.ChecksumIEEE(place[:checksumAt]) | 0x80808080 }

// putDigits fills b with the lowest 7*len(b) bits of v.
func putDigits(b []byte, v uint64) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = 0x80 | byte(v)
		v >>= 7
	}
}

// digits reads what putDigits wrote.
func digits(b []byte) uint64 {
	var v uint64
	for _, digit := range b {
		v = v<<7 | uint64(digit&0x7f)
	}
	return v
}
