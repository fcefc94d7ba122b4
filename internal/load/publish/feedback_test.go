package publish_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

func pli(ssrc uint32) rtcp.Packet {
	return &rtcp.PictureLossIndication{SenderSSRC: serverSSRC, MediaSSRC: ssrc}
}

func fir(from, ssrc uint32, number uint8) rtcp.Packet {
	return &rtcp.FullIntraRequest{SenderSSRC: from, FIR: []rtcp.FIREntry{{SSRC: ssrc, SequenceNumber: number}}}
}

func nack(ssrc uint32, seqs ...uint16) rtcp.Packet {
	return &rtcp.TransportLayerNack{
		SenderSSRC: serverSSRC, MediaSSRC: ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(seqs),
	}
}

func TestPLIIsAnsweredWithTheNextFrame(t *testing.T) {
	for _, c := range videoCodecs() {
		s := newStage(t, config(c))
		s.run(2 * time.Second)
		asked := s.now
		s.hear(pli(videoSSRC), pli(videoSSRC))
		s.hear(pli(videoSSRC))
		s.run(time.Second)
		list := s.pictures(c, videoSSRC)
		if n := keyframesSince(list, asked); n != 1 {
			t.Errorf("%v: %d keyframes", c, n)
		}
		for _, p := range list {
			if p.keyframe && p.packets[0].at.After(asked) && p.packets[0].at.Sub(asked) > time.Second/30 {
				t.Errorf("%v: a keyframe %v after it was asked for", c, p.packets[0].at.Sub(asked))
			}
		}
		if got := s.sender.Stats().Video[0]; got.KeyframeRequests != 3 || got.Keyframes != 2 {
			t.Errorf("%v: %d requests, %d keyframes", c, got.KeyframeRequests, got.Keyframes)
		}
	}
}

func TestKeyframesThatAreAskedForKeepADistance(t *testing.T) {
	s := newStage(t, config(codec.VP8))
	for range 100 {
		s.hear(pli(videoSSRC))
		s.run(30 * time.Millisecond)
	}
	// A keyframe lasts longer than the distance, so these are the distances of captures.
	var before uint32
	n := 0
	for _, p := range s.pictures(codec.VP8, videoSSRC) {
		if !p.keyframe {
			continue
		}
		if step := p.packets[0].Timestamp - before; n > 0 && step < 27000 {
			t.Errorf("%d ms between keyframes", step/90)
		}
		before = p.packets[0].Timestamp
		n++
	}
	if n < 9 || n > 11 { // 3 s
		t.Errorf("%d keyframes", n)
	}
}

func TestRequestSoonAfterAKeyframeWaits(t *testing.T) {
	s := newStage(t, config(codec.VP8))
	s.run(100 * time.Millisecond)
	s.hear(pli(videoSSRC))
	s.run(190 * time.Millisecond)
	if n := s.sender.Stats().Video[0].Keyframes; n != 1 {
		t.Errorf("%d keyframes after 290 ms", n)
	}
	s.run(100 * time.Millisecond)
	if n := s.sender.Stats().Video[0].Keyframes; n != 2 {
		t.Errorf("%d keyframes after 390 ms", n)
	}
}

func TestFIRCountsOncePerNumber(t *testing.T) {
	s := newStage(t, config(codec.VP8))
	s.run(time.Second)
	for i, tt := range []struct {
		from   uint32
		number uint8
		new    bool
	}{
		{1, 200, true},
		{1, 200, false}, // repeated in case it was lost
		{1, 200, false},
		{1, 201, true},
		{2, 201, true}, // another requester
		{1, 201, false},
		{1, 200, true}, // numbers only have to differ from the last one
	} {
		before := s.sender.Stats().Video[0].Keyframes
		s.hear(fir(tt.from, videoSSRC, tt.number))
		s.run(400 * time.Millisecond)
		if got := s.sender.Stats().Video[0].Keyframes > before; got != tt.new {
			t.Errorf("request %d: keyframe %v, want %v", i, got, tt.new)
		}
	}
}

func TestManyRequestersAreForgottenOldestFirst(t *testing.T) {
	s := newStage(t, config(codec.VP8))
	for from := range uint32(1000) {
		s.hear(fir(from, videoSSRC, 1))
	}
	s.hear(fir(999, videoSSRC, 1))
	if n := s.sender.Stats().Video[0].KeyframeRequests; n != 1000 {
		t.Errorf("%d requests, want 1000: the last one repeats", n)
	}
	s.hear(fir(0, videoSSRC, 1))
	if n := s.sender.Stats().Video[0].KeyframeRequests; n != 1001 {
		t.Errorf("%d requests, want 1001: the first requester is forgotten", n)
	}
}

func TestRequestForAnotherStreamChangesNothing(t *testing.T) {
	s := newStage(t, config(codec.VP8))
	s.run(time.Second)
	s.hear(pli(audioSSRC), pli(0x99), fir(1, 0x99, 1), nack(0x99, 1))
	s.run(time.Second)
	if got := s.sender.Stats(); got.Video[0].Keyframes != 1 || got.Video[0].KeyframeRequests != 0 {
		t.Errorf("%+v", got.Video[0])
	}
}

func TestKeyframeInterval(t *testing.T) {
	cfg := config(codec.VP8)
	cfg.KeyframeInterval = time.Second
	cfg.Bitrates = []int{1_000_000}
	s := newStage(t, cfg)
	s.run(10*time.Second - 100*time.Millisecond)
	for i, p := range s.pictures(codec.VP8, videoSSRC) {
		if p.keyframe != (i%30 == 0) {
			t.Errorf("frame %d: keyframe %v", i, p.keyframe)
		}
	}
}

func TestNACKIsAnsweredOnTheRetransmissionStream(t *testing.T) {
	for _, c := range videoCodecs() {
		s := newStage(t, config(c))
		s.run(2 * time.Second)
		originals := s.of(videoSSRC)
		originals = originals[len(originals)-20:]
		var seqs []uint16
		for _, p := range originals {
			seqs = append(seqs, p.SequenceNumber)
		}
		s.hear(nack(videoSSRC, seqs...))
		answers := s.of(rtxSSRC)
		if len(answers) != len(originals) {
			t.Fatalf("%v: %d answers", c, len(answers))
		}
		stamps := 0
		for i, p := range answers {
			want := originals[i]
			if got := binary.BigEndian.Uint16(p.Payload); got != want.SequenceNumber {
				t.Errorf("%v: answer %d is for %d, want %d", c, i, got, want.SequenceNumber)
			}
			if diff := cmp.Diff(want.Payload, p.Payload[2:]); diff != "" {
				t.Errorf("%v: packet %d (-sent +sent again)\n%s", c, i, diff)
			}
			if p.PayloadType != rtxType || p.Timestamp != want.Timestamp || p.Marker != want.Marker {
				t.Errorf("%v: header %v, want that of %v", c, p.Header, want.Header)
			}
			if i > 0 && p.SequenceNumber != answers[i-1].SequenceNumber+1 {
				t.Errorf("%v: numbers %d, %d", c, answers[i-1].SequenceNumber, p.SequenceNumber)
			}
			if _, ok := want.stamp(c); ok {
				stamps++
			}
		}
		if stamps == 0 {
			t.Errorf("%v: no stamp among the packets", c)
		}
		if got := s.sender.Stats().Video[0]; got.NACKed != 20 || got.Retransmitted != 20 {
			t.Errorf("%v: %d asked for, %d sent again", c, got.NACKed, got.Retransmitted)
		}
	}
}

func TestNACKWithoutRTXIsAnsweredAsItWas(t *testing.T) {
	cfg := config(codec.VP8)
	cfg.Media.Video.RTXPayloadType, cfg.Media.Video.RTXSSRCs = 0, nil
	cfg.Media.Video.Extensions = map[string]uint8{transport.ExtensionMID: midID}
	s := newStage(t, cfg)
	s.run(2 * time.Second)
	all := s.of(videoSSRC)
	want := all[len(all)-3]
	s.hear(nack(videoSSRC, want.SequenceNumber))
	again := s.packets[len(s.packets)-1]
	if diff := cmp.Diff(want.bytes, again.bytes); diff != "" {
		t.Errorf("(-sent +sent again)\n%s", diff)
	}
}

func TestPacketIsNotSentAgainTwiceAtOnce(t *testing.T) {
	s := newStage(t, config(codec.VP8))
	s.run(2 * time.Second)
	all := s.of(videoSSRC)
	seq := all[len(all)-1].SequenceNumber
	ask := func(want int) {
		t.Helper()
		s.hear(nack(videoSSRC, seq))
		if n := len(s.of(rtxSSRC)); n != want {
			t.Errorf("%d answers, want %d", n, want)
		}
	}
	ask(1)
	ask(1)
	s.run(19 * time.Millisecond)
	ask(1)
	s.run(time.Millisecond)
	ask(2)
}

func TestOldAndUnknownPacketsAreNotSentAgain(t *testing.T) {
	s := newStage(t, config(codec.VP8))
	s.run(2 * time.Second)
	all := s.of(videoSSRC)
	last := all[len(all)-1].SequenceNumber
	s.hear(nack(videoSSRC, all[0].SequenceNumber, last+1, last+1000))
	s.hear(nack(audioSSRC, s.of(audioSSRC)[50].SequenceNumber)) // not negotiated
	if n := len(s.of(rtxSSRC)); n != 0 {
		t.Errorf("%d answers", n)
	}
}

func TestNACKForAudioWhereNegotiated(t *testing.T) {
	cfg := config(codec.VP8)
	cfg.Media.Audio.NACK = true
	s := newStage(t, cfg)
	s.run(2 * time.Second)
	all := s.of(audioSSRC)
	want := all[len(all)-5]
	s.hear(nack(audioSSRC, want.SequenceNumber))
	again := s.packets[len(s.packets)-1]
	if again.SSRC != audioSSRC || again.SequenceNumber != want.SequenceNumber || !cmp.Equal(again.Payload, want.Payload) {
		t.Errorf("sent %v, want %v again", again.Header, want.Header)
	}
}

func TestOctetsThatAreNoRTCPAreCounted(t *testing.T) {
	s := newStage(t, config(codec.VP8))
	s.sender.RTCP([]byte{1, 2, 3}, s.now, s)
	s.sender.RTCP(nil, s.now, s)
	if n := s.sender.Stats().Rejected; n != 2 {
		t.Errorf("%d rejected", n)
	}
}

func FuzzRTCP(f *testing.F) {
	for _, p := range []rtcp.Packet{
		pli(videoSSRC), fir(1, videoSSRC, 1), nack(videoSSRC, 1, 2, 100), nack(audioSSRC, 5),
		&rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: videoSSRC, FractionLost: 100}}},
		feedback(1, 30, func(i int) bool { return i%3 > 0 }, 100),
	} {
		b, err := p.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	reels := publish.NewReels()
	f.Fuzz(func(t *testing.T, b []byte) {
		cfg := simulcast()
		cfg.Adapt = true
		cfg.Media.Audio.NACK = true
		cfg.Reels = reels
		s := newStage(t, cfg)
		s.run(600 * time.Millisecond)
		s.sender.RTCP(b, s.now, s)
		s.run(100 * time.Millisecond)
		stats := s.sender.Stats()
		if got := stats.Video[0].Target; got < 1 || got > cfg.Bitrates[0] {
			t.Errorf("target %d", got)
		}
		if sent, seen := stats.Video[0].Retransmitted, len(s.of(rtxSSRC)); int(sent) != seen {
			t.Errorf("%d sent again, %d seen", sent, seen)
		}
	})
}
