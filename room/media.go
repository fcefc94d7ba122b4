package room

import (
	"context"
	"time"

	"github.com/atrium-rtc/atrium/sfu/inspect"
	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// MediaKind is a set of media kinds, as in Kurento's MutedMediaType.
type MediaKind uint8

// The kinds that can be muted. All is Audio and Video together.
const (
	Audio MediaKind = 1 << iota
	Video
	All = Audio | Video
)

// Names returns the words for the kinds of a set, as the wire and the APIs write them:
// audio, video. It is not nil.
func (k MediaKind) Names() []string {
	names := []string{}
	if k&Audio != 0 {
		names = append(names, "audio")
	}
	if k&Video != 0 {
		names = append(names, "video")
	}
	return names
}

// ICECandidate is a trickled candidate in the form of RFC 8840 and the browser
// API: the candidate attribute without "a=", the media section's mid, and its
// index.
type ICECandidate struct {
	Candidate     string
	SDPMid        string
	SDPMLineIndex uint16
}

// Media is what a room needs of a media server. SFU returns the built-in one;
// tests use a fake. Methods may be called from any goroutine and may take as
// long as a negotiation takes; they are never called on a room's goroutine, nor
// is Publication.Subscribe. Their context ends when the answer is not wanted any
// more, because the participant left, say, and it ends when they have returned:
// it bounds the negotiation, not the connection.
type Media interface {
	// Publish answers a publisher's offer. An error whose chain holds an *Error
	// is passed to the client as it is; any other becomes CodeSDP.
	Publish(ctx context.Context, req MediaRequest) (Publication, error)
}

// MediaRequest asks for one negotiated connection: the publishing connection
// of a participant, or one subscription.
type MediaRequest struct {
	Room string // for log lines, and because the loudest of a room compete
	User string // the participant whose connection it is
	// Stream is the id of the stream that is published or received.
	Stream string
	// Session names the participant among all rooms, and is no secret: its
	// connections share the link to its machine.
	Session string
	Offer   string // SDP
	// MaxBitrate bounds what the participant is sent, on all its connections together,
	// in bits per second; 0 is no bound. It is the same for all of a session.
	MaxBitrate int64
	// Loopback asks, for a publication, that the participant's own media be sent
	// back on the same connection (Kurento's doLoopback).
	Loopback bool
	// Whole asks, for a publication, to refuse an offer of which only a part can be
	// received.
	Whole bool
	// Observer is told what happens on the connection after the answer.
	Observer MediaObserver
}

// Publication is one published stream of a participant. Its methods may be
// called from any goroutine, do not block on the network, and do nothing after
// Close. All but Subscribe and Published are called on the room's goroutine.
type Publication interface {
	Answer() string
	AddICECandidate(ICECandidate) error
	// Mute replaces the set of kinds that are not forwarded to anybody.
	Mute(MediaKind)
	// Speech returns what the sound is like at a moment; false without sound, and
	// while it is muted for everybody. It is asked seven times a second.
	Speech(now time.Time) (speaker.Snapshot, bool)
	// Published returns what can be seen of the media, on the goroutines of those
	// who ask.
	Published() inspect.Publication
	// Subscribe answers a subscriber's offer with this publication's media.
	Subscribe(ctx context.Context, req MediaRequest) (Subscription, error)
	// Close ends the publication and every subscription to it.
	Close()
}

// Subscription is one participant's reception of one Publication, under the
// same rules; Quality and Received are called on the goroutines of those who ask.
type Subscription interface {
	Answer() string
	AddICECandidate(ICECandidate) error
	// Mute replaces the set of kinds that this subscriber does not get.
	Mute(MediaKind)
	// SetPreferredLayers replaces the highest layers of the video that this
	// subscriber gets; there is no limit before.
	SetPreferredLayers(Layers)
	// SetVideoPreference replaces what the subscriber says of the video: how it is
	// shown and how important it is. The zero value holds before.
	SetVideoPreference(VideoPreference)
	// Quality returns what the subscriber feels of each track.
	Quality() []TrackQuality
	// Received returns what can be seen of the media.
	Received() inspect.Subscription
	// Reported takes what the subscriber measured by itself, which it may have
	// made up.
	Reported(ReceiverStatistics)
	Close()
}

// ICECredentials are one side's username fragment and password (RFC 8839 section
// 5.4).
type ICECredentials struct{ Ufrag, Password string }

// ICERestarter is implemented by publications and subscriptions whose connection
// can move to another network. RestartICE begins ICE anew with the client's new
// credentials and returns the answer of the connection with ours and with new
// candidates, all else in it being as before. It may take as long as a negotiation
// and is not called on a room's goroutine. Errors are as for Publish.
type ICERestarter interface {
	RestartICE(ctx context.Context, client ICECredentials) (answer string, err error)
}

// MediaObserver hears of one connection. Calls come from the media plane's
// goroutines, one at a time. The room's observers never block and take no lock
// that is held during a call to Media, so a media plane may call them with its
// own locks held. They may be called before Publish or Subscribe has returned;
// what they hear after Close is ignored.
type MediaObserver interface {
	// ICECandidate reports a local candidate. Candidates gathered before the
	// answer stand in the answer too.
	ICECandidate(ICECandidate)
	// SubscribedLayers reports, for a publication of simulcast only, which of its
	// encodings are worth sending, whenever that changes; at first all are. The
	// slice is the observer's from then on.
	SubscribedLayers([]SubscribedLayer)
	// Delivery reports, for a subscription only, whether the video is delivered,
	// whenever that changes; at first it is.
	Delivery(DeliveryState)
	// Verdict reports, for a subscription only, the verdict on its quality, whenever that
	// changes; at first it is good.
	Verdict(MediaVerdict)
	// Disturbed reports, for what a participant publishes on, that nothing comes from the
	// client any more, or that it is heard again; at first it is.
	Disturbed(bool)
	// Failed reports that the connection is lost and closes by itself. It is
	// called at most once, and not after Close.
	Failed(reason string)
}
