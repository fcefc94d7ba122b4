package sfu

import (
	"fmt"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// chosen is what we answer a section with.
type chosen struct {
	section *section
	codec   offeredCodec
}

// colorSpaceURI names the color space extension of libwebrtc: the matrix and
// range of a picture's colors, without which a browser assumes the usual ones.
const colorSpaceURI = "http://www.webrtc.org/experiments/rtp-hdrext/color-space"

var (
	// publisherExtensions are the header extensions that we want from publishers.
	// Video orientation is left out on purpose: not every subscriber understands
	// it, and without it the publisher turns the picture itself.
	publisherExtensions = []string{sdp.SDESMidURI, sdp.TransportCCURI, sdp.AudioLevelURI, colorSpaceURI}
	// forwardedExtensions are passed on to subscribers that know them.
	forwardedExtensions = []string{sdp.AudioLevelURI, colorSpaceURI}
	// extensionKinds are those that belong to one kind of media.
	extensionKinds = map[string]webrtc.RTPCodecType{
		sdp.AudioLevelURI: webrtc.RTPCodecTypeAudio,
		colorSpaceURI:     webrtc.RTPCodecTypeVideo,
	}
)

// newMediaEngine returns a MediaEngine that knows exactly the chosen codecs,
// with the payload types of the offer, so that the answer is what we decided. A
// kind that nothing was chosen for gets its first codec, so that its section is
// answered inactive and not refused: the first one carries the transport of the
// whole bundle.
func newMediaEngine(o *offer, use []chosen, extensions []string, feedback []feedbackType) (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	registered := make(map[string]bool)
	for _, c := range use {
		if err := register(m, c.codec, feedback); err != nil {
			return nil, err
		}
		registered[c.section.kind] = true
	}
	for _, s := range o.sections {
		if registered[s.kind] || len(s.codecs) == 0 {
			continue
		}
		registered[s.kind] = true
		if err := register(m, s.codecs[0], nil); err != nil {
			return nil, err
		}
	}
	for _, uri := range extensions {
		for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
			if only, ok := extensionKinds[uri]; ok && kind != only {
				continue
			}
			if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind); err != nil {
				return nil, fmt.Errorf("header extension %s: %w", uri, err)
			}
		}
	}
	return m, nil
}

// register adds a codec and its repair stream.
func register(m *webrtc.MediaEngine, c offeredCodec, feedback []feedbackType) error {
	kind := webrtc.RTPCodecTypeAudio
	channels := uint16(2)
	if c.codec.IsVideo() {
		kind, channels = webrtc.RTPCodecTypeVideo, 0
	}
	capability := webrtc.RTPCodecCapability{
		MimeType: c.codec.MIMEType(), ClockRate: c.codec.ClockRate(), Channels: channels, SDPFmtpLine: c.fmtp,
	}
	for _, f := range feedback {
		if c.has(f) {
			capability.RTCPFeedback = append(capability.RTCPFeedback, webrtc.RTCPFeedback{Type: f.kind, Parameter: f.parameter})
		}
	}
	params := webrtc.RTPCodecParameters{RTPCodecCapability: capability, PayloadType: webrtc.PayloadType(c.payloadType)}
	if err := m.RegisterCodec(params, kind); err != nil {
		return fmt.Errorf("codec %s: %w", c.codec, err)
	}
	if c.rtx == 0 {
		return nil
	}
	rtx := webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeRTX, ClockRate: c.codec.ClockRate(),
			SDPFmtpLine: fmt.Sprintf("apt=%d", c.payloadType),
		},
		PayloadType: webrtc.PayloadType(c.rtx),
	}
	if err := m.RegisterCodec(rtx, kind); err != nil {
		return fmt.Errorf("repair stream of %s: %w", c.codec, err)
	}
	return nil
}
