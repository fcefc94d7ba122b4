package publish

import (
	"fmt"
	"slices"

	"github.com/atrium-rtc/atrium/internal/load/stamp"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// reel is a clip ready to be sent. It never changes and is shared by senders.
type reel struct {
	codec  codec.Codec
	frames []frame // the first one is the only keyframe
}

// frame is one frame of a reel, in two sizes of which allowance chooses.
type frame struct {
	lean packets // the frame and its stamp
	full packets // with filler up to the target, or the same as lean
}

// packets are the RTP payloads of a frame.
type packets struct {
	payloads [][]byte
	stamped  int // the index of the payload with the stamp
	octets   int // of all payloads
}

// keyframeFactor is how many times larger than other frames a full keyframe is.
// The clips' own keyframes are small, since a test picture is easy to code; a
// camera's are not, and what they do to a server's queues is part of the load.
// libvpx as libwebrtc sets it up allows up to 9.
const keyframeFactor = 5

// newReel cuts frames. Those smaller than `target` octets get a full form of
// about that size, never of more, and the keyframe one of keyframeFactor times
// as much; 0 is no filler.
func newReel(c codec.Codec, frames [][]byte, target, packetSize int) (*reel, error) {
	r := &reel{codec: c, frames: make([]frame, len(frames))}
	k := cutter{codec: c, size: packetSize}
	for i, f := range frames {
		lean, err := k.lean(f)
		if err != nil {
			return nil, fmt.Errorf("frame %d of %v: %w", i, c, err)
		}
		size := target
		if i == 0 && c.IsVideo() {
			size *= keyframeFactor
		}
		r.frames[i] = frame{lean: lean, full: k.full(f, lean, size)}
	}
	return r, nil
}

// own returns the octets a frame of the reel has without filler, on the average
// of the first n frames.
func (r *reel) own(n int) float64 {
	n = min(max(n, 1), len(r.frames))
	octets := 0
	for i := range r.frames[:n] {
		octets += r.frames[i].lean.octets
	}
	return float64(octets) / float64(n)
}

// cutter cuts frames of a codec into payloads of at most size octets.
type cutter struct {
	codec codec.Codec
	size  int
}

// lean cuts a frame with as little filler as its stamp needs to be whole in one
// packet.
func (k cutter) lean(f []byte) (packets, error) {
	for filler := range 2*stamp.Size + 1 {
		if p, ok := k.cut(f, filler); ok {
			return p, nil
		}
	}
	return packets{}, ErrStamp
}

// full cuts a frame with filler so that its payloads have `target` octets, or a
// few less.
func (k cutter) full(f []byte, lean packets, target int) packets {
	filler := target - lean.octets
	for filler > 0 {
		p, ok := k.cut(f, filler)
		if ok && p.octets <= target {
			return p
		}
		filler -= max(1, p.octets-target)
	}
	return lean
}

// cut cuts a frame into as few payloads as possible of nearly the same size. It
// fails if no way of doing so keeps the stamp in one piece.
func (k cutter) cut(f []byte, filler int) (p packets, ok bool) {
	b := stamp.Append(k.codec, f, filler)
	if newPayloader(k.codec) == nil {
		return k.packets([][]byte{b})
	}
	descriptor := descriptorSize(k.codec)
	even := ceil(len(b), ceil(len(b), k.size-descriptor)) + descriptor
	for mtu := min(even, k.size); mtu <= k.size && !ok; mtu += 1 + (k.size-mtu)/8 {
		// A payloader remembers the frame before, and frames are sent in any order:
		// each gets a new one.
		p, ok = k.packets(newPayloader(k.codec).Payload(uint16(mtu), b))
	}
	return p, ok
}

// packets checks that one of the payloads, and only one, has room for the stamp,
// and that receivers can tell which payload is the first.
func (k cutter) packets(payloads [][]byte) (packets, bool) {
	p := packets{payloads: payloads, stamped: -1}
	for i, b := range payloads {
		p.octets += len(b)
		if len(b) > k.size || (k.codec == codec.AV1 && i > 0 && !continuesOBU(b)) {
			return p, false
		}
		if stamp.Write(k.codec, slices.Clone(b), stamp.Stamp{}) {
			if p.stamped >= 0 {
				return p, false
			}
			p.stamped = i
		}
	}
	return p, p.stamped >= 0
}

// continuesOBU reads |Z|Y| W |N|, the aggregation header of an AV1 payload. Where
// there is no dependency descriptor, libwebrtc takes each packet without Z for
// the first of a frame. So no OBU may end where a packet does, but the last.
func continuesOBU(payload []byte) bool { return payload[0]&0x80 != 0 }

func ceil(a, b int) int { return (a + b - 1) / b }
