package main

import (
	"net/http"
	"testing"

	"github.com/pion/webrtc/v4"
)

func TestAClientAnswersTheServersOffer(t *testing.T) {
	s := newStage(t)
	status, header, offer := s.do("POST", "/own/kitchen/cam/invitation", "", "")
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, offer)
	}
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pc.Close() }()
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		t.Fatal(err)
	}
	track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "picture", "camera")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pc.AddTrack(track); err != nil {
		t.Fatal(err)
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	if list, err := s.rooms.Publishers("kitchen"); err != nil || len(list) != 0 {
		t.Errorf("before the answer: %+v, %v", list, err)
	}
	if status, _, said := s.do("PUT", header.Get("Location"), "", pc.LocalDescription().SDP); status != http.StatusOK {
		t.Fatalf("%d %s", status, said)
	}
	if list, err := s.rooms.Publishers("kitchen"); err != nil || len(list) != 1 || list[0].User != "cam" {
		t.Errorf("after the answer: %+v, %v", list, err)
	}
}
