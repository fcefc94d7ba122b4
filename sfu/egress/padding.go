package egress

import "github.com/atrium-rtc/atrium/sfu/packet"

// maxPadding is the most octets of padding a packet may get to be as long as its
// neighbors. Browsers cut a picture into packets that differ by one octet, or by
// a header extension that only the first or the last has.
const maxPadding = 12

// equalize appends, for each packet of a batch, the octets of padding that make it
// as long as the longest packet of its picture, if few are enough. Packets of one
// length go to the kernel as one message (UDP_SEGMENT, udp(7)), and only the last
// of a message may be shorter; without padding a picture of four packets of 1099,
// 1099, 1100 and 1100 octets is two.
func equalize(padding []uint8, batch []*packet.Packet) []uint8 {
	for first := 0; first < len(batch); {
		end, longest := first, 0
		for ; end < len(batch) && samePicture(batch[first], batch[end]); end++ {
			longest = max(longest, len(batch[end].Payload()))
		}
		for i, p := range batch[first:end] {
			missing := longest - len(p.Payload())
			if missing > maxPadding || first+i == end-1 {
				missing = 0
			}
			padding = append(padding, uint8(missing)) //nolint:gosec // maxPadding at most
		}
		first = end
	}
	return padding
}

// samePicture reports whether a subscriber who gets one of two packets gets the
// other too, next to it.
func samePicture(p, q *packet.Packet) bool {
	return p.Timestamp == q.Timestamp && p.Layer == q.Layer && p.Needed == q.Needed && p.SSRC == q.SSRC
}
