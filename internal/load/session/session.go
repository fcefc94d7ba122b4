package session

import (
	"context"
	"errors"
)

// Session is one participant at a server. Join comes first, and once; then the
// other methods may be called from any goroutine. Each request is bounded by its
// context and by Options.Timeout; its error wraps what the server said or how
// the connection ended, see Reason.
type Session interface {
	// Join connects, enters the room and returns who is there. What the Handler
	// hears while Join is under way is newer than what Join returns. Without
	// rooms (HTTP) it does nothing and nobody is there.
	Join(ctx context.Context) ([]Peer, error)
	// Publish sends a complete SDP offer, with candidates, and returns the answer.
	Publish(ctx context.Context, offer string) (answer string, err error)
	// Unpublish ends what Publish began. One may publish again.
	Unpublish(ctx context.Context) error
	// Subscribe offers to receive what the user publishes and returns the answer.
	Subscribe(ctx context.Context, publisher, offer string) (answer string, err error)
	// Unsubscribe ends what Subscribe began.
	Unsubscribe(ctx context.Context, publisher string) error
	// RequestLayer asks for one simulcast encoding of a publisher; the zero Layer
	// leaves the choice to the server again. The error is errors.ErrUnsupported
	// where the server has no such request.
	RequestLayer(ctx context.Context, publisher string, layer Layer) error
	// Leave says goodbye and waits for the end of the connection. Only Close may
	// follow.
	Leave(ctx context.Context) error

	// Vanish falls silent as if the power went: nothing is read, written or
	// closed, requests under way end with an error, and the Handler hears nothing
	// more. Only Close may follow, and frees what is left.
	Vanish()
	// SlowReader reads at most so many octets a second from now on: 0 stops
	// reading, a negative rate reads freely again. It has no meaning, and no
	// effect, where nothing is pushed (HTTP).
	SlowReader(octetsPerSecond int)

	// Close ends the session at once, without a word for the room, and waits for
	// its goroutines. It may be called at any time and more than once.
	Close()
	// Done is closed when the session is over, for whatever reason.
	Done() <-chan struct{}
	// Err says why, once Done is closed: nil after Leave, Vanish or Close.
	Err() error
}

// Peer is a participant who was in the room before.
type Peer struct {
	User       string
	Publishing bool
}

// Handler hears what happens in the room, in the order in which the server
// told it. It is called on the session's reader, one call at a time, and
// nothing more is read until it returns: it must not wait for anything, nor
// call the Session's requests or Close.
type Handler interface {
	// Published: the user can be subscribed to.
	Published(user string)
	// Unpublished: subscriptions to the user are over.
	Unpublished(user string)
	// Left: the user is gone, and with it what it published.
	Left(user string)
	// Candidate: the server's candidate ("candidate:...") for the subscription to
	// the user, or for the publishing connection when user is oneself. It may
	// come before Publish or Subscribe has returned.
	Candidate(user, candidate string)
	// Offered: the server offers all that it sends on a paired session's receiving
	// connection. It waits for the Answer before it makes another offer.
	Offered(offer Offer)
	// MediaError: the server reports that media of this participant failed, in
	// its own words; the protocol does not say which connection.
	MediaError(text string)
	// Closed: the session is over although nobody here ended it: ErrEvicted,
	// ErrRoomClosed, or how the socket was lost. It is the last call.
	Closed(err error)
}

// Ends of a session that the server announces.
var (
	// ErrEvicted: the server took this participant out of the room.
	ErrEvicted = errors.New("evicted from the room")
	// ErrRoomClosed: an administrator closed the room.
	ErrRoomClosed = errors.New("the room was closed")
)
