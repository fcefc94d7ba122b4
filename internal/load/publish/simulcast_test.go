package publish_test

import (
	"encoding/binary"
	"math"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

func TestSimulcastSendsEachEncodingAtItsRate(t *testing.T) {
	cfg := simulcast()
	s := newStage(t, cfg)
	s.run(time.Minute)
	checker := rtptest.NewConformance(rtptest.Expectations{
		Codecs: map[uint8]codec.Codec{audioType: codec.Opus, videoType: codec.VP8},
	})
	for i := range s.packets {
		checker.Packet(&s.packets[i].Packet)
	}
	if found := checker.Violations(); found != nil {
		t.Error(found)
	}
	for i, target := range cfg.Bitrates {
		octets := 0
		for _, p := range s.of(videoSSRC + uint32(i)) {
			octets += len(p.Payload)
		}
		if rate := float64(octets) * 8 / 60; math.Abs(rate/float64(target)-1) > 0.02 {
			t.Errorf("encoding %d: %.0f bit/s, want %d", i, rate, target)
		}
	}
}

func TestEncodingsOfOneFrameShareTheirCaptureTime(t *testing.T) {
	s := newStage(t, simulcast())
	s.run(2 * time.Second)
	low := s.pictures(codec.VP8, videoSSRC)
	for i := range uint32(3) {
		list := s.pictures(codec.VP8, videoSSRC+i)
		for n := range min(len(low), len(list)) {
			since := list[n].packets[0].Timestamp - list[0].packets[0].Timestamp
			if want := low[n].packets[0].Timestamp - low[0].packets[0].Timestamp; since != want {
				t.Fatalf("encoding %d, frame %d: timestamp %d, want %d", i, n, since, want)
			}
			if got := list[n].stamp; got.Layer != uint8(i) || got.Source != 7 {
				t.Fatalf("encoding %d: stamp %+v", i, got)
			}
		}
	}
}

func TestKeyframeIsAskedForOfOneEncoding(t *testing.T) {
	s := newStage(t, simulcast())
	s.run(time.Second)
	s.hear(pli(videoSSRC + 1))
	asked := s.now
	s.run(time.Second)
	for i, want := range []int{0, 1, 0} {
		if n := keyframesSince(s.pictures(codec.VP8, videoSSRC+uint32(i)), asked.Add(200*time.Millisecond)); n != 0 {
			t.Errorf("encoding %d: %d keyframes later on", i, n)
		}
		if got := s.sender.Stats().Video[i]; int(got.Keyframes) != 1+want {
			t.Errorf("encoding %d: %d keyframes, want %d", i, got.Keyframes, 1+want)
		}
	}
}

func TestHeaderExtensionsNameTheStream(t *testing.T) {
	s := newStage(t, simulcast())
	s.run(time.Second)
	for i := range uint32(3) {
		all := s.of(videoSSRC + i)
		s.hear(nack(videoSSRC+i, all[len(all)-1].SequenceNumber))
	}
	for i, rid := range []string{"l", "m", "h"} {
		for _, p := range s.of(videoSSRC + uint32(i)) {
			if string(p.GetExtension(midID)) != "1" || string(p.GetExtension(ridID)) != rid || p.GetExtension(repairedID) != nil {
				t.Fatalf("encoding %s: extensions of %v", rid, p.Header)
			}
		}
		repairs := s.of(rtxSSRC + uint32(i))
		if len(repairs) != 1 {
			t.Fatalf("encoding %s: %d repairs", rid, len(repairs))
		}
		p := repairs[0]
		if string(p.GetExtension(midID)) != "1" || string(p.GetExtension(repairedID)) != rid || p.GetExtension(ridID) != nil {
			t.Errorf("repair of %s: extensions of %v", rid, p.Header)
		}
	}
	for _, p := range s.of(audioSSRC) {
		if string(p.GetExtension(midID)) != "0" || len(p.GetExtension(levelID)) != 1 {
			t.Fatalf("audio: extensions of %v", p.Header)
		}
	}
}

func TestTransportWideNumbersCountAllPackets(t *testing.T) {
	s := newStage(t, simulcast())
	s.run(time.Second)
	all := s.of(videoSSRC)
	s.hear(nack(videoSSRC, all[len(all)-1].SequenceNumber))
	s.run(time.Second)
	for i, p := range s.packets {
		if got := binary.BigEndian.Uint16(p.GetExtension(transportID)); got != uint16(i) {
			t.Fatalf("packet %d of %x has transport-wide number %d", i, p.SSRC, got)
		}
	}
}

func TestOnlyNegotiatedExtensionsAreSent(t *testing.T) {
	cfg := config(codec.VP8)
	cfg.Media.Audio.Extensions, cfg.Media.Video.Extensions = nil, nil
	s := newStage(t, cfg)
	s.run(time.Second)
	for _, p := range s.packets {
		if p.Extension {
			t.Fatalf("extensions in %v", p.Header)
		}
	}
}

func TestLargeIdentifiersTakeTheTwoByteForm(t *testing.T) {
	cfg := config(codec.VP8)
	cfg.Media.Video.Extensions = map[string]uint8{transport.ExtensionMID: 15, transport.ExtensionTransportCC: 200}
	cfg.Media.Video.MID = "a name of more than sixteen octets"
	cfg.Media.Audio.Extensions = nil
	s := newStage(t, cfg)
	s.run(time.Second)
	for i, p := range s.of(videoSSRC) {
		if string(p.GetExtension(15)) != cfg.Media.Video.MID ||
			binary.BigEndian.Uint16(p.GetExtension(200)) != uint16(i) {
			t.Fatalf("extensions of %v", p.Header)
		}
	}
}

func TestSenderReportsTieTheStreamsTogether(t *testing.T) {
	s := newStage(t, simulcast())
	s.run(10 * time.Second)
	count, names := map[uint32]int{}, map[string]bool{}
	for _, r := range s.reports {
		count[r.SSRC]++
		names[r.cname] = true
		if r.NTPTime != rtptest.NTP(r.at) {
			t.Errorf("report of %x: NTP time %x, want %x", r.SSRC, r.NTPTime, rtptest.NTP(r.at))
		}
		clock := uint32(90000)
		if r.SSRC == audioSSRC {
			clock = 48000
		}
		first := s.of(r.SSRC)[0]
		// Packets leave when they are captured, but for pacing and a frame's phase.
		elapsed := r.at.Sub(first.at)
		off := time.Duration(r.RTPTime-first.Timestamp)*time.Second/time.Duration(clock) - elapsed
		if tick := time.Second / time.Duration(clock); off < -tick || off > 150*time.Millisecond {
			t.Errorf("report of %x after %v: clock off by %v", r.SSRC, elapsed, off)
		}
		packets, octets := uint32(0), uint32(0)
		for _, p := range s.of(r.SSRC) {
			if !p.at.After(r.at) {
				packets++
				octets += uint32(len(p.Payload))
			}
		}
		// Packets of the report's own moment may come before or behind it.
		if r.PacketCount > packets || r.PacketCount+2 < packets || r.OctetCount > octets {
			t.Errorf("report of %x: %d packets, %d octets, want %d, %d", r.SSRC, r.PacketCount, r.OctetCount, packets, octets)
		}
	}
	for _, ssrc := range []uint32{audioSSRC, videoSSRC, videoSSRC + 1, videoSSRC + 2} {
		if n := count[ssrc]; n != 10 {
			t.Errorf("%d reports of %x in 10 s", n, ssrc)
		}
	}
	if len(count) != 4 || len(names) != 1 {
		t.Errorf("%d streams report under %d names", len(count), len(names))
	}
	if first := s.reports[0].at.Sub(start); first > 100*time.Millisecond {
		t.Errorf("the first report comes after %v", first)
	}
}

func TestStreamThatHasNotBegunDoesNotReport(t *testing.T) {
	s := newStage(t, config(codec.VP8))
	s.sender.Mute(publish.Video, true)
	s.run(3 * time.Second)
	for _, r := range s.reports {
		if r.SSRC != audioSSRC {
			t.Fatalf("a report of %x", r.SSRC)
		}
	}
	s.sender.Mute(publish.Video, false)
	s.run(200 * time.Millisecond)
	if last := s.reports[len(s.reports)-1]; last.SSRC != videoSSRC {
		t.Errorf("no report soon after the first frame")
	}
}
