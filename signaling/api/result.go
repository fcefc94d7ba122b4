package api

import (
	"bytes"
	"encoding/json"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// Peer is a participant in the result of joinRoom. Streams is absent, not
// empty, for one who publishes nothing: the Android client takes its presence
// for a publication. What follows is for clients that understand the extensions.
type Peer struct {
	ID           string          `json:"id"`
	Streams      []Stream        `json:"streams,omitempty"`
	Role         string          `json:"role,omitempty"`
	Metadata     json.RawMessage `json:"metadata,omitempty"`
	HandRaised   bool            `json:"handRaised,omitempty"`
	HandRaisedAt int64           `json:"handRaisedAt,omitempty"` // milliseconds since 1970
	Unreachable  bool            `json:"unreachable,omitempty"`
}

// Stream is a published stream, what of it a moderator has muted for all, and what its
// publisher sends nothing of at present.
type Stream struct {
	ID         string `json:"id"`
	AudioMuted bool   `json:"audioMuted,omitempty"`
	VideoMuted bool   `json:"videoMuted,omitempty"`
	AudioOff   bool   `json:"audioOff,omitempty"`
	VideoOff   bool   `json:"videoOff,omitempty"`
}

// Webcam returns the streams of a participant who publishes.
func Webcam() []Stream { return []Stream{{ID: StreamID}} }

// SDPAnswer is the result of publishVideo and receiveVideoFrom.
type SDPAnswer struct {
	SDPAnswer string `json:"sdpAnswer"`
}

// Result encodes v as the result of an answer: always an object, with the
// session id (when not empty) as its last member. What is no object is wrapped
// in "value", because the Android client casts every result to an object. A
// nil v is the empty object; a sessionId member of v gives way.
func Result(v any, sessionID string) (json.RawMessage, error) {
	if v == nil {
		v = struct{}{}
	}
	encoded, err := rpc.Marshal(v)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteByte('{')
	member := func(name string, value []byte) {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		quoted, _ := rpc.Marshal(name) // a string is always encoded
		b.Write(quoted)
		b.WriteByte(':')
		b.Write(value)
	}
	if rpc.First(encoded) == '{' {
		for name, value := range rpc.Members(encoded) {
			if name != "sessionId" {
				member(name, value)
			}
		}
	} else {
		member("value", encoded)
	}
	if sessionID != "" {
		quoted, _ := rpc.Marshal(sessionID)
		member("sessionId", quoted)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// ClientConfig is what /getClientConfig tells the demo application.
type ClientConfig struct {
	// LoopbackRemote: show one's own picture as it comes back from the server.
	LoopbackRemote bool `json:"loopbackRemote"`
	// LoopbackAndLocal: show the local picture beside it.
	LoopbackAndLocal bool `json:"loopbackAndLocal"`
	// FilterRequestParam is the key that the filter button puts into
	// customRequest: "hat" or "marker".
	FilterRequestParam string `json:"filterRequestParam"`
	// ICEServers are those that need no credentials: anybody may ask.
	ICEServers []ICEServer `json:"iceServers,omitempty"`
}

// ICEServer is a STUN or TURN server as RTCPeerConnection takes it (RTCIceServer of
// the W3C's WebRTC). Username and Credential are for TURN.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}
