package stamp

import "github.com/atrium-rtc/atrium/sfu/codec"

// Append returns a copy of an encoded frame with room for a stamp and `filler`
// octets that a decoder skips. Frames are as encoders make them: VP8 and VP9
// without superframe index, H.264 with start codes (Annex B), AV1 a temporal
// unit of OBUs with sizes, Opus one frame without code 3.
//
// The result is longer by Size at the most and by the filler, to which H.264 and
// Opus add up to one octet in 254 to code its length. A frame that it does not
// understand stays as it is and has no room: Write will say so.
func Append(c codec.Codec, frame []byte, filler int) []byte {
	filler = max(filler, 0)
	return AppendTo(make([]byte, 0, len(frame)+Size+filler+filler/128+8), c, frame, filler)
}

// AppendTo is Append into a buffer of the caller, which must not overlap frame.
func AppendTo(dst []byte, c codec.Codec, frame []byte, filler int) []byte {
	filler = max(filler, 0)
	switch c {
	case codec.Opus:
		return appendOpus(dst, frame, filler)
	case codec.VP8:
		return appendVP8(dst, frame, filler)
	case codec.VP9:
		return appendVP9(dst, frame, filler)
	case codec.H264:
		return appendH264(dst, frame, filler)
	case codec.AV1:
		return appendAV1(dst, frame, filler)
	default:
		return append(dst, frame...)
	}
}

// Tail returns how many octets at the end of a frame's last payload the stamp
// needs, in one piece. If the frame leaves fewer for it, the stamp straddles two
// payloads and Write finds it in neither: append again, with Tail more filler,
// and let the payloader not count the frame twice (picture identifiers of VP8
// and VP9). It is 0 for H.264, where the stamp comes first; there a payload that
// has room for H264Head octets has room for the stamp.
//
// AV1 has one trap more, in any frame of several OBUs: the first must not end
// where a payload does, or libwebrtc takes the next payload for another frame.
func Tail(c codec.Codec) int {
	switch c {
	case codec.Opus, codec.VP8:
		return wireSize
	case codec.VP9:
		return vp9Tail
	case codec.AV1:
		return av1Tail
	default:
		return 0
	}
}

// H264Head is the size of the smallest payload that holds an H.264 stamp.
const H264Head = 2 + h264Head

// find returns the place of a stamp in an RTP payload, wireSize octets, or nil.
func find(c codec.Codec, payload []byte) []byte {
	switch c {
	case codec.Opus, codec.VP8:
		return tail(payload, wireSize)
	case codec.VP9:
		return findVP9(payload)
	case codec.H264:
		return findH264(payload)
	case codec.AV1:
		return tail(payload, av1Tail)
	default:
		return nil
	}
}
