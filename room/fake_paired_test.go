package room_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/atrium-rtc/atrium/room"
)

var _ room.PairedMedia = (*fakeMedia)(nil)

// offerOf is an offer with these sections, "0 audio", in order; as much of it as rooms read.
func offerOf(sections ...string) string {
	var b strings.Builder
	b.WriteString("v=0\r\n")
	for _, section := range sections {
		mid, kind, _ := strings.Cut(section, " ")
		fmt.Fprintf(&b, "m=%s 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:%s\r\n", kind, mid)
	}
	return b.String()
}

// fakeUplink answers every offer with the streams that there are then.
type fakeUplink struct {
	media      *fakeMedia
	req        room.UplinkRequest
	streams    map[string]*fakeConnection
	candidates []string
	closed     bool
}

func (f *fakeMedia) NewUplink(req room.UplinkRequest) room.Uplink {
	u := &fakeUplink{media: f, req: req, streams: make(map[string]*fakeConnection)}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.uplinks = append(f.uplinks, u)
	return u
}

func (u *fakeUplink) Negotiate(ctx context.Context, offer string, streams []room.UplinkStream) (string, map[string]room.Publication, error) {
	if u.media.negotiate != nil {
		if err := u.media.negotiate(ctx, room.MediaRequest{User: u.req.User, Offer: offer}); err != nil {
			return "", nil, err
		}
	}
	u.media.mu.Lock()
	defer u.media.mu.Unlock()
	if u.closed {
		return "", nil, errors.New("closed")
	}
	published, names := make(map[string]room.Publication), []string{}
	kept := make(map[string]*fakeConnection)
	for _, s := range streams {
		c := u.streams[s.ID]
		if c == nil || c.closed {
			c = &fakeConnection{media: u.media, req: room.MediaRequest{User: u.req.User, Stream: s.ID, Observer: s.Observer}}
			u.media.made = append(u.media.made, c)
			published[s.ID] = c
		}
		kept[s.ID] = c
		names = append(names, s.ID)
	}
	for id, c := range u.streams {
		if kept[id] != c {
			c.end()
		}
	}
	u.streams = kept
	return "answer with " + strings.Join(names, ","), published, nil
}

func (u *fakeUplink) AddICECandidate(c room.ICECandidate) error {
	u.media.mu.Lock()
	defer u.media.mu.Unlock()
	u.candidates = append(u.candidates, c.Candidate)
	return nil
}

func (u *fakeUplink) Close() {
	u.media.mu.Lock()
	defer u.media.mu.Unlock()
	u.closed = true
	for _, c := range u.streams {
		c.end()
	}
}

// fakeDownlink offers what is received, one offer at a time. An answer "without x" does not
// take the streams of x, and "nonsense" is none.
type fakeDownlink struct {
	media      *fakeMedia
	req        room.DownlinkRequest
	received   []*fakeConnection
	number     int
	waiting    *room.DownlinkOffer
	changed    bool
	restarts   int
	answers    []string
	candidates []string
	closed     bool
}

func (f *fakeMedia) NewDownlink(req room.DownlinkRequest) room.Downlink {
	d := &fakeDownlink{media: f, req: req}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.downlinks = append(f.downlinks, d)
	return d
}

func (d *fakeDownlink) Subscribe(p room.Publication, req room.ReceiveRequest) (room.Subscription, error) {
	from := p.(*fakeConnection)
	d.media.mu.Lock()
	defer d.media.mu.Unlock()
	if d.closed || from.closed {
		return nil, errors.New("closed")
	}
	c := &fakeConnection{
		media: d.media, from: from,
		req: room.MediaRequest{User: d.req.User, Stream: req.Publisher + "_" + req.Stream, Observer: req.Observer},
	}
	c.ending = func() {
		d.received = slices.DeleteFunc(d.received, func(o *fakeConnection) bool { return o == c })
		d.change()
	}
	d.media.made = append(d.media.made, c)
	d.received = append(d.received, c)
	d.change()
	return c, nil
}

// change and offer want the media's lock held.
func (d *fakeDownlink) change() {
	d.changed = true
	d.offer()
}

func (d *fakeDownlink) offer() {
	if !d.changed || d.waiting != nil || d.closed {
		return
	}
	d.number++
	d.changed = false
	offer := room.DownlinkOffer{Number: d.number, SDP: fmt.Sprintf("offer %d", d.number)}
	for i, c := range d.received {
		offer.Streams = append(offer.Streams, room.DownlinkStream{Subscription: c, MIDs: []string{fmt.Sprint(i)}})
	}
	d.waiting = &offer
	d.req.Observer.Offered()
}

func (d *fakeDownlink) Complete(_ context.Context, number int, answer string) error {
	d.media.mu.Lock()
	defer d.media.mu.Unlock()
	switch {
	case d.waiting == nil && number == d.number && number > 0:
		return nil // again
	case d.waiting == nil || number != d.number:
		return &room.Error{Code: room.CodeSDP, Msg: "not this offer"}
	case answer == "nonsense":
		return errors.New("no answer at all")
	}
	d.answers = append(d.answers, answer)
	d.waiting = nil
	if whose, refuses := strings.CutPrefix(answer, "without "); refuses {
		for _, c := range slices.Clone(d.received) {
			if c.from.req.User == whose {
				d.req.Observer.Ended(c, &room.Error{Code: room.CodeSDP, Msg: "the publisher sends VP9"})
			}
		}
	}
	d.offer()
	return nil
}

func (d *fakeDownlink) Outstanding() (room.DownlinkOffer, bool) {
	d.media.mu.Lock()
	defer d.media.mu.Unlock()
	if d.waiting == nil {
		return room.DownlinkOffer{}, false
	}
	return *d.waiting, true
}

func (d *fakeDownlink) Restart() {
	d.media.mu.Lock()
	defer d.media.mu.Unlock()
	d.restarts++
	d.change()
}

func (d *fakeDownlink) AddICECandidate(c room.ICECandidate) error {
	d.media.mu.Lock()
	defer d.media.mu.Unlock()
	d.candidates = append(d.candidates, c.Candidate)
	return errors.New("of no use")
}

func (d *fakeDownlink) Close() {
	d.media.mu.Lock()
	defer d.media.mu.Unlock()
	d.closed = true
	for _, c := range slices.Clone(d.received) {
		c.end()
	}
}

// uplink and downlink return those made last.
func (f *fakeMedia) uplink() *fakeUplink {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.uplinks[len(f.uplinks)-1]
}

func (f *fakeMedia) downlink() *fakeDownlink {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.downlinks[len(f.downlinks)-1]
}
