package watch_test

import (
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/rtptest"
)

func TestMissingPacketIsAskedForUntilItComes(t *testing.T) {
	s := newStage(t)
	s.rtt = 100 * ms // asked again after 125 ms
	s.play(10, true, nil)
	lostAt := s.now.Sub(start)
	s.play(15, false, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 0 {
			return slices.Delete(packets, 0, 1)
		}
		return packets
	})
	_, at := of[*rtcp.TransportLayerNack](s)
	if len(at) != 4 || !near(at[0]-lostAt, 15*ms, 5*ms) {
		t.Fatalf("asked at %v after a loss at %v, want four times, the first 10 to 20 ms later", at, lostAt)
	}
	for i := range 3 {
		if wait := at[i+1] - at[i]; wait != 130*ms { // 125, and looked at every 10
			t.Errorf("asked again after %v", wait)
		}
	}
}

func TestServerWithoutNACKIsNotAsked(t *testing.T) {
	s := newStage(t, func(m *transport.Media) { m.Video.NACK = false })
	s.play(30, true, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 5 {
			return packets[1:]
		}
		return packets
	})
	if asked := s.requested(); len(asked) != 0 {
		t.Errorf("asked for %v", asked)
	}
}

func TestRetransmissionWithoutAStreamOfItsOwnIsARepair(t *testing.T) {
	s := newStage(t, func(m *transport.Media) { m.Video.RTXPayloadType = 0 })
	s.play(10, true, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 5 {
			s.send(50*ms, packets[0])
			return packets[1:]
		}
		return packets
	})
	if got := s.settle(); got.Video.Repaired != 1 || got.Video.Lost != 0 {
		t.Errorf("%+v", got.Video)
	}
}

// TestKeyframeIsAskedForLikeABrowserDoes: at once when the stream begins with
// something else, then every 200 ms until one comes.
func TestKeyframeIsAskedForLikeABrowserDoes(t *testing.T) {
	s := newStage(t)
	s.play(20, false, nil)
	_, at := of[*rtcpPLI](s)
	for i, want := range []time.Duration{0, 200 * ms, 400 * ms, 600 * ms} {
		if len(at) != 4 || !near(at[i], want, 15*ms) {
			t.Fatalf("asked at %v, want at 0, 200, 400 and 600 ms", at)
		}
	}
	s.play(20, true, nil)
	got := s.receiver.Snapshot()
	if got.PLIs != 4 || got.Frames != 20 || !near(got.FirstKeyframe, 20*frameTime, ms) || got.FirstMedia != 1 {
		t.Errorf("%d PLIs, %d frames, first keyframe after %v, first media after %v",
			got.PLIs, got.Frames, got.FirstKeyframe, got.FirstMedia)
	}
}

func TestNoKeyframeIsAskedForWhileOneComesIn(t *testing.T) {
	s := newStage(t)
	key := s.frame(rtptest.FrameOptions{Keyframe: true, Octets: 20_000})
	for i, p := range key {
		s.send(time.Duration(i)*50*ms, p) // a slow network: a second in all
	}
	s.run(1200 * ms)
	if got := s.receiver.Snapshot(); got.PLIs != 0 || got.Keyframes != 1 {
		t.Errorf("%d PLIs, %d keyframes", got.PLIs, got.Keyframes)
	}
}

// TestKeyframeIsAskedForWhenNothingWasDecodableForLong: without NACK nobody
// gives a packet up, so that only the silence of the decoder tells.
func TestKeyframeIsAskedForWhenNothingWasDecodableForLong(t *testing.T) {
	s := newStage(t, func(m *transport.Media) { m.Video.NACK = false })
	s.play(30, true, nil)
	s.play(200, false, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 0 {
			return packets[1:]
		}
		return packets
	})
	_, at := of[*rtcpPLI](s)
	if len(at) != 2 || !near(at[0], 4*time.Second, 50*ms) || !near(at[1], 7*time.Second, 60*ms) {
		t.Errorf("asked at %v, want at 4 s and 7 s: three seconds after the last frame, and again", at)
	}
}

func TestKeyframeThatCameAnywayIsNotAskedFor(t *testing.T) {
	s := newStage(t)
	s.play(30, true, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 20 {
			return packets[1:]
		}
		return packets
	})
	s.play(60, true, nil) // the packet is given up meanwhile
	if got := s.receiver.Snapshot(); got.NACKs != 10 || got.PLIs != 0 || got.Frames != 80 {
		t.Errorf("%d NACKs, %d PLIs, %d frames", got.NACKs, got.PLIs, got.Frames)
	}
}

func TestSilentSourceIsNotAskedForKeyframes(t *testing.T) {
	s := newStage(t)
	s.play(30, true, nil)
	s.run(30 * time.Second)
	if _, at := of[*rtcpPLI](s); len(at) != 1 { // after 3 s; from 5 s on it is silent
		t.Errorf("asked at %v", at)
	}
}

func TestServerThatCutsFramesIsAskedForAKeyframe(t *testing.T) {
	s := newStage(t)
	s.play(30, true, nil)
	cut := s.frame(rtptest.FrameOptions{})
	s.send(0, cut[:2]...) // its end is left out of the numbers too
	renumber := func(_ int, packets []*rtp.Packet) []*rtp.Packet {
		for _, p := range packets {
			p.SequenceNumber--
		}
		return packets
	}
	s.run(frameTime)
	s.play(10, false, renumber)
	_, at := of[*rtcpPLI](s)
	if got := s.receiver.Snapshot(); got.Frames != 30 || len(at) != 1 || !near(at[0], time.Second+frameTime, 20*ms) {
		t.Errorf("%d frames, asked at %v", got.Frames, at)
	}
	s.play(10, true, renumber)
	if got := s.receiver.Snapshot(); got.Frames != 40 || got.Video.Lost != 0 {
		t.Errorf("%d frames, %+v", got.Frames, got.Video)
	}
}

func TestFullIntraRequestWhereNothingElseIsKnown(t *testing.T) {
	s := newStage(t, func(m *transport.Media) { m.Video.PLI = false })
	s.play(10, false, nil)
	firs, _ := of[*rtcp.FullIntraRequest](s)
	if len(firs) != 2 || firs[1].FIR[0] != (rtcp.FIREntry{SSRC: videoSSRC, SequenceNumber: 1}) {
		t.Errorf("%+v", firs)
	}
	if plis, _ := of[*rtcpPLI](s); len(plis) != 0 {
		t.Errorf("%d picture loss indications", len(plis))
	}
	mute := newStage(t, func(m *transport.Media) { m.Video.PLI, m.Video.FIR = false, false })
	mute.play(10, false, nil)
	if got := mute.receiver.Snapshot(); got.PLIs != 0 {
		t.Errorf("%d keyframes asked for where nothing is known", got.PLIs)
	}
}
