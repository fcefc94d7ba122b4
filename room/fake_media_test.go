package room_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu/inspect"
	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// fakeMedia answers every offer with "answer to <offer>" unless told otherwise.
type fakeMedia struct {
	// negotiate, when not nil, is called for every offer on the negotiating
	// goroutine; its error is the negotiation's.
	negotiate func(ctx context.Context, req room.MediaRequest) error

	mu        sync.Mutex
	made      []*fakeConnection
	uplinks   []*fakeUplink
	downlinks []*fakeDownlink
}

var _ room.Media = (*fakeMedia)(nil)

func (f *fakeMedia) Publish(ctx context.Context, req room.MediaRequest) (room.Publication, error) {
	c, err := f.connect(ctx, req, nil)
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (f *fakeMedia) connect(ctx context.Context, req room.MediaRequest, from *fakeConnection) (*fakeConnection, error) {
	if f.negotiate != nil {
		if err := f.negotiate(ctx, req); err != nil {
			return nil, err
		}
	}
	c := &fakeConnection{media: f, req: req, from: from}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.made = append(f.made, c)
	return c, nil
}

// last returns the connection made last for user.
func (f *fakeMedia) last(t testing.TB, user string) *fakeConnection {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := len(f.made) - 1; i >= 0; i-- {
		if f.made[i].req.User == user {
			return f.made[i]
		}
	}
	t.Fatalf("no connection was made for %q", user)
	return nil
}

// open counts the connections that have not been closed.
func (f *fakeMedia) open() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.made {
		if !c.closed {
			n++
		}
	}
	for _, u := range f.uplinks {
		if !u.closed {
			n++
		}
	}
	for _, d := range f.downlinks {
		if !d.closed {
			n++
		}
	}
	return n
}

// fakeConnection is a Publication and a Subscription; media.mu guards it.
type fakeConnection struct {
	media *fakeMedia
	req   room.MediaRequest
	from  *fakeConnection

	closed     bool
	ending     func() // of a subscription on a downlink, once
	restarts   []room.ICECredentials
	candidates []string
	mutes      []room.MediaKind
	layers     []room.Layers
	videos     []room.VideoPreference
	reported   []room.ReceiverStatistics
	quality    []room.TrackQuality
	speech     *speaker.Snapshot // nil without sound
}

var (
	_ room.Publication  = (*fakeConnection)(nil)
	_ room.Subscription = (*fakeConnection)(nil)
	_ room.ICERestarter = (*fakeConnection)(nil)
)

func (c *fakeConnection) Answer() string {
	if c.req.Offer == "no answer" {
		return ""
	}
	return "answer to " + c.req.Offer
}

// RestartICE refuses what is called bad, and says that it is gone to the closed.
func (c *fakeConnection) RestartICE(_ context.Context, client room.ICECredentials) (string, error) {
	c.req.Observer.ICECandidate(room.ICECandidate{Candidate: "of the restart"})
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	switch {
	case c.closed:
		return "", &room.Error{Code: room.CodeUserClosed, Msg: "gone"}
	case client.Ufrag == "bad":
		return "", errors.New("bad credentials")
	}
	c.restarts = append(c.restarts, client)
	return "answer to " + client.Ufrag, nil
}

func (c *fakeConnection) AddICECandidate(candidate room.ICECandidate) error {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	c.candidates = append(c.candidates, candidate.Candidate)
	if candidate.Candidate == "bad" {
		return context.Canceled
	}
	return nil
}

func (c *fakeConnection) Mute(kind room.MediaKind) {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	c.mutes = append(c.mutes, kind)
}

func (c *fakeConnection) SetPreferredLayers(l room.Layers) {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	c.layers = append(c.layers, l)
}

func (c *fakeConnection) SetVideoPreference(p room.VideoPreference) {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	c.videos = append(c.videos, p)
}

func (c *fakeConnection) Quality() []room.TrackQuality {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	return c.quality
}

func (c *fakeConnection) Published() inspect.Publication {
	return inspect.Publication{Tracks: []inspect.Track{{Kind: "audio", Codec: "codec of " + c.req.User}}}
}

func (c *fakeConnection) Received() inspect.Subscription {
	return inspect.Subscription{Tracks: []inspect.Reception{{Kind: "audio", Cause: "media of " + c.from.req.User}}}
}

func (c *fakeConnection) Reported(s room.ReceiverStatistics) {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	c.reported = append(c.reported, s)
}

func (c *fakeConnection) Speech(now time.Time) (speaker.Snapshot, bool) {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	if c.speech == nil {
		return speaker.Snapshot{}, false
	}
	s := *c.speech
	s.Heard = now
	return s, true
}

// speaks lets the publication sound like that from now on.
func (c *fakeConnection) speaks(s speaker.Snapshot) {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	c.speech = &s
}

func (c *fakeConnection) preferred() []room.Layers {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	return append([]room.Layers{}, c.layers...)
}

func (c *fakeConnection) Subscribe(ctx context.Context, req room.MediaRequest) (room.Subscription, error) {
	s, err := c.media.connect(ctx, req, c)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (c *fakeConnection) Close() {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	c.end()
}

// end wants the media's lock held.
func (c *fakeConnection) end() {
	if c.closed {
		return
	}
	c.closed = true
	if c.ending != nil {
		c.ending()
	}
	for _, s := range c.media.made {
		if s.from == c {
			s.end()
		}
	}
}

func (c *fakeConnection) isClosed() bool {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	return c.closed
}

func (c *fakeConnection) got() (candidates []string, mutes []room.MediaKind) {
	c.media.mu.Lock()
	defer c.media.mu.Unlock()
	return append(candidates, c.candidates...), append(mutes, c.mutes...)
}
