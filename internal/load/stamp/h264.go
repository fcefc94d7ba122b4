package stamp

import (
	"bytes"
	"encoding/binary"
)

// NAL unit types of ITU-T H.264 table 7-1, and the packets of RFC 6184 section
// 5.2 that may hold one.
const (
	nalSlice    = 1
	nalIDR      = 5
	nalSEI      = 6
	packetSTAPA = 24
	packetFUA   = 28
)

// SEI messages of ITU-T H.264 annex D.
const (
	seiFiller   = 3 // filler_payload
	seiUserData = 5 // user_data_unregistered: a UUID and what belongs to it
)

// h264UUID says that the user data is ours. No octet is zero: see filler.
const h264UUID = "\x9b\x41\x74\x72\x69\x75\x4d\x1e\xa7\x5e\x6c\x6f\x61\x64\x73\x74"

const (
	h264UserData = len(h264UUID) + wireSize
	h264Head     = 2 + h264UserData // of the SEI NAL unit behind its header: type, size, UUID, stamp
	h264Overhead = 4 + 1 + h264Head + 1
)

// appendH264 puts an SEI NAL unit in front of the first slice: behind the
// parameter sets, so that a server which waits for a keyframe knows it by the
// packet with those and drops no stamp before it. The stamp comes first, at a
// fixed place; the filler is a message of its own behind it, made of 0xff as the
// standard wants.
func appendH264(dst, frame []byte, filler int) []byte {
	at := firstSlice(frame)
	if at < 0 {
		return append(dst, frame...)
	}
	dst = append(dst, frame[:at]...)
	dst = append(dst, 0, 0, 0, 1, nalSEI, seiUserData, byte(h264UserData))
	dst = appendRoom(append(dst, h264UUID...))
	if filler > 0 {
		dst = append(dst, seiFiller)
		dst = appendFiller(dst, filler/0xff) // the size, as so many times 255 and the rest
		dst = append(dst, byte(filler%0xff))
		dst = appendFiller(dst, filler)
	}
	dst = append(dst, 0x80) // rbsp_trailing_bits
	return append(dst, frame[at:]...)
}

// firstSlice returns where the start code of the first slice begins in a byte
// stream (annex B), or -1.
func firstSlice(frame []byte) int {
	for at := 0; ; {
		next := bytes.Index(frame[at:], []byte{0, 0, 1})
		if next < 0 || at+next+3 == len(frame) {
			return -1
		}
		code := at + next
		at = code + 3
		switch kind := frame[at] & 0x1f; kind {
		case nalSlice, nalIDR:
			if code > 0 && frame[code-1] == 0 {
				code-- // zero_byte belongs to the start code
			}
			return code
		}
	}
}

// findH264 looks into a packet with one NAL unit, with the first fragment of
// one, or with several.
func findH264(payload []byte) []byte {
	if len(payload) < 1+h264Head {
		return nil
	}
	switch payload[0] & 0x1f {
	case nalSEI:
		return findSEI(payload[1:])
	case packetFUA:
		if payload[1] != 0x80|nalSEI { // |S|E|R| type |, S: start
			return nil
		}
		return findSEI(payload[2:])
	case packetSTAPA:
		return findSTAPA(payload[1:])
	default:
		return nil
	}
}

// findSTAPA walks NAL units, each behind its size in two octets.
func findSTAPA(b []byte) []byte {
	for len(b) > 2 {
		size := int(binary.BigEndian.Uint16(b))
		b = b[2:]
		if size == 0 || size > len(b) {
			return nil
		}
		if b[0]&0x1f == nalSEI {
			return findSEI(b[1:size])
		}
		b = b[size:]
	}
	return nil
}

// findSEI looks at the first message of an SEI NAL unit, without its header.
func findSEI(b []byte) []byte {
	if len(b) < h264Head || b[0] != seiUserData || b[1] != byte(h264UserData) ||
		string(b[2:2+len(h264UUID)]) != h264UUID {
		return nil
	}
	place := b[2+len(h264UUID):][:wireSize]
	if !hasMagic(place) {
		return nil
	}
	return place
}
