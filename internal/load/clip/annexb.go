package clip

import "bytes"

// NAL unit types of ITU-T H.264 table 7-1.
const (
	nalSlice = 1
	nalIDR   = 5
)

// accessUnits splits an H.264 byte stream (annex B) into access units, start
// codes included. One ends where, after its slices, anything but a further slice
// of the same picture follows (section 7.4.1.2.3, as far as baseline streams
// need it).
func accessUnits(stream []byte) ([][]byte, error) {
	if startCode(stream) != 0 {
		return nil, errFormat
	}
	var units [][]byte
	begin, hasSlice := 0, false
	for at := 0; at < len(stream); {
		end := len(stream)
		if next := startCode(stream[at+3:]); next >= 0 {
			end = at + 3 + next
		}
		slice, first := sliceOf(stream[at:end])
		if hasSlice && (!slice || first) {
			units = append(units, stream[begin:at:at])
			begin, hasSlice = at, false
		}
		hasSlice = hasSlice || slice
		at = end
	}
	if !hasSlice {
		return nil, errTruncated
	}
	return append(units, stream[begin:]), nil
}

// startCode returns where the next start code begins, with its zero_byte if it
// has one, or -1.
func startCode(b []byte) int {
	at := bytes.Index(b, []byte{0, 0, 1})
	if at > 0 && b[at-1] == 0 {
		return at - 1
	}
	return at
}

// sliceOf reports whether a NAL unit behind its start code is a slice, and the
// first one of its picture: then the slice header begins with first_mb_in_slice
// 0, which is a single 1 bit in Exp-Golomb code.
func sliceOf(unit []byte) (slice, first bool) {
	nal := unit[bytes.IndexByte(unit, 1)+1:]
	if len(nal) < 2 {
		return false, false
	}
	kind := nal[0] & 0x1f
	slice = kind == nalSlice || kind == nalIDR
	return slice, slice && nal[1]&0x80 != 0
}
