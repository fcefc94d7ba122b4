package world

import (
	"io"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

// The payload types that clients offer.
const (
	videoType, repairType, audioType = 96, 97, 111
)

// newPeer makes a connection with the interceptors that Pion's clients have by
// default: NACK both ways, reports, transport-wide feedback.
func (c *client) newPeer() (*webrtc.PeerConnection, error) {
	var settings webrtc.SettingEngine
	settings.SetNet(c.roam)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	quiet := &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	settings.LoggerFactory = quiet
	media, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := registerCodecs(media); err != nil {
		return nil, err
	}
	if err := webrtc.RegisterDefaultInterceptorsWithOptions(media, registry, webrtc.WithInterceptorLoggerFactory(quiet)); err != nil {
		return nil, err
	}
	return webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(registry)).NewPeerConnection(webrtc.Configuration{})
}

func registerCodecs(m *webrtc.MediaEngine) error {
	opus := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
	vp8 := webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeVP8, ClockRate: 90000,
		RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}},
	}
	rtx := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: "apt=96"}
	if err := m.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: opus, PayloadType: audioType}, webrtc.RTPCodecTypeAudio); err != nil {
		return err
	}
	for payloadType, c := range map[webrtc.PayloadType]webrtc.RTPCodecCapability{videoType: vp8, repairType: rtx} {
		if err := m.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: c, PayloadType: payloadType}, webrtc.RTPCodecTypeVideo); err != nil {
			return err
		}
	}
	return nil
}

// describe makes an offer, or an answer, the connection's and returns it with
// all candidates.
func describe(pc *webrtc.PeerConnection, d webrtc.SessionDescription, err error) (string, error) {
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(d); err != nil {
		return "", err
	}
	<-gathered
	return pc.LocalDescription().SDP, nil
}

func accept(pc *webrtc.PeerConnection, answer string) error {
	return pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
}

// addSource adds the sections of a source to a sending connection and returns
// their transceivers.
func addSource(pc *webrtc.PeerConnection, s *source, t *tracks) (list []*webrtc.RTPTransceiver, err error) {
	for _, track := range t.of {
		tr, err := pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			return nil, err
		}
		go s.listen(tr.Sender())
		list = append(list, tr)
	}
	return list, nil
}
