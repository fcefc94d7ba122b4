package transport

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Handler gets what a connection receives. All methods are called on the
// connection's reader goroutine, never two at once, and must not block.
type Handler interface {
	// RTP gets one decrypted RTP packet. b is valid until the method returns.
	RTP(b []byte, now time.Time)
	// RTCP gets one decrypted compound packet, likewise.
	RTCP(b []byte, now time.Time)
	// Tick comes at least every 100 ms and at most every 10 ms from the end of
	// Start, also when nothing arrives.
	Tick(now time.Time)
}

// Options say what a connection is for.
type Options struct {
	Identity *Identity
	// Server chooses the local address to send from; the zero value takes that of
	// the default route.
	Server netip.Addr
	// Send makes a sending connection, else it receives.
	Send  bool
	Audio bool
	// Video lists codecs in order of preference; empty for no video.
	Video []codec.Codec
	// RIDs name a sender's simulcast encodings, lowest first; nil for one
	// encoding.
	RIDs []string
	// Up and Down are the conditions of this client's network. The zero value
	// takes it as it is.
	Up, Down link.Link
	// Seed makes the chances of Up and Down repeatable.
	Seed    uint64
	Handler Handler
}

// Stats counts what went through the socket since New. Octets are of UDP
// payload.
type Stats struct {
	DatagramsIn, OctetsIn   uint64
	DatagramsOut, OctetsOut uint64
	// DroppedIn and DroppedOut were taken by the conditions (Options.Up, Down).
	DroppedIn, DroppedOut uint64
	// KernelDrops found no room in the socket's receive buffer, a sign that this
	// process does not keep up.
	KernelDrops uint64
	// SendErrors were refused by the kernel, mostly because the socket's send
	// buffer was full.
	SendErrors uint64
	// Rejected could not be decrypted or were replayed.
	Rejected uint64
}

// Conn is one WebRTC connection. Any goroutine may call its methods; the order
// is Offer, Accept, Start, then writes, then Close.
type Conn struct{}

var errNotYet = errors.New("transport: not implemented yet")

// New opens the socket.
func New(o Options) (*Conn, error) { return nil, errNotYet }

// Offer returns the SDP offer, with all candidates.
func (c *Conn) Offer() (string, error) { return "", errNotYet }

// Accept reads the SDP answer to Offer.
func (c *Conn) Accept(answer string) (*Media, error) { return nil, errNotYet }

// AddCandidate adds a candidate that the server trickled.
func (c *Conn) AddCandidate(candidate string) error { return errNotYet }

// Start connects, and returns when SRTP is ready.
func (c *Conn) Start(ctx context.Context) error { return errNotYet }

// WriteRTP seals and sends one plain RTP packet. It does not keep b.
func (c *Conn) WriteRTP(b []byte) error { return errNotYet }

// WriteRTCP seals and sends one plain RTCP compound packet. It does not keep b.
func (c *Conn) WriteRTCP(b []byte) error { return errNotYet }

// RTT is the round trip of the latest ICE check, 0 while unknown.
func (c *Conn) RTT() time.Duration { return 0 }

// SetConditions replaces the network conditions from now on.
func (c *Conn) SetConditions(up, down link.Link) {}

// Done is closed when the connection has ended, by whomever.
func (c *Conn) Done() <-chan struct{} { return nil }

// Err says why the connection ended, nil before Done and after Close.
func (c *Conn) Err() error { return nil }

// Close ends the connection with a DTLS close_notify and waits for its
// goroutines.
func (c *Conn) Close() error { return nil }

// Vanish makes the connection silent at once, as if the power went.
func (c *Conn) Vanish() {}

// Stats returns the counters.
func (c *Conn) Stats() Stats { return Stats{} }
