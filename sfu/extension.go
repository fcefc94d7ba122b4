package sfu

import (
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/egress"
)

// Header extensions that have no constant in pion/sdp.
const (
	orientationURI    = "urn:3gpp:video-orientation"
	playoutDelayURI   = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
	absCaptureTimeURI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
	dependencyURI     = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
	// colorSpaceURI names the color space extension of libwebrtc: the matrix and
	// range of a picture's colors, without which a browser assumes the usual ones.
	colorSpaceURI = "http://www.webrtc.org/experiments/rtp-hdrext/color-space"
)

// maxOneByteID is the highest identifier in the one-byte form of header
// extensions (RFC 8285 section 4.2), the form that we write unless an element is
// too long for it.
const maxOneByteID = 14

// forwardedExtensions are passed on to subscribers that know them, the most
// important first.
var forwardedExtensions = []string{orientationURI, sdp.AudioLevelURI, absCaptureTimeURI, playoutDelayURI, colorSpaceURI}

// extensionKind returns the kind of media that an extension belongs to, 0 for
// both.
func extensionKind(uri string) webrtc.RTPCodecType {
	switch uri {
	case sdp.AudioLevelURI:
		return webrtc.RTPCodecTypeAudio
	case orientationURI, playoutDelayURI, dependencyURI, colorSpaceURI, sdp.SDESRTPStreamIDURI, sdp.SDESRepairRTPStreamIDURI:
		return webrtc.RTPCodecTypeVideo
	default:
		return 0
	}
}

// publisherExtensions returns what we want from a publisher: what is passed on,
// and what we read ourselves. The dependency descriptor is wanted only with
// codecs whose payload does not tell the layers.
func publisherExtensions(use []chosen) []string {
	list := append([]string{sdp.SDESMidURI, sdp.TransportCCURI}, forwardedExtensions...)
	for _, c := range use {
		if len(c.section.accepted) > 0 {
			list = append(list, sdp.SDESRTPStreamIDURI, sdp.SDESRepairRTPStreamIDURI)
		}
		if c.codec.codec == codec.AV1 || c.codec.codec == codec.H264 {
			list = append(list, dependencyURI)
		}
	}
	return list
}

// subscriberExtensions returns what a subscriber may be sent: what is passed on,
// and what we make ourselves.
func subscriberExtensions(use []chosen) []string {
	list := append([]string{sdp.TransportCCURI, sdp.ABSSendTimeURI}, forwardedExtensions...)
	for _, c := range use {
		if c.codec.codec == codec.AV1 {
			list = append(list, dependencyURI)
		}
	}
	return list
}

// extensionsTo returns how the header extensions of a track go out to a
// subscriber who offered the section c.
func (o *offer) extensionsTo(t *Track, c chosen) egress.Extensions {
	theirs := c.section.extension
	x := egress.Extensions{TwoByte: o.mixed}
	for _, uri := range forwardedExtensions {
		if m, ok := mapping(t.extension[uri], theirs[uri]); ok {
			x.Passed = append(x.Passed, m)
		}
	}
	if c.codec.codec == codec.AV1 {
		x.Dependency, _ = mapping(t.extension[dependencyURI], theirs[dependencyURI])
	}
	if c.codec.codec.IsVideo() && c.codec.rtx == 0 {
		return x // repeated packets must be the same, and these differ each time
	}
	if id := theirs[playoutDelayURI]; c.codec.codec.IsVideo() && id <= maxOneByteID {
		x.PlayoutDelay = id
	}
	switch id := theirs[sdp.TransportCCURI]; {
	case c.codec.has(feedbackTWCC) && id != 0 && id <= maxOneByteID:
		x.TransportSequence = id
	case theirs[sdp.ABSSendTimeURI] <= maxOneByteID:
		x.AbsSendTime = theirs[sdp.ABSSendTimeURI]
	}
	return x
}

// mapping pairs the identifiers of one extension, if both sides have one that we
// can write.
func mapping(from, to uint8) (m egress.ExtensionMapping, ok bool) {
	if from == 0 || to == 0 || to > maxOneByteID {
		return m, false
	}
	return egress.ExtensionMapping{From: from, To: to}, true
}
