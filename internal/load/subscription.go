package load

import (
	"context"
	"errors"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/load/watch"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// subscription is one receiving connection. The connection's reader goroutine
// owns the receiver; others only take snapshots.
type subscription struct {
	publisher string
	asked     time.Time       // when the stream was asked for
	conn      *transport.Conn // its own; nil when it comes on a downlink
	receiver  *watch.Receiver // set by accept, or receive
	video     bool            // was negotiated; likewise

	// Guarded by the account.
	paused      [2]bool        // audio, video: the publisher stopped on purpose
	mutedFrom   [2]bool        // paused as it was when the subscription began
	interrupted result.Summary // freezes and gaps that a pause put an end to
}

// newSubscription opens the connection that will receive a publisher.
func newSubscription(o transport.Options, publisher string) (*subscription, error) {
	sub := &subscription{publisher: publisher, asked: time.Now()}
	o.Handler, o.Audio = sub, true
	o.Video = []codec.Codec{codec.VP8, codec.VP9, codec.H264, codec.AV1}
	conn, err := transport.New(o)
	if err != nil {
		return nil, err
	}
	sub.conn = conn
	return sub, nil
}

// accept takes the server's answer.
func (sub *subscription) accept(answer string, late time.Duration) error {
	media, err := sub.conn.Accept(answer)
	if err != nil {
		return err
	}
	sub.video = media.Video != nil
	sub.receiver = watch.New(watch.Config{Media: media, Late: late, Writer: sub.conn, RTT: sub.conn.RTT}, sub.asked)
	return nil
}

// awaitedSubscription is one that comes on a downlink, once the server has offered
// it.
func awaitedSubscription(publisher string) *subscription {
	return &subscription{publisher: publisher, asked: time.Now()}
}

// receive takes what a downlink brings of it. The feedback for the transport is
// the downlink's.
func (sub *subscription) receive(media *transport.Media, conn *transport.Conn, late time.Duration) {
	own := *media
	for _, s := range []**transport.Stream{&own.Audio, &own.Video} {
		if *s != nil {
			stream := **s
			stream.TransportCC = false
			*s = &stream
		}
	}
	sub.video = own.Video != nil
	sub.receiver = watch.New(watch.Config{Media: &own, Late: late, Writer: conn, RTT: conn.RTT}, sub.asked)
}

// start connects, and returns when media may come.
func (sub *subscription) start(ctx context.Context) error { return sub.conn.Start(ctx) }

// The connection's Handler. It is called from start on, when the receiver is
// there.

func (sub *subscription) RTP(b []byte, now time.Time)  { sub.receiver.RTP(b, now) }
func (sub *subscription) RTCP(b []byte, now time.Time) { sub.receiver.RTCP(b, now) }
func (sub *subscription) Tick(now time.Time)           { sub.receiver.Tick(now) }

// setPaused says that the publisher stopped on purpose, or goes on. A freeze
// that went on before has happened all the same.
func (sub *subscription) setPaused(kind scenario.Kind, paused bool) {
	which := watch.Video
	if kind == scenario.Audio {
		which = watch.Audio
	}
	if sub.paused[which] == paused {
		return
	}
	sub.paused[which] = paused
	if paused {
		s := sub.receiver.Snapshot()
		_, open := countsOf(&s)
		if which == watch.Video {
			open.AudioGaps, open.AudioGap = 0, 0
		} else {
			open.Freezes, open.Frozen, open.LongestFreeze = 0, 0, 0
		}
		sub.interrupted.Add(&open)
	}
	sub.receiver.SetPaused(which, paused)
}

// plays reports whether what is to be seen was seen: a picture, or sound where
// there is no picture.
func (sub *subscription) plays(s *watch.Snapshot) bool {
	if sub.video && !sub.paused[watch.Video] {
		return s.FirstKeyframe > 0
	}
	return s.FirstMedia > 0 || sub.paused[watch.Audio]
}

// patience is how long a stream may take to show something before it counts as
// one that never came.
const patience = 10 * time.Second

// black returns an error if the subscription has waited for its picture in vain.
func (sub *subscription) black(now time.Time) error {
	s := sub.receiver.Snapshot()
	switch {
	case now.Sub(sub.asked) < patience || sub.plays(&s):
		return nil
	case s.FirstMedia == 0:
		return errNoMedia
	default:
		return errNoPicture
	}
}

// What a viewer who sees nothing is missing.
var (
	errNoMedia   = errors.New("receive: no media came")
	errNoPicture = errors.New("receive: no keyframe came")
)
