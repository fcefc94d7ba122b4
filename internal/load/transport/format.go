package transport

import "github.com/atrium-rtc/atrium/sfu/codec"

// format is a codec as it is offered.
type format struct {
	codec    codec.Codec
	pt, rtx  uint8 // payload types, rtx 0 for none
	channels string
	fmtp     string
	feedback []string // values of a=rtcp-fb
}

// formatOf returns how a codec is offered, with the payload types that Chromium
// gives it.
func formatOf(c codec.Codec) format {
	f := format{codec: c}
	switch c {
	case codec.VP8:
		f.pt, f.rtx = 96, 97
	case codec.VP9:
		f.pt, f.rtx, f.fmtp = 98, 99, "profile-id=0"
	case codec.H264:
		f.pt, f.rtx = 102, 103
		f.fmtp = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
	case codec.AV1:
		f.pt, f.rtx, f.fmtp = 45, 46, "level-idx=5;profile=0;tier=0"
	case codec.Opus, codec.Unknown:
		return format{
			codec: codec.Opus, pt: 111, channels: "/2",
			fmtp: "minptime=10;useinbandfec=1", feedback: []string{"transport-cc"},
		}
	}
	f.feedback = []string{"transport-cc", "ccm fir", "nack", "nack pli"}
	return f
}

// extension is an offered RTP header extension.
type extension struct {
	id  uint8
	uri string
}

func audioExtensions() []extension {
	return []extension{{1, ExtensionAudioLevel}, {3, ExtensionTransportCC}, {4, ExtensionMID}}
}

func videoExtensions(simulcast bool) []extension {
	list := []extension{{3, ExtensionTransportCC}, {4, ExtensionMID}}
	if simulcast {
		list = append(list, extension{10, ExtensionRID}, extension{11, ExtensionRepairedRID})
	}
	return list
}
