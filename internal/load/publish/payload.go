package publish

import (
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// newPayloader returns what cuts a frame of the codec into RTP payloads, nil for
// one that needs no cutting. VP9 is in non-flexible mode without layer indices,
// as Chromium sends a single layer (RFC 9628); H.264 in packetization mode 1
// with its parameter sets in a STAP-A (RFC 6184).
func newPayloader(c codec.Codec) rtp.Payloader {
	switch c {
	case codec.VP8:
		return &codecs.VP8Payloader{EnablePictureID: true}
	case codec.VP9:
		return &codecs.VP9Payloader{InitialPictureIDFn: func() uint16 { return 0 }}
	case codec.H264:
		return &codecs.H264Payloader{}
	case codec.AV1:
		return &codecs.AV1Payloader{}
	default:
		return nil
	}
}

// descriptorSize returns the most octets that a payloader puts in front of a
// piece of a frame. AV1 is the aggregation header and one element's length.
func descriptorSize(c codec.Codec) int {
	switch c {
	case codec.VP8:
		return 4
	case codec.VP9:
		return 11 // with the scalability structure of a keyframe
	case codec.H264:
		return 2
	case codec.AV1:
		return 3
	default:
		return 0
	}
}

// setPictureID writes the 15-bit picture identifier where the payloader of the
// codec has left it: behind |X| and |I| for VP8 (RFC 7741 section 4.2), behind
// the flags for VP9 (RFC 9628 section 4.2). The others have none.
func setPictureID(c codec.Codec, payload []byte, id uint16) {
	var at int
	switch c {
	case codec.VP8:
		at = 2
	case codec.VP9:
		at = 1
	default:
		return
	}
	payload[at] = 0x80 | byte(id>>8) // M: 15 bits
	payload[at+1] = byte(id)
}
