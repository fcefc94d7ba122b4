package signaling_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/atrium-rtc/atrium/room"
)

// pairedMedia is media that has paired connections too. An uplink refuses offers that begin
// with "refuse"; a downlink offers at once, and an answer "without <n>" takes all but the nth
// stream.
type pairedMedia struct {
	*media

	mu        sync.Mutex
	uplinks   []*uplink
	downlinks []*downlink
}

type uplink struct {
	media    *pairedMedia
	observer room.MediaObserver
	offers   int
	live     map[string]*stream
}

func (m *pairedMedia) NewUplink(req room.UplinkRequest) room.Uplink {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := &uplink{media: m, observer: req.Observer, live: make(map[string]*stream)}
	m.uplinks = append(m.uplinks, u)
	return u
}

func (u *uplink) Negotiate(_ context.Context, offer string, streams []room.UplinkStream) (string, map[string]room.Publication, error) {
	u.media.mu.Lock()
	defer u.media.mu.Unlock()
	if strings.HasPrefix(offer, "refuse") {
		return "", nil, errors.New("cannot answer")
	}
	u.offers++
	published, live := make(map[string]room.Publication), make(map[string]*stream)
	for _, s := range streams {
		if live[s.ID] = u.live[s.ID]; live[s.ID] == nil {
			live[s.ID] = &stream{media: u.media.media}
			published[s.ID] = live[s.ID]
			s.Observer.SubscribedLayers([]room.SubscribedLayer{{RID: "l", Active: true}})
		}
	}
	u.live = live
	return "answer " + strconv.Itoa(u.offers), published, nil
}

func (u *uplink) AddICECandidate(c room.ICECandidate) error { return u.media.note(c) }
func (u *uplink) Close()                                    {}

func (m *pairedMedia) note(c room.ICECandidate) error {
	m.media.mu.Lock()
	defer m.media.mu.Unlock()
	m.candidates = append(m.candidates, c)
	return nil
}

type downlink struct {
	media    *pairedMedia
	observer room.DownlinkObserver
	received []*reception
	number   int
	waiting  bool
	changed  bool
	offer    room.DownlinkOffer
}

// reception is a subscription on a downlink.
type reception struct {
	*stream
	on *downlink
}

func (r *reception) Close() {
	r.on.media.mu.Lock()
	defer r.on.media.mu.Unlock()
	r.on.received = slices.DeleteFunc(r.on.received, func(o *reception) bool { return o == r })
	r.on.change()
}

func (m *pairedMedia) NewDownlink(req room.DownlinkRequest) room.Downlink {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := &downlink{media: m, observer: req.Observer}
	m.downlinks = append(m.downlinks, d)
	return d
}

func (d *downlink) Subscribe(_ room.Publication, req room.ReceiveRequest) (room.Subscription, error) {
	d.media.mu.Lock()
	defer d.media.mu.Unlock()
	r := &reception{&stream{media: d.media.media}, d}
	d.received = append(d.received, r)
	if req.Stream == "paused" {
		req.Observer.Delivery(room.DeliveryState{Paused: true})
	}
	d.change()
	return r, nil
}

// change wants the lock held.
func (d *downlink) change() {
	if d.changed = true; d.waiting {
		return
	}
	d.number++
	d.waiting, d.changed = true, false
	d.offer = room.DownlinkOffer{Number: d.number, SDP: fmt.Sprintf("offer %d", d.number)}
	for i, r := range d.received {
		d.offer.Streams = append(d.offer.Streams, room.DownlinkStream{Subscription: r, MIDs: []string{strconv.Itoa(i)}})
	}
	d.observer.Offered()
}

func (d *downlink) Complete(_ context.Context, number int, answer string) error {
	d.media.mu.Lock()
	defer d.media.mu.Unlock()
	if !d.waiting && number == d.number {
		return nil
	}
	if number != d.number {
		return &room.Error{Code: room.CodeSDP, Msg: "not this offer"}
	}
	d.waiting = false
	if n, err := strconv.Atoi(strings.TrimPrefix(answer, "without ")); err == nil {
		d.observer.Ended(d.received[n], &room.Error{Code: room.CodeSDP, Msg: "the publisher sends VP9"})
	}
	if d.changed {
		d.change()
	}
	return nil
}

func (d *downlink) Outstanding() (room.DownlinkOffer, bool) {
	d.media.mu.Lock()
	defer d.media.mu.Unlock()
	return d.offer, d.waiting
}

func (d *downlink) Restart() {
	d.media.mu.Lock()
	defer d.media.mu.Unlock()
	d.change()
}

func (d *downlink) AddICECandidate(c room.ICECandidate) error { return d.media.note(c) }
func (d *downlink) Close()                                    {}
