package sfu_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// R7: however many subscribers ask, the publisher hears of it twice a second.
func TestPLIFloodReachesThePublisherTwiceASecond(t *testing.T) {
	simulate(t, 21, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		var subs []*subscriber
		for _, ip := range []string{"10.0.2.1", "10.0.2.2", "10.0.2.3"} {
			subs = append(subs, s.subscribe(ip, p.publication))
		}
		p.send(2 * time.Second)
		before := p.asked
		stop := make(chan struct{})
		for _, sub := range subs {
			go func() {
				tick := time.NewTicker(time.Millisecond)
				defer tick.Stop()
				for {
					select {
					case <-tick.C:
						pli := &rtcp.PictureLossIndication{MediaSSRC: sub.ssrcs[webrtc.RTPCodecTypeVideo]}
						_ = sub.pc.WriteRTCP([]rtcp.Packet{pli})
					case <-stop:
						return
					}
				}
			}()
		}
		p.send(5 * time.Second)
		close(stop)
		if asked := p.asked - before; asked < 5 || asked > 11 {
			t.Errorf("%d keyframe requests in 5 s of 15,000 PLIs, want 10", asked)
		}
		for _, sub := range subs {
			sub.conforms()
		}
	})
}

// A legal member sends garbage inside valid SRTP: it spoils nobody else's call
// and holds nothing of ours.
func TestGarbageInsideValidSRTPDisturbsNobody(t *testing.T) {
	simulate(t, 22, func(t *testing.T, s *stage) {
		good := s.publish("10.0.1.1", false)
		control := s.subscribe("10.0.2.1", good.publication)
		bad := s.publish("10.0.1.2", false)
		victim := s.subscribe("10.0.2.2", bad.publication)

		dice := rand.New(rand.NewPCG(22, 0))
		bad.mutate = func(pkt *rtp.Packet) *rtp.Packet { return mutate(dice, pkt) }
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 200 {
				bad.send(50 * time.Millisecond)
				_ = bad.pc.WriteRTCP(garbage(dice))
				_ = victim.pc.WriteRTCP(garbage(dice))
			}
		}()
		good.send(10 * time.Second)
		<-done
		time.Sleep(time.Second)
		control.conforms()
		if whole, all := control.complete(); all < 290 || whole != all {
			t.Errorf("the bystander has %d of %d frames, want all of about 300", whole, all)
		}
		if f := control.observer.failures(); len(f) != 0 {
			t.Errorf("the bystander failed: %q", f)
		}
	})
}

// mutate spoils a packet in one of several ways.
func mutate(dice *rand.Rand, pkt *rtp.Packet) *rtp.Packet {
	out := *pkt
	out.Payload = append([]byte(nil), pkt.Payload...)
	switch dice.IntN(6) {
	case 0:
		for range 4 {
			out.Payload[dice.IntN(min(20, len(out.Payload)))] = byte(dice.Uint32())
		}
	case 1:
		out.Payload = out.Payload[:dice.IntN(len(out.Payload))]
	case 2:
		out.SequenceNumber = uint16(dice.Uint32())
	case 3:
		out.Timestamp = dice.Uint32()
	case 4:
		out.CSRC = []uint32{1, 2, 3}
		out.Marker = !out.Marker
	}
	return &out
}

// garbage is RTCP that means nothing good.
func garbage(dice *rand.Rand) []rtcp.Packet {
	ssrc := dice.Uint32()
	return []rtcp.Packet{
		&rtcp.TransportLayerNack{MediaSSRC: ssrc, Nacks: []rtcp.NackPair{{PacketID: uint16(ssrc), LostPackets: 0xffff}}},
		&rtcp.ReceiverReport{SSRC: ssrc, Reports: []rtcp.ReceptionReport{{SSRC: ssrc, FractionLost: 255, Delay: ssrc, LastSenderReport: ssrc}}},
		&rtcp.SenderReport{SSRC: ssrc, NTPTime: uint64(ssrc) << 32, RTPTime: ssrc},
		&rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: 1, SSRCs: []uint32{ssrc}},
		&rtcp.Goodbye{Sources: []uint32{ssrc}},
	}
}

// The NACK bomb of reliability.md, over a real connection: 20 packets that ask
// for everything.
func TestNACKBombOverTheNetwork(t *testing.T) {
	simulate(t, 23, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication)
		p.send(5 * time.Second)
		time.Sleep(time.Second)
		before := sub.subscription.Stats()[1]
		sub.mu.Lock()
		last := sub.video[len(sub.video)-1].SequenceNumber
		sub.mu.Unlock()
		var all []rtcp.NackPair
		for i := range uint16(60) {
			all = append(all, rtcp.NackPair{PacketID: last - 1020 + i*17, LostPackets: 0xffff})
		}
		asked := 20 * 60 * 17
		for range 20 {
			nack := &rtcp.TransportLayerNack{MediaSSRC: sub.ssrcs[webrtc.RTPCodecTypeVideo], Nacks: all}
			if err := sub.pc.WriteRTCP([]rtcp.Packet{nack}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		after := sub.subscription.Stats()[1]
		sent := after.Retransmitted - before.Retransmitted
		if after.NACKs-before.NACKs != 20 {
			t.Fatalf("%d of 20 NACKs arrived", after.NACKs-before.NACKs)
		}
		// Nothing was sent in the last second, so a quarter of it is nothing.
		if sent > uint64(asked) || after.RetransmittedOctets-before.RetransmittedOctets > before.Octets/4 {
			t.Errorf("%d packets, %d octets, in answer to %d numbers", sent,
				after.RetransmittedOctets-before.RetransmittedOctets, asked)
		}
	})
}

// Sound and picture of one publisher keep their distance in time, though the
// network delays and jitters: what the subscriber can compute from the sender
// reports is when each was captured.
func TestReportsKeepSoundAndPictureTogether(t *testing.T) {
	simulate(t, 24, func(t *testing.T, s *stage) {
		s.net.Host("10.0.1.1").SetUplink(testnet.Link{Delay: 60 * time.Millisecond, Jitter: 40 * time.Millisecond})
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication)
		p.send(20 * time.Second)

		sub.conforms()
		sub.mu.Lock()
		defer sub.mu.Unlock()
		captured := func(kind webrtc.RTPCodecType, rate float64, pkts []rtp.Packet) time.Time {
			reports := sub.reports[kind]
			if len(reports) < 15 {
				t.Fatalf("%d %s reports in 20 s, want one a second", len(reports), kind)
			}
			r := reports[len(reports)-1]
			ahead := float64(int32(r.RTPTime-pkts[0].Timestamp)) / rate
			return packet.TimeOfNTP(r.NTPTime).Add(-time.Duration(ahead * 1e9))
		}
		audio := captured(webrtc.RTPCodecTypeAudio, 48000, sub.audio)
		video := captured(webrtc.RTPCodecTypeVideo, 90000, sub.video)
		// The first frame is sent 33 ms after the start, the first sound 20 ms after it.
		if apart := video.Sub(audio); apart < -40*time.Millisecond || apart > 80*time.Millisecond {
			t.Errorf("first picture is %v after the first sound, want about 13 ms", apart)
		}
	})
}

func TestMuteStopsAndUnmuteStartsAtAKeyframe(t *testing.T) {
	simulate(t, 25, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		one, other := s.subscribe("10.0.2.1", p.publication), s.subscribe("10.0.2.2", p.publication)
		p.send(time.Second)
		count := func(sub *subscriber) (video, audio int) {
			sub.mu.Lock()
			defer sub.mu.Unlock()
			return len(sub.video), len(sub.audio)
		}
		p.publication.Mute(2) // video, for everybody
		one.subscription.Mute(1)
		p.send(100 * time.Millisecond)
		v1, a1 := count(one)
		v2, a2 := count(other)
		p.send(time.Second)
		w1, b1 := count(one)
		w2, b2 := count(other)
		if w1 != v1 || w2 != v2 || b1 != a1 {
			t.Errorf("muted media came: video %d and %d, audio %d packets", w1-v1, w2-v2, b1-a1)
		}
		if b2-a2 < 45 {
			t.Errorf("%d packets of sound that was not muted, want 50", b2-a2)
		}
		late := s.subscribe("10.0.2.3", p.publication)
		p.send(time.Second)
		if v, _ := count(late); v != 0 {
			t.Errorf("a late subscriber got %d packets of muted video", v)
		}
		p.publication.Mute(0)
		one.subscription.Mute(0)
		p.send(2 * time.Second)
		time.Sleep(time.Second)
		for i, sub := range []*subscriber{one, other, late} {
			if v, _ := count(sub); v < 100 {
				t.Errorf("subscriber %d has %d video packets after unmute", i, v)
			}
			sub.conforms()
		}
	})
}

// Pion remembers every source it hears of. A peer that invents them loses its
// connection, and nobody else anything.
func TestInventedSourcesEndTheConnection(t *testing.T) {
	simulate(t, 26, func(t *testing.T, s *stage) {
		good := s.publish("10.0.1.1", false)
		control := s.subscribe("10.0.2.1", good.publication)
		bad := s.publish("10.0.1.2", false)
		for i := range uint32(20) {
			remb := &rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: 1}
			for j := range uint32(200) {
				remb.SSRCs = append(remb.SSRCs, i*200+j+1)
			}
			_ = bad.pc.WriteRTCP([]rtcp.Packet{remb})
		}
		good.send(2 * time.Second)
		<-bad.publication.Done()
		if f := bad.observer.failures(); len(f) != 1 || !strings.Contains(f[0], "sources") {
			t.Errorf("the flooder was told %q, want one failure about sources", f)
		}
		if whole, all := control.complete(); all < 55 || whole != all {
			t.Errorf("the bystander has %d of %d frames", whole, all)
		}
	})
}

// A client that takes the answer and never connects is cleaned up, and its
// owner told.
func TestConnectionThatNeverComesIsGivenUp(t *testing.T) {
	simulate(t, 27, func(t *testing.T, s *stage) {
		observer := &silent{}
		p, err := s.engine.Publish(t.Context(), sfu.PublishRequest{
			Offer: fixture(t, "publish-sendonly.sdp"), Observer: observer,
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(40 * time.Second)
		if f := observer.failures(); len(f) != 1 {
			t.Errorf("told %q, want one failure", f)
		}
		<-p.Done()
		if n := s.engine.Stats().Peers; n != 0 {
			t.Errorf("%d peers left", n)
		}
	})
}

// The connection stands but for DTLS, whose packets are lost.
func TestHandshakeThatNeverEndsIsGivenUp(t *testing.T) {
	simulate(t, 28, func(t *testing.T, s *stage) {
		pc := s.client("10.0.1.1", webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}, PayloadType: 96,
		})
		if _, err := pc.AddTransceiverFromTrack(vp8Track(s)); err != nil {
			t.Fatal(err)
		}
		observer := &silent{}
		p, err := s.engine.Publish(t.Context(), sfu.PublishRequest{Offer: s.offerOf(pc), Observer: observer})
		if err != nil {
			t.Fatal(err)
		}
		// An answer with another fingerprint makes the client refuse the server's
		// certificate, so that the handshake never ends.
		answer := regexp.MustCompile(`sha-256 [0-9A-F]{2}:`).ReplaceAllString(p.Answer(), "sha-256 00:")
		s.accept(pc, answer)
		start := time.Now()
		<-p.Done()
		if took := time.Since(start); took > 35*time.Second {
			t.Errorf("given up after %v", took)
		}
		if f := observer.failures(); len(f) != 1 {
			t.Errorf("told %q, want one failure", f)
		}
	})
}

// Mute comes from the room's goroutine while others negotiate; run with -race.
func TestMutingWhileOthersSubscribe(t *testing.T) {
	simulate(t, 29, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		stop := make(chan struct{})
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				case <-time.After(time.Millisecond):
					p.publication.Mute(sfu.Kind(i % 4))
				}
			}
		}()
		var subs []*subscriber
		for _, ip := range []string{"10.0.2.1", "10.0.2.2", "10.0.2.3", "10.0.2.4"} {
			subs = append(subs, s.subscribe(ip, p.publication))
		}
		close(stop)
		<-done
		p.publication.Mute(0)
		p.send(2 * time.Second)
		for i, sub := range subs {
			if len(sub.frames()) == 0 {
				t.Errorf("subscriber %d has no picture", i)
			}
		}
	})
}
