package api

import "encoding/json"

// UnmuteParams are the parameters of unmute.
type UnmuteParams struct {
	Stream       String
	Audio, Video OptionalBool
}

// RaiseHandParams are the parameters of raiseHand. User is who else's hand a
// moderator lowers.
type RaiseHandParams struct {
	Raised Bool
	User   OptionalString
}

// ChangeMetadataParams are the parameters of changeMetadata.
type ChangeMetadataParams struct{ Metadata Object }

// SendDataParams are the parameters of sendData. To is nil for everybody.
type SendDataParams struct {
	To    Strings
	Topic OptionalString
	Data  Value
}

func (p *UnmuteParams) fields() []field {
	return []field{
		{"stream", true, &p.Stream, "string"},
		{"audio", true, &p.Audio, "boolean"},
		{"video", true, &p.Video, "boolean"},
	}
}

func (p *RaiseHandParams) fields() []field {
	return []field{
		{"raised", false, &p.Raised, "boolean"},
		{"user", true, &p.User, "string"},
	}
}

func (p *ChangeMetadataParams) fields() []field {
	return []field{{"metadata", false, &p.Metadata, "object"}}
}

func (p *SendDataParams) fields() []field {
	return []field{
		{"to", true, &p.To, "list of strings"},
		{"topic", true, &p.Topic, "string"},
		{"data", false, &p.Data, "value"},
	}
}

// ChatHistory is the result of getChatHistory, oldest first.
type ChatHistory struct {
	Messages []PastMessage `json:"messages"`
}

// PastMessage is a chat message that was sent before. Time is in milliseconds since
// 1970.
type PastMessage struct {
	User    string `json:"user"`
	Message string `json:"message"`
	Time    int64  `json:"time"`
}

// Data is the params object of dataReceived.
type Data struct {
	From  string          `json:"from"`
	Topic string          `json:"topic,omitempty"`
	Data  json.RawMessage `json:"data"`
}
