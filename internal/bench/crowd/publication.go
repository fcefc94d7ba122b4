package crowd

import (
	"context"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Media is what somebody publishes: Opus, 50 packets a second, and with a
// Bitrate VP8 of 30 frames a second, packets of up to 1100 octets.
type Media struct {
	// Bitrate of the video in bit/s; 0 for none.
	Bitrate int
	// Paced spreads the packets of a frame. Without, they leave together, as
	// libwebrtc's pacer lets them: it sends 40 ms' worth at once
	// (PacingController::kDefaultBurstInterval).
	Paced bool
}

// Sent is what publishers have sent.
type Sent struct {
	Audio, Video, Frames uint64 // packets, packets, frames of video
}

// Packets of both kinds.
func (s Sent) Packets() uint64 { return s.Audio + s.Video }

func (s *Sent) add(o Sent) {
	s.Audio += o.Audio
	s.Video += o.Video
	s.Frames += o.Frames
}

// Since returns what was sent after an earlier moment.
func (s Sent) Since(before Sent) Sent {
	return Sent{s.Audio - before.Audio, s.Video - before.Video, s.Frames - before.Frames}
}

// maxFeedback is how many compound packets wait for the sending goroutine.
const maxFeedback = 256

// publication is what one participant sends. One goroutine owns the sender.
type publication struct {
	media    Media
	conn     *transport.Conn
	feedback chan []byte
	commands chan func(*publish.Sender)
	stop     chan struct{}
	stopOnce sync.Once
	running  sync.WaitGroup

	mu     sync.Mutex
	sender *publish.Sender // nil until the connection is up; its Stats only
}

func newPublication(o transport.Options, m *Media) (*publication, error) {
	pub := &publication{
		media: *m, feedback: make(chan []byte, maxFeedback), commands: make(chan func(*publish.Sender)),
		stop: make(chan struct{}),
	}
	o.Handler, o.Send, o.Video = reports{pub}, true, pub.video()
	var err error
	pub.conn, err = transport.New(o)
	return pub, err
}

// video returns the codecs of the video, none without.
func (pub *publication) video() []codec.Codec {
	if pub.media.Bitrate == 0 {
		return nil
	}
	return []codec.Codec{codec.VP8}
}

// sending says what is sent of what was negotiated.
func (c *Crowd) sending(number uint32, media *transport.Media, m *Media) publish.Config {
	return publish.Config{
		Source: number, Seed: uint64(number), Media: media, Reels: c.reels, Voice: c.voice,
		Video: []clip.Video{c.video}, Bitrates: []int{m.Bitrate}, Burst: !m.Paced,
	}
}

// start connects and begins to send.
func (pub *publication) start(ctx context.Context, cfg publish.Config) error {
	if err := pub.conn.Start(ctx); err != nil {
		return err
	}
	sender, err := publish.New(cfg, time.Now())
	if err != nil {
		return err
	}
	pub.mu.Lock()
	pub.sender = sender
	pub.mu.Unlock()
	pub.running.Go(func() { pub.send(sender) })
	return nil
}

// send is the sending goroutine.
func (pub *publication) send(sender *publish.Sender) {
	timer := time.NewTimer(time.Until(sender.Next()))
	defer timer.Stop()
	for {
		select {
		case <-pub.stop:
			return
		case <-pub.conn.Done():
			return
		case b := <-pub.feedback:
			sender.RTCP(b, time.Now(), pub.conn)
		case do := <-pub.commands:
			do(sender)
		case <-timer.C:
		}
		_ = sender.Poll(time.Now(), pub.conn) // what the socket refuses is lost, and missed by all
		timer.Reset(time.Until(sender.Next()))
	}
}

// mute stops both kinds of media, or lets them go on; the first frame is then a
// keyframe. It returns when that is so.
func (pub *publication) mute(muted bool) {
	done := make(chan struct{})
	do := func(s *publish.Sender) {
		s.Mute(publish.Audio, muted)
		s.Mute(publish.Video, muted)
		close(done)
	}
	select {
	case pub.commands <- do:
		<-done
	case <-pub.stop:
	case <-pub.conn.Done():
	}
}

// sent returns what was sent so far.
func (pub *publication) sent() Sent {
	pub.mu.Lock()
	sender := pub.sender
	pub.mu.Unlock()
	if sender == nil {
		return Sent{}
	}
	stats := sender.Stats()
	s := Sent{Audio: stats.Audio.Packets}
	for _, v := range stats.Video {
		s.Video += v.Packets
		s.Frames += v.Frames
	}
	return s
}

func (pub *publication) close() {
	pub.stopOnce.Do(func() { close(pub.stop) })
	pub.running.Wait()
	_ = pub.conn.Close() // nothing depends on it any more
}

// reports hands what the server reports to the sending goroutine.
type reports struct{ *publication }

func (reports) RTP([]byte, time.Time) {}
func (reports) Tick(time.Time)        {}
func (r reports) RTCP(b []byte, _ time.Time) {
	select {
	case r.feedback <- append([]byte(nil), b...):
	default:
	}
}
