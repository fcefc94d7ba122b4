package sfutest

import (
	"sync"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/internal/load/watch"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Call is one of two members who do nothing wrong, over real sockets: a picture of 30
// frames a second and sound. It is the bystander of what others do to the server, and
// must not notice it.
type Call struct {
	Publisher *Publisher
	Viewer    *Viewer
	sender    *publish.Sender
	before    watch.Snapshot
	stalls    uint64
}

// StartCall returns once a picture was seen. The call ends with the test.
func StartCall(tb testing.TB, engine *sfu.Engine) *Call {
	tb.Helper()
	reports := reportsOf(make(chan []byte, 256))
	c := &Call{Publisher: Publish(tb, engine, reports)}
	c.Viewer = View(tb, engine, c.Publisher.Publication)
	c.sender = sender(tb, c.Publisher)
	stop := make(chan struct{})
	var sending sync.WaitGroup
	sending.Go(func() { c.send(reports, stop) })
	tb.Cleanup(func() { close(stop); sending.Wait() })
	c.await(tb, func(s watch.Snapshot) bool { return s.Frames > 30 })
	c.Mark()
	return c
}

// sender makes what is sent: the smallest clip, at its own rate.
func sender(tb testing.TB, p *Publisher) *publish.Sender {
	tb.Helper()
	videos, err := clip.Videos(codec.VP8)
	if err != nil {
		tb.Fatal(err)
	}
	voice, err := clip.Voice()
	if err != nil {
		tb.Fatal(err)
	}
	s, err := publish.New(publish.Config{Source: 1, Media: p.Media, Video: videos[:1], Voice: voice}, time.Now())
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// reportsOf hands what the server reports to the sending goroutine.
type reportsOf chan []byte

// RTP implements transport.Handler.
func (reportsOf) RTP([]byte, time.Time) {}

// Tick implements transport.Handler.
func (reportsOf) Tick(time.Time) {}

// RTCP implements transport.Handler.
func (r reportsOf) RTCP(b []byte, _ time.Time) {
	select {
	case r <- append([]byte(nil), b...):
	default:
	}
}

func (c *Call) send(reports <-chan []byte, stop <-chan struct{}) {
	conn := c.Publisher.Conn
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-stop:
			return
		case b := <-reports:
			c.sender.RTCP(b, time.Now(), conn)
		case <-timer.C:
		}
		_ = c.sender.Poll(time.Now(), conn)
		timer.Reset(time.Until(c.sender.Next()))
	}
}

// await waits until something was seen.
func (c *Call) await(tb testing.TB, seen func(watch.Snapshot) bool) {
	tb.Helper()
	look, late := time.NewTicker(10*time.Millisecond), time.NewTimer(30*time.Second)
	defer look.Stop()
	defer late.Stop()
	for !seen(c.Viewer.Seen()) {
		select {
		case <-look.C:
		case <-late.C:
			tb.Fatalf("waited in vain; seen: %+v", c.Viewer.Seen())
		}
	}
}

// Await waits for so many more pictures since the last Mark.
func (c *Call) Await(tb testing.TB, frames uint64) {
	tb.Helper()
	c.await(tb, func(s watch.Snapshot) bool { return s.Frames-c.before.Frames >= frames })
}

// Mark begins a time that is judged.
func (c *Call) Mark() { c.before, c.stalls = c.Viewer.Seen(), c.sender.Stats().Stalls }

// Judgement is what a bystander saw since Mark.
type Judgement struct {
	Frames        uint64
	Lost          uint64        // packets that did not come, sound and picture
	Missing       uint64        // frames that were sent and neither shown nor left out on purpose
	Freezes       uint64        // a browser's: three frames' time, and 150 ms at least, more than usual
	LongestFreeze time.Duration // since the call began
	Stalls        uint64        // of the publisher itself: the machine was too slow
	Failed        string        // the connection
}

// Judge returns what was seen since Mark.
func (c *Call) Judge() Judgement {
	now := c.Viewer.Seen()
	freezes, _, longest := now.AllFreezes()
	before, _, _ := c.before.AllFreezes()
	return Judgement{
		Frames: now.Frames - c.before.Frames, Lost: now.Lost() - c.before.Lost(),
		Missing: now.FramesExpected - now.FramesSkipped - now.Frames,
		Freezes: freezes - before, LongestFreeze: longest,
		Stalls: c.sender.Stats().Stalls - c.stalls,
		Failed: c.Publisher.Failed.Reason() + c.Viewer.Failed.Reason(),
	}
}
