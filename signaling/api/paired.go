package api

import (
	"encoding/json"
	"errors"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// Paired is the word of joinRoom for paired connections.
const Paired = "paired"

// Connections are the words for the two of a participant, in the order publishing, receiving.
func Connections() []string { return []string{"publisher", "subscriber"} }

// PublishParams are the parameters of publish. Without SDPOffer only streams end.
type PublishParams struct {
	SDPOffer OptionalString
	Streams  PublishStreams
	Fresh    Bool // the client has made a new connection
}

// SubscribeParams are the parameters of subscribe.
type SubscribeParams struct {
	Senders Strings
	Fresh   Bool // likewise
}

// UnsubscribeParams are the parameters of unsubscribe.
type UnsubscribeParams struct{ Senders Strings }

// SubscriberAnswerParams are the parameters of subscriberAnswer.
type SubscriberAnswerParams struct {
	Number    Count
	SDPAnswer String
}

// SetOffParams are the parameters of setOff.
type SetOffParams struct {
	Stream       String
	Audio, Video OptionalBool
}

// LineParams are the parameters of restartIce in a paired session.
type LineParams struct{ Connection Word }

// LineCandidateParams are the parameters of onIceCandidate in a paired session.
type LineCandidateParams struct {
	Connection    Word
	Candidate     OptionalString
	SDPMid        OptionalString
	SDPMLineIndex OptionalCount
}

// PublishStream is one member of PublishParams' Streams. Off.List is nil when it is absent.
type PublishStream struct {
	ID   String
	MIDs Strings
	Off  Words
}

// PublishStreams accepts a list of streams.
type PublishStreams []PublishStream

// UnmarshalJSON implements json.Unmarshaler.
func (l *PublishStreams) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if rpc.First(b) != '[' {
		return errors.New("not a list")
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	*l = make(PublishStreams, len(list))
	for i, one := range list {
		if rpc.First(one) != '{' {
			return errors.New("not an object")
		}
		(*l)[i].Off.Of = Kinds()
		if err := Decode(one, &(*l)[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *PublishStream) fields() []field {
	return []field{
		{"id", false, &s.ID, "string"},
		{"mids", true, &s.MIDs, "list of strings"},
		{"off", true, &s.Off, s.Off.want()},
	}
}

func (p *PublishParams) fields() []field {
	return []field{
		{"sdpOffer", true, &p.SDPOffer, "string"},
		{"streams", false, &p.Streams, "list of streams"},
		{"fresh", true, &p.Fresh, "boolean"},
	}
}

func (p *SubscribeParams) fields() []field {
	return []field{
		{"senders", false, &p.Senders, "list of strings"},
		{"fresh", true, &p.Fresh, "boolean"},
	}
}

func (p *UnsubscribeParams) fields() []field {
	return []field{{"senders", false, &p.Senders, "list of strings"}}
}

func (p *SubscriberAnswerParams) fields() []field {
	return []field{
		{"number", false, &p.Number, "integer"},
		{"sdpAnswer", false, &p.SDPAnswer, "string"},
	}
}

func (p *SetOffParams) fields() []field {
	return []field{
		{"stream", true, &p.Stream, "string"},
		{"audio", true, &p.Audio, "boolean"},
		{"video", true, &p.Video, "boolean"},
	}
}

func (p *LineParams) fields() []field {
	return []field{{"connection", false, &p.Connection, p.Connection.want()}}
}

func (p *LineCandidateParams) fields() []field {
	return []field{
		{"connection", false, &p.Connection, p.Connection.want()},
		{"candidate", false, &p.Candidate, "string"},
		{"sdpMid", true, &p.SDPMid, "string"},
		{"sdpMLineIndex", true, &p.SDPMLineIndex, "integer"},
	}
}

// Subscribed is the result of subscribe: the senders that are not received.
type Subscribed struct {
	Failed []FailedSender `json:"failed,omitempty"`
}

// FailedSender says why a sender is not received: the params object of subscriptionEnded, and
// a member of subscribe's result.
type FailedSender struct {
	Sender  string `json:"sender"`
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

// SubscriberOffer is the params object of subscriberOffer. Streams are all that are received.
type SubscriberOffer struct {
	Number   int             `json:"number"`
	SDPOffer string          `json:"sdpOffer"`
	Streams  []OfferedStream `json:"streams"`
}

// OfferedStream says on which media sections a sender comes.
type OfferedStream struct {
	Sender string   `json:"sender"`
	MIDs   []string `json:"mids"`
}

// RoomNow is the result of getRoom.
type RoomNow struct {
	JoinResult
	Subscriptions []string  `json:"subscriptions,omitempty"`
	Speakers      *Speakers `json:"speakers,omitempty"`
}
