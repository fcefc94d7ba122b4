package api

import (
	"encoding/json"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// Code is an error code on the wire: a Kurento Room code, a JSON-RPC code, or
// one of Kurento's JSON-RPC layer.
type Code int

// Codes of Kurento's JSON-RPC layer. CodeFault is what any Java exception
// became: a missing or unusable parameter, an unsupported custom request.
const (
	CodeFault        Code = -1
	CodeReconnection Code = 40007
)

// codeNames has the names of RoomException.Code, and of the other two layers.
var codeNames = map[Code]string{
	999: "GENERIC_ERROR_CODE",
	307: "MEDIA_MUTE_ERROR",
	306: "MEDIA_NOT_A_WEB_ENDPOINT",
	305: "MEDIA_RTP_ENDPOINT_ERROR",
	304: "MEDIA_WEBRTC_ENDPOINT_ERROR",
	303: "MEDIA_ENDPOINT_ERROR",
	302: "MEDIA_SDP_ERROR",
	301: "MEDIA_GENERIC_ERROR",
	204: "ROOM_CANNOT_BE_CREATED",
	203: "ROOM_CLOSED",
	202: "ROOM_NOT_FOUND",
	201: "ROOM_GENERIC_ERROR",
	105: "USER_NOT_STREAMING",
	104: "EXISTING_USER_IN_ROOM",
	103: "USER_CLOSED",
	102: "USER_NOT_FOUND",
	101: "USER_GENERIC_ERROR",

	// HTTP's numbers, ours.
	401: "TOKEN_REFUSED",
	403: "NOT_PERMITTED",
	423: "ROOM_LOCKED",
	425: "WAITING_FOR_ADMISSION",
	503: "SERVER_BUSY",

	CodeFault:        "FAULT",
	CodeReconnection: "RECONNECTION_ERROR",

	rpc.CodeParse:          "PARSE_ERROR",
	rpc.CodeInvalidRequest: "INVALID_REQUEST",
	rpc.CodeMethodNotFound: "METHOD_NOT_FOUND",
	rpc.CodeInvalidParams:  "INVALID_PARAMS",
	rpc.CodeInternal:       "INTERNAL_ERROR",
	rpc.CodeServer:         "TOO_MANY_REQUESTS",
}

// String returns Kurento's name of the code.
func (c Code) String() string {
	if name, ok := codeNames[c]; ok {
		return name
	}
	return "UNKNOWN"
}

// Codes returns every code the server can send, with its name.
func Codes() map[Code]string {
	m := make(map[Code]string, len(codeNames))
	for c, name := range codeNames {
		m[c] = name
	}
	return m
}

// Error is the error object of an answer. Room errors carry the session id,
// those of the JSON-RPC layer do not.
type Error struct {
	Code      Code            `json:"code"`
	Message   string          `json:"message"`
	Data      json.RawMessage `json:"data,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
}

// Error returns the sentence for the client.
func (e *Error) Error() string { return e.Message }
