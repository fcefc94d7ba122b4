package load

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/transport"
)

// rids names the simulcast encodings, lowest first, as applications do.
func rids() []string { return []string{"q", "h", "f"} }

// maxFeedback is how many compound packets wait for the sending goroutine. A
// sender that is so far behind does better without the rest.
const maxFeedback = 256

// publication is one sending connection. Its goroutine owns the sender; others
// send it commands.
type publication struct {
	conn *transport.Conn
	// encodings is how many were offered.
	encodings int
	feedback  chan []byte
	commands  chan func(*publish.Sender)
	stop      chan struct{}
	stopOnce  sync.Once
	running   sync.WaitGroup

	mu     sync.Mutex
	sender *publish.Sender // nil until the connection is up; its Stats only
}

// newPublication opens the connection that will carry what p says.
func newPublication(o transport.Options, p scenario.Publish) (*publication, error) {
	pub := &publication{
		feedback: make(chan []byte, maxFeedback),
		commands: make(chan func(*publish.Sender), 16),
		stop:     make(chan struct{}),
	}
	o.Handler, o.Send, o.Audio = feedbackOf{pub}, true, p.Audio
	if p.Video {
		o.Video = append(o.Video, p.Codec)
	}
	pub.encodings = 1
	if p.Simulcast {
		o.RIDs = rids()[:layers(p)]
		pub.encodings = len(o.RIDs)
	}
	conn, err := transport.New(o)
	if err != nil {
		return nil, err
	}
	pub.conn = conn
	return pub, nil
}

// feedbackOf hands what the server reports to the sending goroutine.
type feedbackOf struct{ *publication }

func (f feedbackOf) RTP([]byte, time.Time) {}
func (f feedbackOf) Tick(time.Time)        {}
func (f feedbackOf) RTCP(b []byte, _ time.Time) {
	select {
	case f.feedback <- append([]byte(nil), b...):
	default:
	}
}

// start connects and begins to send. It returns when the first packet may go.
func (pub *publication) start(ctx context.Context, cfg publish.Config) error {
	if err := pub.conn.Start(ctx); err != nil {
		return err
	}
	sender, err := publish.New(cfg, time.Now())
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	pub.mu.Lock()
	pub.sender = sender
	pub.mu.Unlock()
	pub.running.Go(func() { pub.send(sender) })
	return nil
}

// sending turns what the scenario says and what the server accepted into what
// is sent.
func sending(source uint32, p scenario.Publish, media *transport.Media, from *library) (publish.Config, error) {
	cfg := publish.Config{
		Reels:  from.reels,
		Source: source, Media: media, FramesPerSecond: p.FramesPerSecond, PacketSize: p.PacketSize,
		KeyframeInterval: p.KeyframeInterval, Adapt: p.Adapt, Burst: p.Burst, Seed: uint64(source),
	}
	if media.Audio != nil {
		voice, err := from.voice()
		if err != nil {
			return cfg, err
		}
		cfg.Voice = voice
	}
	if media.Video == nil {
		return cfg, nil
	}
	sizes, err := from.video(media.Video.Codec)
	if err != nil {
		return cfg, err
	}
	cfg.Video = encodings(sizes, p, len(media.Video.RIDs))
	cfg.Bitrates = bitrates(p, len(media.Video.RIDs))
	return cfg, nil
}

// encodings chooses clips for n simulcast encodings, 0 meaning one without a
// name: the largest is the one asked for, the others are those below it. One
// that adapts may take every smaller one.
func encodings(sizes []clip.Video, p scenario.Publish, n int) []clip.Video {
	top := 0
	for i, v := range sizes {
		if v.Width <= p.Size.Width {
			top = i
		}
	}
	if n == 0 && p.Adapt {
		n = top + 1
	}
	return sizes[max(0, top+1-max(n, 1)) : top+1]
}

// layers is how many simulcast encodings end at the size of the plan: the clips
// are half as wide one below the other.
func layers(p scenario.Publish) int {
	n := 1
	for width := 320; width < p.Size.Width && n < len(rids()); width *= 2 {
		n++
	}
	return n
}

// bitrates gives the largest of n encodings the rate of the plan; the others
// have their clips' own.
func bitrates(p scenario.Publish, n int) []int {
	list := make([]int, max(n, 1))
	list[len(list)-1] = int(p.Bitrate)
	return list
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
		// A packet that the socket refused is lost, as on any network; the
		// receivers count it.
		_ = sender.Poll(time.Now(), pub.conn)
		timer.Reset(time.Until(sender.Next()))
	}
}

// mute stops or resumes a kind of media, soon.
func (pub *publication) mute(kind scenario.Kind, muted bool) {
	which := publish.Video
	if kind == scenario.Audio {
		which = publish.Audio
	}
	pub.command(func(s *publish.Sender) { s.Mute(which, muted) })
}

// command runs do on the sending goroutine, soon.
func (pub *publication) command(do func(*publish.Sender)) {
	select {
	case pub.commands <- do:
	case <-pub.stop:
	case <-pub.conn.Done():
	}
}

// stats returns what was sent so far, and false before the connection is up.
func (pub *publication) stats() (publish.Stats, bool) {
	pub.mu.Lock()
	sender := pub.sender
	pub.mu.Unlock()
	if sender == nil {
		return publish.Stats{}, false
	}
	return sender.Stats(), true
}

// silence ends the sending goroutine; the connection stays.
func (pub *publication) silence() {
	pub.stopOnce.Do(func() { close(pub.stop) })
	pub.running.Wait()
}

// close ends the connection too.
func (pub *publication) close() {
	pub.silence()
	_ = pub.conn.Close() // it may have failed before; that was counted
}
