package load

import (
	"context"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/load/watch"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// subscription is one receiving connection. The connection's reader goroutine
// owns the receiver; others only take snapshots.
type subscription struct {
	publisher string
	asked     time.Time // when the stream was asked for
	conn      *transport.Conn
	receiver  *watch.Receiver // set by accept
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
	sub.receiver = watch.New(watch.Config{Media: media, Late: late, Writer: sub.conn, RTT: sub.conn.RTT}, sub.asked)
	return nil
}

// start connects, and returns when media may come.
func (sub *subscription) start(ctx context.Context) error { return sub.conn.Start(ctx) }

// The connection's Handler. It is called from start on, when the receiver is
// there.

func (sub *subscription) RTP(b []byte, now time.Time)  { sub.receiver.RTP(b, now) }
func (sub *subscription) RTCP(b []byte, now time.Time) { sub.receiver.RTCP(b, now) }
func (sub *subscription) Tick(now time.Time)           { sub.receiver.Tick(now) }

// setPaused says that the publisher stopped on purpose, or goes on.
func (sub *subscription) setPaused(kind scenario.Kind, paused bool) {
	which := watch.Video
	if kind == scenario.Audio {
		which = watch.Audio
	}
	sub.receiver.SetPaused(which, paused)
}
