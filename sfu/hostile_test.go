package sfu_test

import (
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/internal/sfutest"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Hostility on real sockets (R15 of the reliability figures): what it costs in memory,
// and that a call beside it is as before. Each test has a short form, and a long one
// at the full rate for the nightly tests.

// nightly reports whether there is time.
func nightly() bool { return os.Getenv("ATRIUM_NIGHTLY") != "" }

// heapInUse is what is in use after what is not has been collected, in octets.
func heapInUse() int64 {
	runtime.GC()
	runtime.GC() // what pools held goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // a heap
}

const mebibyte = 1 << 20

// scene is a server with a bystander's call on it, and another server with a call of
// its own in the same process, which shows what the machine does to calls.
type scene struct {
	*testing.T
	ports           *sfu.Ports
	engine          *sfu.Engine
	call, elsewhere *sfutest.Call
}

func newScene(t *testing.T, cfg sfu.Config) *scene {
	t.Helper()
	cfg.Ports, cfg.Shards = sfutest.Listen(t, sfu.ListenConfig{DisableTCP: true}), 2
	s := &scene{T: t, ports: cfg.Ports, engine: sfutest.Start(t, sfu.ListenConfig{}, cfg)}
	s.elsewhere = sfutest.StartCall(t, sfutest.Start(t, sfu.ListenConfig{DisableTCP: true}, sfu.Config{Shards: 1}))
	s.call = sfutest.StartCall(t, s.engine)
	return s
}

func (s *scene) mark() {
	s.call.Mark()
	s.elsewhere.Mark()
}

// unharmed judges the bystander: it lost nothing, and in the nightly tests it saw no
// freezes that the other call did not see, but for one: with other work on the machine
// one of two calls stands now and then for a fifth of a second.
func (s *scene) unharmed() {
	s.Helper()
	s.call.Await(s, 30)
	got, control := s.call.Judge(), s.elsewhere.Judge()
	s.Logf("the bystander saw %+v, a call on another server %+v", got, control)
	if got.Failed != "" || got.Lost != 0 || got.Missing > 2 { // one or two are on their way
		s.Errorf("the bystander saw %+v", got)
	}
	if nightly() && got.Freezes > 1+2*control.Freezes {
		s.Errorf("the bystander saw %d freezes, the longest of %v, and a call on another server %d", got.Freezes, got.LongestFreeze, control.Freezes)
	}
}

// A legal member puts malformed packets into valid SRTP, in both directions that there
// are: as a publisher, and as the viewer of somebody else's publication. One names only
// sources that exist, and stays; another invents some, is cut off, and comes back.
func TestMalformedPacketsInsideValidSRTPHarmNobody(t *testing.T) {
	packets := 2000
	if nightly() {
		packets = 50_000
	}
	s := newScene(t, sfu.Config{})
	discreet := newLiar(t, s, 1, true)
	discreet.send(t, 500) // so that what is kept of any member is there
	before, goroutines := heapInUse(), runtime.NumGoroutine()
	s.mark()
	discreet.send(t, packets)
	if why := discreet.publisher.Failed.Reason() + discreet.viewer.Failed.Reason(); why != "" {
		t.Errorf("who named existing sources was cut off: %s", why)
	}
	came, frames := discreet.publisher.Publication.Stats(), discreet.viewer.Seen().Frames
	returns := 0
	for sent := 0; sent < packets; returns++ {
		t.Run("back again", func(t *testing.T) {
			l := newLiar(t, s, uint64(2+returns), false)
			sent += l.send(t, packets-sent)
			l.leave()
		})
	}
	s.unharmed()
	after, running := heapInUse(), runtime.NumGoroutine()
	t.Logf("%d malformed packets, half by one who stayed (of its RTP %d and %d packets were taken, and it saw %d frames), half by one who came %d times; heap %+.2f MiB, goroutines %+d",
		2*packets, came.Ingress.Tracks[0].Packets, came.Ingress.Tracks[1].Packets, frames, returns,
		float64(after-before)/mebibyte, running-goroutines)
	if after-before > 10*mebibyte {
		t.Errorf("the heap grew by %.1f MiB, 10 at most", float64(after-before)/mebibyte)
	}
	if running > goroutines+8 {
		t.Errorf("%d goroutines, before %d", running, goroutines)
	}
}

// liar is a member who publishes, and watches somebody.
type liar struct {
	publisher *sfutest.Publisher
	viewer    *sfutest.Viewer
	camera    *rtptest.Stream
	voice     *rtptest.Stream
	upstream  *rtptest.Liar
	reports   *rtptest.Liar
	dice      *rand.Rand
}

func newLiar(t *testing.T, s *scene, seed uint64, discreet bool) *liar {
	t.Helper()
	l := &liar{
		publisher: sfutest.Publish(t, s.engine, nil),
		viewer:    sfutest.View(t, s.engine, s.call.Publisher.Publication),
		dice:      rand.New(rand.NewPCG(seed, 1)),
	}
	video, audio := l.publisher.Media.Video, l.publisher.Media.Audio
	l.camera = rtptest.NewStream(rtptest.Config{Codec: codec.VP8, SSRC: video.SSRCs[0], PayloadType: video.PayloadType, Seed: seed})
	l.voice = rtptest.NewStream(rtptest.Config{Codec: codec.Opus, SSRC: audio.SSRCs[0], PayloadType: audio.PayloadType, Seed: seed})
	own := append(append([]uint32(nil), video.SSRCs...), audio.SSRCs...)
	own = append(own, video.RTXSSRCs...)
	l.upstream = rtptest.NewLiar(rtptest.LiarConfig{
		Seed: seed, Discreet: discreet, SSRCs: own, PayloadTypes: []uint8{video.PayloadType, video.RTXPayloadType, audio.PayloadType},
	})
	received := l.viewer.Media
	l.reports = rtptest.NewLiar(rtptest.LiarConfig{
		Seed: seed + 1, Discreet: discreet,
		SSRCs: append(append(append([]uint32(nil), received.Video.SSRCs...), received.Audio.SSRCs...), received.Video.RTXSSRCs...),
	})
	return l
}

// send sends n packets, media and reports, on both connections, and stops when it is cut
// off. It returns how many it has sent.
func (l *liar) send(t *testing.T, n int) (sent int) {
	t.Helper()
	pace := time.NewTicker(time.Millisecond)
	defer pace.Stop()
	for sent < n && l.publisher.Failed.Reason() == "" && l.viewer.Failed.Reason() == "" {
		select {
		case <-pace.C:
		case <-t.Context().Done():
			t.Fatal("no time is left")
		}
		for range 4 {
			l.one()
			sent++
		}
	}
	return sent
}

// leave closes both connections.
func (l *liar) leave() {
	l.publisher.Publication.Close()
	l.viewer.Subscription.Close()
	<-l.publisher.Publication.Done()
	<-l.viewer.Subscription.Done()
	_ = l.publisher.Conn.Close()
	_ = l.viewer.Conn.Close()
}

func (l *liar) one() {
	switch l.dice.IntN(4) {
	case 0:
		_ = l.publisher.Conn.WriteRTCP(l.upstream.RTCP())
	case 1:
		_ = l.viewer.Conn.WriteRTCP(l.reports.RTCP())
	case 2:
		_ = l.publisher.Conn.WriteRTP(l.upstream.RTP(l.voice.Frame(rtptest.FrameOptions{})[0]))
	default:
		frame := l.camera.Frame(rtptest.FrameOptions{Keyframe: l.dice.IntN(10) == 0, Octets: 400})
		_ = l.publisher.Conn.WriteRTP(l.upstream.RTP(frame[0]))
	}
}
