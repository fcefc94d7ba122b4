package rpc

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Codes of the JSON-RPC 2.0 specification, section 5.1.
const (
	CodeParse          = -32700 // the message is not JSON
	CodeInvalidRequest = -32600 // JSON, but not a request
	CodeMethodNotFound = -32601
	CodeInvalidParams  = -32602
	CodeInternal       = -32603
	CodeServer         = -32000 // first of the codes left to servers
)

// Error is the error object of an answer.
type Error struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// Error returns the code and the sentence.
func (e *Error) Error() string { return fmt.Sprintf("json-rpc %d: %s", e.Code, e.Message) }

// ErrAnswer is returned by Parse for a message that is an answer, not a
// request. It must be dropped: two peers that answer answers never stop.
var ErrAnswer = errors.New("json-rpc: an answer, not a request")

// The ways a Conn ends, returned by Serve. A close frame from the peer is
// returned as a *CloseError.
var (
	// ErrClosed: this side called Close.
	ErrClosed = errors.New("websocket closed by this side")
	// ErrSlowConsumer: more was queued for the peer than QueueLimit.
	ErrSlowConsumer = errors.New("peer reads too slowly")
	// ErrLost: the peer has been silent for PeerTimeout, did not finish a
	// message in MessageTimeout, or did not take what was written in WriteTimeout.
	ErrLost = errors.New("peer is silent")
	// ErrTooBig: a message was longer than the read limit (close code 1009).
	ErrTooBig = errors.New("message too long")
	// ErrBadFrame: a binary message (1003) or text that is not UTF-8 (1007).
	ErrBadFrame = errors.New("unusable websocket message")
)

// CloseError is the close frame of the peer. Code is NoStatus if it had none.
type CloseError struct {
	Code   int
	Reason string
}

// Error returns the code and the reason.
func (e *CloseError) Error() string {
	return fmt.Sprintf("websocket closed by peer: %d %s", e.Code, e.Reason)
}

// Close codes of RFC 6455 section 7.4.1 that are used by name here and above.
const (
	CloseNormal      = 1000
	CloseGoingAway   = 1001
	CloseUnsupported = 1003
	CloseNoStatus    = 1005 // never on the wire
	CloseBadText     = 1007
	CloseTooBig      = 1009
	CloseInternal    = 1011
)
