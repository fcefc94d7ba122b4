package transport

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

func TestMediaArrivesFromEveryKindOfServer(t *testing.T) {
	gcm := []dtls.SRTPProtectionProfile{dtls.SRTP_AEAD_AES_128_GCM}
	cm := []dtls.SRTPProtectionProfile{dtls.SRTP_AES128_CM_HMAC_SHA1_80}
	for name, o := range map[string]serverOptions{
		"full ICE":              {},
		"ICE-lite":              {lite: true},
		"server is DTLS client": {role: webrtc.DTLSRoleClient},
		"server is DTLS server": {role: webrtc.DTLSRoleServer},
		"AES-GCM, DTLS client":  {profiles: gcm, role: webrtc.DTLSRoleClient},
		"AES-GCM, DTLS server":  {profiles: gcm, role: webrtc.DTLSRoleServer},
		"AES-CM, DTLS client":   {profiles: cm, role: webrtc.DTLSRoleClient},
		"AES-CM, DTLS server":   {profiles: cm, role: webrtc.DTLSRoleServer},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			s := r.subscribe(o, Options{})
			if p := s.sendUntilReceived(r); p.PayloadType != 96 || p.Payload[0] != 0x10 {
				t.Errorf("got %v", p)
			}
			report := &rtcp.SenderReport{SSRC: 7, RTPTime: 1}
			if err := s.server.WriteRTCP([]rtcp.Packet{report}); err != nil {
				t.Fatal(err)
			}
			got, err := rtcp.Unmarshal(await(r, s.got.rtcp, "the sender report"))
			if sr, ok := got[0].(*rtcp.SenderReport); err != nil || !ok || sr.SSRC != 7 {
				t.Errorf("got %v: %v", got, err)
			}
			if s.RTT() <= 0 || s.RTT() > patience {
				t.Errorf("round trip %v", s.RTT())
			}
			if st := s.Stats(); st.DatagramsIn < 3 || st.DatagramsOut < 3 || st.Rejected != 0 || st.SendErrors != 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

func TestTicksComeWithAndWithoutMedia(t *testing.T) {
	r := newRig(t)
	s := r.subscribe(serverOptions{}, Options{})
	last := await(r, s.got.ticks, "a tick")
	for range 5 {
		now := await(r, s.got.ticks, "a tick")
		if d := now.Sub(last); d < 10*time.Millisecond {
			t.Errorf("%v between ticks, want at least 10 ms", d)
		}
		last = now
	}
}

func TestCandidatesMayTrickleBeforeAndAfterTheAnswer(t *testing.T) {
	for name, before := range map[string]bool{"before": true, "after": false} {
		t.Run(name, func(t *testing.T) { testTrickle(t, before) })
	}
}

func testTrickle(t *testing.T, before bool) {
	r := newRig(t)
	c := r.conn(Options{Audio: true})
	pc := r.server(serverOptions{})
	answer := r.answer(pc, r.offer(c))
	var kept, trickled []string
	for line := range strings.Lines(answer) {
		if strings.HasPrefix(line, "a=candidate:") {
			trickled = append(trickled, line)
		} else {
			kept = append(kept, line)
		}
	}
	add := func() {
		for _, line := range append(trickled, "", "candidate:9 1 tcp 1 127.0.0.1 9 typ host tcptype active") {
			if err := c.AddCandidate(line); err != nil {
				t.Fatal(err)
			}
		}
	}
	if before {
		add()
	}
	if _, err := c.Accept(strings.Join(kept, "")); err != nil {
		t.Fatal(err)
	}
	if !before {
		add()
	}
	if err := c.Start(r.ctx); err != nil {
		t.Error(err)
	}
}

func TestAServerWithAnotherCertificateIsRefused(t *testing.T) {
	for name, role := range map[string]webrtc.DTLSRole{"DTLS client": webrtc.DTLSRoleClient, "DTLS server": webrtc.DTLSRoleServer} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			c := r.conn(Options{Audio: true})
			answer := r.answer(r.server(serverOptions{role: role}), r.offer(c))
			other := identity(t)
			var lines []string
			for line := range strings.Lines(answer) {
				if strings.HasPrefix(line, "a=fingerprint:") {
					line = "a=fingerprint:" + other.fingerprint + "\r\n"
				}
				lines = append(lines, line)
			}
			if _, err := c.Accept(strings.Join(lines, "")); err != nil {
				t.Fatal(err)
			}
			if err := c.Start(r.ctx); !errors.Is(err, ErrFingerprint) {
				t.Errorf("%v, want %v", err, ErrFingerprint)
			}
		})
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	r := newRig(t)
	c := r.conn(Options{Audio: true})
	pc := r.server(serverOptions{})
	answer := r.answer(pc, r.offer(c))
	if err := pc.GracefulClose(); err != nil { // nobody is there
		t.Fatal(err)
	}
	if _, err := c.Accept(answer); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(r.ctx, 100*time.Millisecond)
	defer cancel()
	if err := c.Start(ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "ICE") {
		t.Errorf("%v, want one about ICE and the deadline", err)
	}
	if err := c.WriteRTP(make([]byte, 20)); !errors.Is(err, ErrNotConnected) {
		t.Errorf("write: %v, want %v", err, ErrNotConnected)
	}
}

func TestOptionsThatMakeNoSenseAreRefused(t *testing.T) {
	id, vp8 := identity(t), []codec.Codec{codec.VP8}
	for name, o := range map[string]Options{
		"no identity":       {Audio: true},
		"nothing":           {Identity: id},
		"receive simulcast": {Identity: id, Video: vp8, RIDs: []string{"q"}},
		"simulcast sound":   {Identity: id, Send: true, Audio: true, RIDs: []string{"q"}},
		"sound as picture":  {Identity: id, Video: []codec.Codec{codec.Opus}},
	} {
		if c, err := New(o); err == nil {
			_ = c.Close()
			t.Errorf("%s: no error", name)
		}
	}
}

func TestStartNeedsAnAnswer(t *testing.T) {
	r := newRig(t)
	if err := r.conn(Options{Audio: true}).Start(r.ctx); err == nil {
		t.Error("no error")
	}
}
