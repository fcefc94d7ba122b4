package rpc

import (
	"encoding/json"
	"unicode/utf8"
)

// What Parse refuses whatever else the message says.
const (
	// MaxDepth bounds the nesting of arrays and objects in a message.
	MaxDepth = 64
	// MaxIDLength bounds a request id, in octets: ids are echoed and remembered.
	MaxIDLength = 128
)

// Request is a request, or without HasID a notification, of the peer.
type Request struct {
	// ID is the id as it was written, to be echoed as it is: 0, -7, "12", "a".
	// It is nil when HasID is false.
	ID json.RawMessage
	// HasID is false for an absent id and for null, which JSON-RPC discourages
	// and Kurento's clients send by mistake and do not expect to see again.
	HasID  bool
	Method string
	// Params is an object or an array, or nil when absent or null.
	Params json.RawMessage
}

// Parse reads one message. It is lenient as Kurento's server is: the jsonrpc
// member is not looked at and unknown members are ignored. The error is
// ErrAnswer or an *Error to be answered with the id of the returned Request,
// which is set as far as it could be read.
func Parse(msg []byte) (Request, error) {
	var req Request
	if !utf8.Valid(msg) || !json.Valid(msg) {
		return req, &Error{Code: CodeParse, Message: "Parse error: the message is not JSON"}
	}
	if depth(msg) > MaxDepth {
		return req, invalid("nested too deeply")
	}
	switch First(msg) {
	case '{':
	case '[':
		return req, invalid("batches are not supported")
	default:
		return req, invalid("a request is an object")
	}
	var id, method, params json.RawMessage
	answer := false
	for name, value := range Members(msg) {
		switch name {
		case "id":
			id = value
		case "method":
			method = value
		case "params":
			params = value
		case "result", "error":
			answer = true
		}
	}
	if method == nil && answer {
		return req, ErrAnswer
	}
	return assemble(id, method, params)
}

func assemble(id, method, params json.RawMessage) (Request, error) {
	var req Request
	switch c := First(id); {
	case c == 0 || c == 'n':
	case c != '"' && c != '-' && (c < '0' || c > '9'):
		return req, invalid("an id is a number or a string")
	case len(id) > MaxIDLength:
		return req, invalid("the id is too long")
	default:
		req.ID, req.HasID = id, true
	}
	if First(method) != '"' {
		return req, invalid("a method is a string")
	}
	req.Method = unquote(method)
	switch First(params) {
	case 0, 'n':
	case '{', '[':
		req.Params = params
	default:
		return req, invalid("params are an object")
	}
	return req, nil
}

func invalid(why string) *Error {
	return &Error{Code: CodeInvalidRequest, Message: "Invalid Request: " + why}
}
