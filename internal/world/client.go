package world

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// Style is how a client speaks.
type Style uint8

// The styles.
const (
	// Old is Kurento Room's client: a connection for each stream, one stream each,
	// no extensions. When its socket breaks it joins anew.
	Old Style = iota
	// Paired has the extensions and two connections, and continues its session.
	Paired
)

// String names the style.
func (s Style) String() string { return [...]string{"old", "paired"}[s] }

// retryAfter is how long a client waits with what did not work, requestTimeout
// how long for an answer before it takes its socket for dead.
const (
	retryAfter     = time.Second
	requestTimeout = 8 * time.Second
)

// client is one participant. Its goroutine owns all of it but where it says
// otherwise. Whatever it hears changes what it knows; then tend does what is
// missing, so that no order of events leaves it halfway.
type client struct {
	Member
	world *World
	index int
	roam  *roaming
	home  *testnet.Host // its links are the client's; another one after a move
	mail  *mailbox
	quit  chan struct{}
	done  chan struct{}

	wanted bool        // to be in the room
	dead   atomic.Bool // the power is off: it does nothing any more
	retry  *time.Timer

	socket  *rpc.Client
	ids     int64 // of requests, before the socket
	session string
	joined  bool
	present map[string]map[string]bool // streams by user
	sources map[string]*source         // by stream, those wanted
	all     map[string]*source         // by stream, those it may ever publish
	entries []time.Duration            // when it has joined; guarded by world.mu

	old    oldMedia
	paired pairedMedia

	screen   *screen
	messages atomic.Int64
	learned  []learned // guarded by world.mu: when somebody was heard to be gone
	answers  []answered
}

// learned is news of somebody who is gone.
type learned struct {
	who string
	at  time.Duration
}

// answered is how long a request took.
type answered struct {
	method string
	at     time.Duration
	took   time.Duration
}

func (c *client) run() {
	defer close(c.done)
	for {
		select {
		case <-c.quit:
			return
		case <-c.mail.signal:
		}
		for _, do := range c.mail.take() {
			do()
		}
		if !c.dead.Load() {
			c.tend()
		}
	}
}

// post has the client's goroutine do something. Any goroutine may call it.
func (c *client) post(do func()) { c.mail.put(do) }

// later has tend look again after a while.
func (c *client) later() {
	if c.retry != nil {
		c.retry.Stop()
	}
	c.retry = time.AfterFunc(retryAfter, func() { c.post(func() {}) })
}

// tend does what is missing.
func (c *client) tend() {
	var err error
	switch {
	case !c.wanted && !c.joined:
		return
	case !c.wanted:
		c.leave()
		return
	case c.socket == nil:
		err = c.connect()
	}
	if err == nil && !c.joined {
		err = c.join()
	}
	if err == nil {
		err = errors.Join(c.publish(), c.receive())
	}
	if err != nil {
		c.world.tell(c.Name, "retries: %v", err)
		c.later()
	}
}

// connect opens a socket, and continues the session if there is one.
func (c *client) connect() error {
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	socket, err := c.dial(ctx)
	if err != nil {
		return err
	}
	c.socket = socket
	if c.session == "" {
		return nil
	}
	var result struct{ Value string }
	err = c.call("connect", map[string]any{"sessionId": c.session}, &result)
	var refused *rpc.Error
	switch {
	case errors.As(err, &refused):
		c.world.tell(c.Name, "its session is over")
		c.forget()
		return nil
	case err != nil:
		return err
	}
	c.world.tell(c.Name, "continues its session")
	if c.Style == Old {
		return nil // it can only hope that nothing was lost
	}
	return c.compare()
}

// dial opens a socket whose notifications go to the client's goroutine.
func (c *client) dial(ctx context.Context) (*rpc.Client, error) {
	var socket *rpc.Client
	opened := make(chan struct{})
	socket, err := rpc.Dial(ctx, roomURL, rpc.DialOptions{
		Dial: c.roam.dial, HandshakeTimeout: requestTimeout, FirstID: c.ids,
		Notify: func(method string, params json.RawMessage) {
			params = slices.Clone(params)
			c.post(func() { c.hear(method, params) })
		},
		Ended: func(err error) {
			go func() {
				<-opened
				c.post(func() { c.lost(socket, err) })
			}()
		},
	})
	close(opened)
	return socket, err
}

// lost hears of the end of a socket.
func (c *client) lost(socket *rpc.Client, err error) {
	if c.socket != socket {
		return
	}
	c.world.tell(c.Name, "lost its socket")
	c.socket = nil
	if c.Style == Old {
		c.forget()
	}
	_ = err
}

// call sends a request. A server that does not answer is one whose socket is
// dead.
func (c *client) call(method string, params, result any) error {
	socket := c.socket
	if socket == nil {
		return errNoSocket
	}
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	began := time.Now()
	c.ids++
	err := socket.Call(ctx, method, params, result)
	took := time.Since(began)
	c.world.mu.Lock()
	c.answers = append(c.answers, answered{method, c.world.at(began), took})
	c.world.mu.Unlock()
	var refused *rpc.Error
	if err != nil && !errors.As(err, &refused) {
		c.drop()
	}
	return err
}

var errNoSocket = errors.New("no socket")

// drop gives the socket up.
func (c *client) drop() {
	if c.socket == nil {
		return
	}
	socket := c.socket
	c.socket = nil
	socket.Abandon()
	socket.Close(rpc.CloseGoingAway, "")
	if c.Style == Old {
		c.forget()
	}
}

// forget ends all media and what is known of the room: the next thing is to join.
func (c *client) forget() {
	c.session, c.joined = "", false
	clear(c.present)
	c.old.close()
	c.paired.close()
}

func (c *client) leave() {
	if c.socket != nil {
		_ = c.call("leaveRoom", nil, nil)
	}
	if c.socket != nil {
		c.socket.Close(rpc.CloseNormal, "")
		c.socket = nil
	}
	c.forget()
	c.world.tell(c.Name, "has left")
}

// end takes everything away, without a word.
func (c *client) end() {
	if c.retry != nil {
		c.retry.Stop()
	}
	c.drop()
	c.forget()
}

// streamsOf are the streams of the others, by sender.
func (c *client) senders() (list []string) {
	for user, streams := range c.present {
		for stream := range streams {
			list = append(list, user+"_"+stream)
		}
	}
	slices.Sort(list)
	return list
}

// wants are the streams to be published.
func (c *client) wants() []string { return slices.Sorted(maps.Keys(c.sources)) }

// watchState tells of a connection that is in trouble.
func (c *client) watchState(pc *webrtc.PeerConnection, troubled func(failed bool)) {
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		switch s {
		case webrtc.PeerConnectionStateDisconnected, webrtc.PeerConnectionStateFailed:
			c.post(func() { troubled(s == webrtc.PeerConnectionStateFailed) })
		default:
		}
	})
}
