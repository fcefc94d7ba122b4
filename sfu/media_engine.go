package sfu

import (
	"fmt"

	"github.com/pion/webrtc/v4"
)

// chosen is what we answer a section with.
type chosen struct {
	section *section
	codec   offeredCodec
}

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
	return m, registerExtensions(m, extensions)
}

// registerExtensions adds header extensions for the kinds of media that they belong to.
func registerExtensions(m *webrtc.MediaEngine, uris []string) error {
	for _, uri := range uris {
		for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
			if only := extensionKind(uri); only != 0 && kind != only {
				continue
			}
			if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind); err != nil {
				return fmt.Errorf("header extension %s: %w", uri, err)
			}
		}
	}
	return nil
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
	if c.red != 0 {
		if err := registerRED(m, c); err != nil {
			return err
		}
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

// registerRED adds the redundant form of a codec of sound.
func registerRED(m *webrtc.MediaEngine, c offeredCodec) error {
	red := webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: "audio/red", ClockRate: c.codec.ClockRate(), Channels: 2, SDPFmtpLine: c.redFMTP,
		},
		PayloadType: webrtc.PayloadType(c.red),
	}
	if err := m.RegisterCodec(red, webrtc.RTPCodecTypeAudio); err != nil {
		return fmt.Errorf("redundant form of %s: %w", c.codec, err)
	}
	return nil
}
