package codec

import "strings"

// Codec is a codec the server can forward. The zero value is Unknown.
type Codec uint8

// The codecs. There is no transcoding: these are the formats whose keyframes
// the server can recognise.
const (
	Unknown Codec = iota
	Opus
	VP8
	VP9
	H264
	AV1
)

// All returns the known codecs, in the order of the constants.
func All() []Codec { return []Codec{Opus, VP8, VP9, H264, AV1} }

// String returns the MIME subtype as registered, such as "VP8" or "opus".
func (c Codec) String() string {
	switch c {
	case Opus:
		return "opus"
	case VP8:
		return "VP8"
	case VP9:
		return "VP9"
	case H264:
		return "H264"
	case AV1:
		return "AV1"
	default:
		return "unknown"
	}
}

// MIMEType returns the media type, such as "video/VP8", or "" for Unknown.
func (c Codec) MIMEType() string {
	switch c {
	case Opus:
		return "audio/opus"
	case VP8:
		return "video/VP8"
	case VP9:
		return "video/VP9"
	case H264:
		return "video/H264"
	case AV1:
		return "video/AV1"
	default:
		return ""
	}
}

// ClockRate returns the RTP clock rate in Hz, or 0 for Unknown.
func (c Codec) ClockRate() uint32 {
	switch c {
	case Opus:
		return 48000 // RFC 7587 section 4.1, whatever the audio bandwidth
	case VP8, VP9, H264, AV1:
		return 90000
	default:
		return 0
	}
}

// IsVideo reports whether the codec carries pictures.
func (c Codec) IsVideo() bool { return c >= VP8 && c <= AV1 }

// Parse finds a codec by its name in a configuration ("vp8"), its MIME subtype
// or its full MIME type. Upper and lower case do not matter.
func Parse(name string) (Codec, bool) {
	for c := Opus; c <= AV1; c++ {
		if strings.EqualFold(name, c.String()) || strings.EqualFold(name, c.MIMEType()) {
			return c, true
		}
	}
	return Unknown, false
}
