package transport

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
)

// connectTimeout is how long Start tries, as long as people do.
const connectTimeout = 15 * time.Second

// Conn is one WebRTC connection. Any goroutine may call its methods; the order
// is Offer, Accept, Start, then writes, and Close at any time.
type Conn struct {
	options   Options
	proposal  *proposal
	socket    *socket
	agent     *ice.Agent
	iceEnd    *endpoint
	dtlsEnd   *endpoint
	counters  counters
	roundTrip roundTrip

	remote  atomic.Pointer[netip.AddrPort] // of the selected pair
	opener  atomic.Pointer[opener]         // left by Start for the reader, then the reader's
	uplink  atomic.Pointer[uplink]         // nil while there never were conditions
	silent  atomic.Bool                    // vanished: nothing is sent
	stopped atomic.Bool                    // the reader is to end
	moving  atomic.Bool                    // the reader's goroutine is to end, for the Poller to go on

	writing sync.Mutex // guards sealer and what it points to
	sealer  *sealer    // nil until Start has the keys

	gathered []string // candidates, of a connection that answers
	answers  uint64   // that it made

	state     sync.Mutex
	answer    *answer
	answering bool // the server controls ICE (RFC 8445 section 6.1.1)
	dtls      *dtls.Conn
	started   bool
	closing   bool
	reader    *reader
	polled    bool // the Poller reads
	reading   sync.WaitGroup

	ended   chan struct{}
	endOnce sync.Once
	err     error // why it ended; written before ended is closed
}

// New opens the socket. Close the connection whatever happens next.
func New(o Options) (*Conn, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("connection options: %w", err)
	}
	s, err := listen(o.Server, &o.Identity.batches)
	if err != nil {
		return nil, err
	}
	c := &Conn{options: o, proposal: newProposal(&o), socket: s, ended: make(chan struct{})}
	c.iceEnd = newEndpoint(s.local, c.writeCheck, nil)
	c.dtlsEnd = newEndpoint(s.local, c.send, c.dtlsEnded)
	c.agent, err = newAgent(c.iceEnd, o.silence)
	if err == nil {
		err = c.watchAgent()
	}
	if err != nil {
		_ = s.conn.Close()
		return nil, err
	}
	return c, nil
}

// watchAgent follows which way media takes, and when there is none any more.
func (c *Conn) watchAgent() error {
	return errors.Join(
		c.agent.OnSelectedCandidatePairChange(func(_, remote ice.Candidate) { c.follow(remote) }),
		c.agent.OnConnectionStateChange(func(s ice.ConnectionState) {
			if s == ice.ConnectionStateFailed {
				c.end(ErrLost)
			}
		}),
	)
}

// dtlsEnded is called when Pion closes its side, as it does on the server's
// close_notify. Before the connection is up, Start tells why.
func (c *Conn) dtlsEnded() {
	if c.opener.Load() != nil {
		c.end(ErrEnded)
	}
}

// Offer returns the SDP offer, complete with candidates, for any server that
// speaks WebRTC. Call it once.
func (c *Conn) Offer() (string, error) {
	candidates, err := gather(c.agent, c.ended)
	if err != nil {
		return "", err
	}
	if len(candidates) == 0 {
		return "", errors.New("ICE candidates: none")
	}
	ufrag, pwd, err := c.agent.GetLocalUserCredentials()
	if err != nil {
		return "", fmt.Errorf("ICE credentials: %w", err)
	}
	return c.proposal.marshal(&endpointDescription{
		ufrag: ufrag, pwd: pwd, fingerprint: c.options.Identity.fingerprint,
		address: c.socket.local, candidates: candidates,
	}, rand.Uint64()>>2) // a positive 64-bit number for everybody (RFC 8866 section 5.2)
}

// Accept reads the SDP answer to Offer. Its errors wrap ErrBadAnswer.
func (c *Conn) Accept(text string) (*Media, error) {
	a, err := c.proposal.parseAnswer(text)
	if err != nil {
		return nil, err
	}
	if err := c.addCandidates(a.candidates); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadAnswer, err)
	}
	if err := c.agent.SetRemoteICELite(a.lite); err != nil {
		return nil, fmt.Errorf("ICE: %w", err)
	}
	c.state.Lock()
	c.answer = a
	c.state.Unlock()
	return &a.media, nil
}

// addCandidates adds those of the answer. Some may be forbidden if others are
// not: a server names all the addresses it has.
func (c *Conn) addCandidates(values []string) error {
	var forbidden error
	taken := false
	for _, value := range values {
		added, err := c.addCandidate(value)
		switch {
		case err == nil:
			taken = taken || added
		case errors.Is(err, ErrForbidden):
			forbidden = err
		default:
			return err
		}
	}
	if taken {
		return nil
	}
	return forbidden
}

// AddCandidate adds a candidate that the server trickled, before or after
// Accept: "candidate:...", with or without "a=" in front. Candidates of no use
// here (TCP, mDNS names, the RTCP component, the end of candidates) are ignored.
// Its errors wrap ErrBadCandidate, or ErrForbidden for an address that
// Options.Reach refuses.
func (c *Conn) AddCandidate(candidate string) error {
	_, err := c.addCandidate(candidate)
	return err
}

// addCandidate reports whether the candidate was of use.
func (c *Conn) addCandidate(candidate string) (added bool, err error) {
	parsed, err := parseCandidate(candidate)
	if err != nil || parsed == nil {
		return false, err
	}
	if addr, err := netip.ParseAddr(parsed.Address()); err == nil && !c.options.Reach(addr.Unmap()) {
		return false, fmt.Errorf("%w: %v", ErrForbidden, addr)
	}
	if err := c.agent.AddRemoteCandidate(parsed); err != nil {
		return false, fmt.Errorf("%w: %w", ErrBadCandidate, err)
	}
	return true, nil
}

// RTT is the round trip of the latest ICE check, 0 while unknown.
func (c *Conn) RTT() time.Duration { return c.roundTrip.duration() }

// conditions returns the uplink if there are conditions, or were.
func (c *Conn) conditions() *uplink {
	if u := c.uplink.Load(); u != nil || !c.options.Network.troubled.Load() {
		return u
	}
	c.state.Lock()
	defer c.state.Unlock()
	if c.uplink.Load() == nil && !c.closing {
		c.uplink.Store(newUplink(&c.options.Network.up, c.transmit))
	}
	return c.uplink.Load()
}

// Stats returns the counters.
func (c *Conn) Stats() Stats {
	s := c.counters.snapshot()
	s.KernelDrops = c.socket.kernelDrops()
	return s
}

// Done is closed when the connection has ended, by whomever.
func (c *Conn) Done() <-chan struct{} { return c.ended }

// Err says why the connection ended: ErrLost, ErrEnded or what failed; nil
// before Done and after Close or Vanish.
func (c *Conn) Err() error {
	select {
	case <-c.ended:
		return c.err
	default:
		return nil
	}
}

func (c *Conn) end(err error) {
	c.endOnce.Do(func() {
		c.err = err
		close(c.ended)
	})
}
