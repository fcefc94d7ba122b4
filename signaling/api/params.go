package api

import (
	"encoding/json"
	"fmt"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// JoinRoomParams are the parameters of joinRoom.
type JoinRoomParams struct {
	User, Room   String
	DataChannels Bool
	Speakers     Bool // wants speakersChanged
	Extensions   Bool // understands what is Atrium's own
}

// PublishVideoParams are the parameters of publishVideo.
type PublishVideoParams struct {
	SDPOffer   String
	DoLoopback Bool
}

// ReceiveVideoFromParams are the parameters of receiveVideoFrom. Sender is
// "<user>_<stream>".
type ReceiveVideoFromParams struct{ Sender, SDPOffer String }

// UnsubscribeFromVideoParams are the parameters of unsubscribeFromVideo.
type UnsubscribeFromVideoParams struct{ Sender String }

// SetPreferredLayersParams are the parameters of setPreferredLayers.
// TemporalLayer keeps its value when there is none.
type SetPreferredLayersParams struct {
	Sender                      String
	SpatialLayer, TemporalLayer LayerNumber
}

// RestartICEParams are the parameters of restartIce.
type RestartICEParams struct{ EndpointName, SDPOffer String }

// OnICECandidateParams are the parameters of onIceCandidate.
type OnICECandidateParams struct {
	EndpointName  String
	Candidate     OptionalString
	SDPMid        OptionalString
	SDPMLineIndex Int
}

// SendMessageParams are the parameters of sendMessage.
type SendMessageParams struct{ Message, UserMessage, RoomMessage String }

// Params is implemented by pointers to the parameter types above.
type Params interface{ fields() []field }

// field binds one member of the params object.
type field struct {
	name     string
	optional bool
	into     json.Unmarshaler
	want     string // what it should be, for people
}

func (p *JoinRoomParams) fields() []field {
	return []field{
		{"user", false, &p.User, "string"},
		{"room", false, &p.Room, "string"},
		{"dataChannels", true, &p.DataChannels, "boolean"},
		{"speakers", true, &p.Speakers, "boolean"},
		{"extensions", true, &p.Extensions, "boolean"},
	}
}

func (p *PublishVideoParams) fields() []field {
	return []field{
		{"sdpOffer", false, &p.SDPOffer, "string"},
		{"doLoopback", false, &p.DoLoopback, "boolean"},
	}
}

func (p *ReceiveVideoFromParams) fields() []field {
	return []field{
		{"sender", false, &p.Sender, "string"},
		{"sdpOffer", false, &p.SDPOffer, "string"},
	}
}

func (p *UnsubscribeFromVideoParams) fields() []field {
	return []field{{"sender", false, &p.Sender, "string"}}
}

func (p *SetPreferredLayersParams) fields() []field {
	return []field{
		{"sender", false, &p.Sender, "string"},
		{"spatialLayer", false, &p.SpatialLayer, "integer"},
		{"temporalLayer", true, &p.TemporalLayer, "integer"},
	}
}

func (p *RestartICEParams) fields() []field {
	return []field{
		{"endpointName", false, &p.EndpointName, "string"},
		{"sdpOffer", false, &p.SDPOffer, "string"},
	}
}

func (p *OnICECandidateParams) fields() []field {
	return []field{
		{"endpointName", false, &p.EndpointName, "string"},
		{"candidate", false, &p.Candidate, "string"},
		{"sdpMid", false, &p.SDPMid, "string"},
		{"sdpMLineIndex", false, &p.SDPMLineIndex, "integer"},
	}
}

func (p *SendMessageParams) fields() []field {
	return []field{
		{"message", false, &p.Message, "string"},
		{"userMessage", false, &p.UserMessage, "string"},
		{"roomMessage", false, &p.RoomMessage, "string"},
	}
}

// Decode fills p from the params of a request (nil when it had none). Members
// it does not know are ignored: KurentoRoom.js' setRpcParams adds some to
// every request. The error is an *Error with CodeFault, or CodeInvalidParams
// when params is an array.
func Decode(params json.RawMessage, p Params) error {
	if rpc.First(params) == '[' {
		return &Error{Code: rpc.CodeInvalidParams, Message: "Invalid params: named parameters are expected"}
	}
	fields := p.fields()
	values := make([]json.RawMessage, len(fields))
	for name, value := range rpc.Members(params) {
		for i := range fields {
			if fields[i].name == name {
				values[i] = value
			}
		}
	}
	for i, f := range fields {
		if err := f.set(values[i]); err != nil {
			return err
		}
	}
	return nil
}

func (f *field) set(value json.RawMessage) error {
	if value == nil || rpc.First(value) == 'n' {
		if _, nullable := f.into.(*OptionalString); value != nil && nullable {
			return f.into.UnmarshalJSON(value)
		}
		if f.optional {
			return nil
		}
		return MissingElement(f.name)
	}
	if err := f.into.UnmarshalJSON(value); err != nil {
		return &Error{Code: CodeFault, Message: fmt.Sprintf("Request element '%s' is not a usable %s", f.name, f.want)}
	}
	return nil
}

// MissingElement is the error for an absent required parameter: Kurento's
// sentence without the name of a Java class in front.
func MissingElement(name string) *Error {
	return &Error{Code: CodeFault, Message: fmt.Sprintf("Request element '%s' is missing", name)}
}

// Text returns the member of params called name as text, and false when it is
// absent, null, or no scalar.
func Text(params json.RawMessage, name string) (string, bool) {
	var s String
	found := false
	for n, value := range rpc.Members(params) {
		if n == name {
			found = s.UnmarshalJSON(value) == nil
		}
	}
	return string(s), found
}

// Number is Text for integers.
func Number(params json.RawMessage, name string) (int64, bool) {
	var i Int
	found := false
	for n, value := range rpc.Members(params) {
		if n == name {
			found = i.UnmarshalJSON(value) == nil
		}
	}
	return int64(i), found
}
