package quality

import "time"

// Cause is where the trouble of a viewer comes from.
type Cause uint8

// The causes.
const (
	None      Cause = iota // no trouble
	Downlink               // the way from the server to the viewer
	Uplink                 // the way from the publisher to the server
	Publisher              // it muted, or stopped the encoding, or sends no keyframe
	Overload               // the server itself was behind
)

// String returns the name of the cause, in lower case.
func (c Cause) String() string {
	switch c {
	case None:
		return "none"
	case Downlink:
		return "downlink"
	case Uplink:
		return "uplink"
	case Publisher:
		return "publisher"
	case Overload:
		return "overload"
	}
	return "unknown"
}

const (
	// heardLoss is what can be heard and seen: a hundredth of what is left after
	// repair.
	heardLoss = 0.01
	// heavyLoss before repair is a link under which an encoder gives up its large
	// pictures: Google congestion control lowers the rate from a tenth on, and
	// browsers end encodings that do not fit any more.
	heavyLoss = 0.1
	// longLag of a shard is a delay that the receiver's jitter buffer, and then the
	// viewer, has to make up for.
	longLag = 100 * time.Millisecond
)

// Conditions is what the server knows of one subscription, of the time since the
// last Conditions. Shares are from 0 to 1.
type Conditions struct {
	// Muted says that the viewer does not want the track at present.
	Muted bool
	// PublisherMuted says that its publisher has muted it.
	PublisherMuted bool
	// Wanted, Alive and Current are positions on the track's ladder, 0 being the
	// smallest picture, and -1 none: what the viewer wants of what was ever
	// published, the highest position up to that which is published now, and what
	// goes out. For sound they are 0 or -1.
	Wanted, Alive, Current int8
	// Limited is the allocator's reason: less goes out than is alive since the
	// estimate of the viewer's link does not carry more.
	Limited bool
	// Frozen says that the picture stands still. A Meter knows that itself.
	Frozen bool

	// UplinkLost is the share of the publisher's packets that did not come at first,
	// and UplinkUnrepaired of those that never came. UplinkLow says that the
	// estimate of its link is below what it would need for all encodings.
	UplinkLost, UplinkUnrepaired float64
	UplinkLow                    bool
	// DownlinkLost is the share that the viewer misses of what went out, after
	// repair.
	DownlinkLost float64
	// Lag is how late the subscription's shard was at most, and Drops how many
	// packets and requests it lost since it was behind.
	Lag   time.Duration
	Drops uint64
}

// Cause judges the conditions by the first of these lines that holds:
//
//	 1  the viewer has muted, or wants nothing            None
//	 2  the publisher has muted                           Publisher
//	 3  packets dropped, or a lag of 100 ms               Overload
//	 4  1 % of the publisher's packets never came         Uplink
//	 5  less goes out than is alive, by the estimate      Downlink
//	 6  1 % of what went out never arrived                Downlink
//	 7  less is alive than is wanted, and the publisher's
//	    link is narrow or loses 10 %                      Uplink
//	 8  less is alive than is wanted                      Publisher
//	 9  frozen, some of the publisher's never came        Uplink
//	10  frozen, some that went out never arrived          Downlink
//	11  frozen                                            Publisher
//	12  anything else                                     None
//
// The server comes first since it spoils the evidence: what it drops looks like loss
// on the viewer's link, and what it delays like congestion there. Then what is lost
// on the way to the server: all viewers miss it, and none of their links can mend it.
// Of two reasons why a picture is smaller than wanted, the one nearer to the viewer
// holds it there. Loss that is too little to be noticed is still the likely reason
// of a freeze; without any, the frames were never made.
//
// Less than is alive without a reason is a stream on its way up, which waits for a
// keyframe: no trouble yet. See Judge.
func (c Conditions) Cause() Cause {
	less := c.Alive < c.Wanted
	switch {
	case c.idle():
		return None
	case c.PublisherMuted:
		return Publisher
	case c.Drops > 0 || c.Lag >= longLag:
		return Overload
	case c.UplinkUnrepaired >= heardLoss:
		return Uplink
	case c.waits() && c.Limited, c.DownlinkLost >= heardLoss:
		return Downlink
	case less && (c.UplinkLow || c.UplinkLost >= heavyLoss):
		return Uplink
	case less:
		return Publisher
	}
	return c.ofFreeze()
}

// ofFreeze is the cause when a freeze is all there is.
func (c Conditions) ofFreeze() Cause {
	switch {
	case !c.Frozen:
		return None
	case c.UplinkUnrepaired > 0:
		return Uplink
	case c.DownlinkLost > 0:
		return Downlink
	}
	return Publisher
}

// idle reports whether the viewer expects nothing.
func (c Conditions) idle() bool { return c.Muted || c.Wanted < 0 }

// waits reports whether less goes out than could.
func (c Conditions) waits() bool { return c.Current < min(c.Alive, c.Wanted) }
