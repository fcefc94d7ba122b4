package transport

import (
	"errors"
	"net/netip"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Handler gets what a connection receives. All methods are called on the
// connection's reader goroutine, never two at once. They must not block, and
// must not call Close or Vanish, which wait for that goroutine.
type Handler interface {
	// RTP gets one decrypted RTP packet. b is valid until the method returns. now
	// is when the datagram arrived at this machine, after the delay of the
	// conditions; on Linux the time it waited to be read is not in it.
	RTP(b []byte, now time.Time)
	// RTCP gets one decrypted compound packet, likewise.
	RTCP(b []byte, now time.Time)
	// Tick comes at least every 100 ms and at most every 10 ms from the end of
	// Start, also when nothing arrives.
	Tick(now time.Time)
}

// SealedHandler is a Handler that looks at RTP packets before they are
// decrypted, to spare that for those of which the header says enough: it is in
// the clear (RFC 3711 section 3.1).
type SealedHandler interface {
	Handler
	// SealedRTP gets one RTP packet as it arrived, under the conditions of RTP. It
	// returns true to have it decrypted and given to RTP.
	SealedRTP(b []byte, now time.Time) (open bool)
}

// Options say what a connection is for.
type Options struct {
	// Identity is shared by all connections of a run. It must be set.
	Identity *Identity
	// Server chooses the local address to send from; the zero value takes that of
	// the default route.
	Server netip.Addr
	// Send makes a sending connection, else it receives.
	Send bool
	// Audio asks for Opus.
	Audio bool
	// Video lists codecs in order of preference; empty for no video.
	Video []codec.Codec
	// RIDs name a sender's simulcast encodings, lowest first; nil for one
	// encoding.
	RIDs []string
	// Network is the client's, for all its connections; nil takes the machine's as
	// it is.
	Network *Network
	// Reach says whether packets may be sent to an address that the server names;
	// nil allows all.
	Reach func(netip.Addr) bool
	// Handler gets what arrives; nil for nobody. It may be a SealedHandler.
	Handler Handler
	// Poller reads the socket from the end of Start on, and its goroutine is then
	// what calls the Handler; nil gives the connection a goroutine of its own. It
	// cannot be together with Network.
	Poller *Poller

	// silence is how long a server may say nothing before it is lost; 0 is
	// maxSilence. Tests have less time.
	silence time.Duration
}

// check finds what makes no sense, and fills in what was left open.
func (o *Options) check() error {
	if o.Handler == nil {
		o.Handler = nobody{}
	}
	if o.Poller != nil && o.Network != nil {
		return errors.New("conditions of a network need a reader of their own")
	}
	if o.Network == nil {
		o.Network = NewNetwork(link.Link{}, link.Link{}, 0)
	}
	if o.Reach == nil {
		o.Reach = func(netip.Addr) bool { return true }
	}
	if o.silence == 0 {
		o.silence = maxSilence
	}
	switch {
	case o.Identity == nil:
		return errors.New("no identity")
	case !o.Audio && len(o.Video) == 0:
		return errors.New("neither audio nor video")
	case len(o.RIDs) > 0 && (!o.Send || len(o.Video) == 0):
		return errors.New("simulcast is for those who send video")
	}
	for _, c := range o.Video {
		if !c.IsVideo() {
			return errors.New(c.String() + " is no video codec")
		}
	}
	return nil
}

// nobody is the Handler of a connection without one.
type nobody struct{}

func (nobody) RTP([]byte, time.Time)  {}
func (nobody) RTCP([]byte, time.Time) {}
func (nobody) Tick(time.Time)         {}
