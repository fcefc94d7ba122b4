package load

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/load/watch"
)

// downlink is the receiving connection of a client with paired connections. Its
// reader goroutine owns the receivers of all that come on it; the client replaces
// the routes to them.
type downlink struct {
	conn     *transport.Conn
	routes   atomic.Pointer[routes]
	feedback *watch.TransportFeedback // of the whole connection; nil when nobody wants it. Set before the reader runs
	began    bool                     // the connection is being made
}

// routes say whose packets are whose. They are replaced, never changed.
type routes struct {
	bySSRC    map[uint32]*watch.Receiver
	receivers []*watch.Receiver
}

func newDownlink(o transport.Options) (*downlink, error) {
	d := &downlink{}
	d.routes.Store(&routes{})
	o.Handler, o.Audio = d, true
	conn, err := transport.New(o)
	if err != nil {
		return nil, err
	}
	d.conn = conn
	return d, nil
}

// accept takes the server's offer and returns the answer. What comes from now on
// is routed to the subscriptions that the offer has; those that it has for the
// first time, or from other sources than before, are returned.
func (d *downlink) accept(offer session.Offer, wanted map[string]*subscription, late time.Duration) (answer string, begun []*subscription, err error) {
	o, err := transport.ParseOffer(offer.SDP)
	if err != nil {
		return "", nil, err
	}
	to := &routes{bySSRC: make(map[uint32]*watch.Receiver)}
	for user, mids := range offer.MIDs {
		sub := wanted[user]
		if sub == nil {
			continue // dropped meanwhile: the next offer is without it
		}
		media := o.Media(mids)
		if media.Audio == nil && media.Video == nil {
			return "", nil, fmt.Errorf("%w: nothing that is known comes in the sections of %q", transport.ErrBadOffer, user)
		}
		if sub.receiver == nil {
			sub.receive(media, d.conn, late)
			begun = append(begun, sub)
		}
		to.add(sub.receiver, media)
	}
	if id := o.TransportExtension(); id != 0 && !d.began {
		d.feedback = watch.NewTransportFeedback(id, d.conn)
	}
	if answer, err = d.conn.Answer(o); err != nil {
		return "", nil, err
	}
	d.routes.Store(to)
	return answer, begun, nil
}

// add routes all sources of a subscription to its receiver.
func (r *routes) add(receiver *watch.Receiver, media *transport.Media) {
	r.receivers = append(r.receivers, receiver)
	for _, s := range []*transport.Stream{media.Audio, media.Video} {
		if s == nil {
			continue
		}
		for _, list := range [][]uint32{s.SSRCs, s.RTXSSRCs} {
			for _, ssrc := range list {
				r.bySSRC[ssrc] = receiver
			}
		}
	}
}

// The connection's Handler.

const ssrcAt = 8 // in an RTP packet (RFC 3550 section 5.1)

func (d *downlink) RTP(b []byte, now time.Time) {
	if len(b) < ssrcAt+4 {
		return
	}
	if d.feedback != nil {
		d.feedback.RTP(b, now)
	}
	if r := d.routes.Load().bySSRC[binary.BigEndian.Uint32(b[ssrcAt:])]; r != nil {
		r.RTP(b, now)
	}
}

// RTCP goes to everybody: each takes the reports on its own sources.
func (d *downlink) RTCP(b []byte, now time.Time) {
	for _, r := range d.routes.Load().receivers {
		r.RTCP(b, now)
	}
}

func (d *downlink) Tick(now time.Time) {
	if d.feedback != nil {
		d.feedback.Tick(now)
	}
	for _, r := range d.routes.Load().receivers {
		r.Tick(now)
	}
}
