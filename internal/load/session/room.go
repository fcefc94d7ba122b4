package session

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// Room is a participant who speaks the Kurento Room protocol
// (docs/protocol.md), to Atrium or to the original server. It sends no
// sessionId: both servers know a session by its socket.
type Room struct {
	dialer *Dialer
	url    string
	member Member
	life   context.Context // of every request
	stop   context.CancelCauseFunc
	done   chan struct{}

	mu     sync.Mutex
	begun  bool        // Join was called
	client *rpc.Client // of Join
	joined bool        // Join has succeeded: the Handler hears of the end
	ours   bool        // it ends because this side wants it to
	over   bool        // the socket has ended, or there will be none
	cause  error       // of an end that is not ours
}

var _ Session = (*Room)(nil)

// Errors of a caller that keeps to no order.
var (
	errJoined    = errors.New("joined already")
	errNotJoined = errors.New("not joined")
)

// Room returns a participant of a server at a ws or wss URL, which Join will
// connect.
func (d *Dialer) Room(url string, m Member) *Room {
	if m.Handler == nil {
		m.Handler = deaf{}
	}
	r := &Room{dialer: d, url: url, member: m, done: make(chan struct{})}
	r.life, r.stop = context.WithCancelCause(context.Background())
	return r
}

// Join implements Session. It is called once; after an error the session is
// over.
func (r *Room) Join(ctx context.Context) ([]Peer, error) {
	if err := r.begin(); err != nil {
		return nil, failed("dial", err)
	}
	ctx, cancel := r.dialer.bounded(ctx, r.life)
	defer cancel()
	client, err := rpc.Dial(ctx, r.url, rpc.DialOptions{
		Header: r.dialer.header(r.member), TLS: r.dialer.opt.TLS, Dial: r.dialer.guard.dial,
		HandshakeTimeout: r.dialer.opt.Timeout,
		Notify:           r.notified, Ended: r.ended,
	})
	if err != nil {
		r.Close()
		return nil, failed("dial", err)
	}
	if err := r.adopt(client); err != nil {
		client.Close(rpc.CloseGoingAway, "")
		<-client.Done()
		return nil, failed("dial", err)
	}
	present, err := r.enter(ctx)
	if err == nil {
		err = r.settle()
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	peers := make([]Peer, 0, len(present))
	for _, p := range present {
		peers = append(peers, Peer{User: p.ID, Publishing: len(p.Streams) > 0 && isCamera(p.Streams)})
	}
	return peers, nil
}

// enter joins, and returns who is there.
func (r *Room) enter(ctx context.Context) ([]api.Peer, error) {
	var present struct {
		Value       []api.Peer `json:"value"`
		Connections string     `json:"connections"`
	}
	words := joinRoom{User: r.member.User, Room: r.member.Room}
	if !r.member.Paired {
		err := r.call(ctx, api.JoinRoom, words, &present)
		return present.Value, err
	}
	err := r.call(ctx, api.JoinRoom, joinPaired{joinRoom: words, Extensions: true, Connections: api.Paired}, &present)
	if err == nil && present.Connections != api.Paired {
		err = failed(api.JoinRoom, errUnpaired)
	}
	return present.Value, err
}

func (r *Room) begin() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.ours:
		return rpc.ErrClosed
	case r.begun:
		return errJoined
	}
	r.begun = true
	return nil
}

// adopt makes a connection the session's, unless that is over by now.
func (r *Room) adopt(client *rpc.Client) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ours {
		return rpc.ErrClosed
	}
	r.client = client
	return nil
}

// settle ends Join: of what ends the session from now on the Handler hears.
func (r *Room) settle() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over || r.cause != nil {
		return failed(api.JoinRoom, cmp.Or(r.cause, rpc.ErrClosed))
	}
	r.joined = true
	return nil
}

// Publish implements Session.
func (r *Room) Publish(ctx context.Context, offer string) (string, error) {
	if r.member.Paired {
		return r.negotiate(ctx, api.Publish, publishStreams(offer))
	}
	return r.negotiate(ctx, api.PublishVideo, publishVideo{SDPOffer: offer})
}

// Unpublish implements Session.
func (r *Room) Unpublish(ctx context.Context) error {
	return r.call(ctx, api.UnpublishVideo, nil, nil)
}

// Subscribe implements Session.
func (r *Room) Subscribe(ctx context.Context, publisher, offer string) (string, error) {
	return r.negotiate(ctx, api.ReceiveVideoFrom, receiveVideoFrom{Sender: sender(publisher), SDPOffer: offer})
}

// Unsubscribe implements Session.
func (r *Room) Unsubscribe(ctx context.Context, publisher string) error {
	return r.call(ctx, api.UnsubscribeFromVideo, unsubscribeFromVideo{Sender: sender(publisher)}, nil)
}

// Leave implements Session. The original server answers leaveRoom before it
// closes the socket, or in the worst case never; the socket ends either way.
func (r *Room) Leave(ctx context.Context) error {
	r.mu.Lock()
	r.ours = true
	client := r.client
	r.mu.Unlock()
	if client == nil {
		r.Close()
		return nil
	}
	err := r.call(ctx, api.LeaveRoom, nil, nil)
	client.Close(rpc.CloseNormal, "")
	<-r.done
	return err
}

// Vanish implements Session.
func (r *Room) Vanish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ours = true
	if r.client != nil {
		r.client.Abandon()
	}
	r.stop(rpc.ErrClosed)
}

// SlowReader implements Session.
func (r *Room) SlowReader(octetsPerSecond int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.client != nil {
		r.client.SetReadRate(octetsPerSecond)
	}
}

// Close implements Session. To a server close code 1001 is the end of the
// session, without the time that a broken socket would have to come back.
func (r *Room) Close() {
	r.mu.Lock()
	r.ours = true
	client := r.client
	if client == nil && !r.over {
		r.over = true
		close(r.done)
	}
	r.mu.Unlock()
	r.stop(rpc.ErrClosed)
	if client != nil {
		client.Close(rpc.CloseGoingAway, "")
		<-client.Done()
	}
}

// Done implements Session.
func (r *Room) Done() <-chan struct{} { return r.done }

// Err implements Session.
func (r *Room) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cause
}

func (r *Room) negotiate(ctx context.Context, method string, params any) (string, error) {
	var answer api.SDPAnswer
	if err := r.call(ctx, method, params, &answer); err != nil {
		return "", err
	}
	if answer.SDPAnswer == "" {
		return "", failed(method, fmt.Errorf("%w: no sdpAnswer", rpc.ErrBadAnswer))
	}
	return answer.SDPAnswer, nil
}

func (r *Room) call(ctx context.Context, method string, params, result any) error {
	ctx, cancel := r.dialer.bounded(ctx, r.life)
	defer cancel()
	r.mu.Lock()
	client := r.client
	r.mu.Unlock()
	if client == nil {
		return failed(method, errNotJoined)
	}
	return failed(method, client.Call(ctx, method, params, result))
}

// notified hears one notification, on the reader.
func (r *Room) notified(method string, params json.RawMessage) {
	r.mu.Lock()
	quiet := r.ours || r.cause != nil
	r.mu.Unlock()
	if quiet {
		return
	}
	event, err := readEvent(method, params)
	switch {
	case err != nil:
		r.expel(err)
	case event.end != nil:
		r.expel(event.end)
	case event.tell != nil:
		event.tell(r.member.Handler)
	}
}

// expel ends the session for what the server said. The original server leaves
// the socket open after participantEvicted and roomClosed.
func (r *Room) expel(cause error) {
	r.mu.Lock()
	r.cause = cause
	client := r.client
	r.mu.Unlock()
	if client != nil {
		client.Close(rpc.CloseNormal, "")
	}
}

// ended hears of the end of the socket, on the reader.
func (r *Room) ended(err error) {
	r.mu.Lock()
	if r.cause == nil && !r.ours {
		r.cause = err
	}
	cause, tell := r.cause, r.joined && !r.ours
	first := !r.over
	r.over = true
	r.mu.Unlock()
	if tell {
		r.member.Handler.Closed(cause)
	}
	if first {
		close(r.done)
	}
}

// deaf is the Handler of a Member without one.
type deaf struct{}

func (deaf) Published(string)         {}
func (deaf) Unpublished(string)       {}
func (deaf) Left(string)              {}
func (deaf) Candidate(string, string) {}
func (deaf) MediaError(string)        {}
func (deaf) Offered(Offer)            {}
func (deaf) Closed(error)             {}
