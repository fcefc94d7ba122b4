package rpc

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// ErrBadAnswer is wrapped by what Client.Err returns after a message of the
// server that is no JSON-RPC.
var ErrBadAnswer = errors.New("json-rpc: unusable message")

// Answer is the answer to a request: a result or an error.
type Answer struct {
	// ID is the id as it was written, or nil when it was null or absent: the
	// server could not read it.
	ID json.RawMessage
	// Result is the result as it was written, null included; nil with Err.
	Result json.RawMessage
	Err    *Error
}

// ParseAnswer reads one message for which Parse returned ErrAnswer. It takes an
// error of null for absent, as JSON-RPC 1.0 has it, and ignores unknown
// members: Kurento puts a stray "data" beside its errors. The error wraps
// ErrBadAnswer.
func ParseAnswer(msg []byte) (Answer, error) {
	var a Answer
	if !utf8.Valid(msg) || !json.Valid(msg) || depth(msg) > MaxDepth {
		return a, fmt.Errorf("%w: not JSON, or nested too deeply", ErrBadAnswer)
	}
	var failure json.RawMessage
	for name, value := range Members(msg) {
		switch name {
		case "id":
			a.ID = value
		case "result":
			a.Result = value
		case "error":
			failure = value
		}
	}
	switch c := First(a.ID); {
	case c == 0 || c == 'n':
		a.ID = nil
	case c != '"' && c != '-' && (c < '0' || c > '9'):
		return Answer{}, fmt.Errorf("%w: the id is neither a number nor a string", ErrBadAnswer)
	}
	switch First(failure) {
	case 0, 'n':
		if a.Result == nil {
			return Answer{}, fmt.Errorf("%w: neither result nor error", ErrBadAnswer)
		}
	case '{':
		a.Result, a.Err = nil, new(Error)
		if err := json.Unmarshal(failure, a.Err); err != nil {
			return Answer{}, fmt.Errorf("%w: error object: %w", ErrBadAnswer, err)
		}
	default:
		return Answer{}, fmt.Errorf("%w: the error is no object", ErrBadAnswer)
	}
	return a, nil
}

// number returns the id as a Client counts them. A server may have made a
// string of the number.
func (a *Answer) number() (int64, bool) {
	text := string(a.ID)
	if First(a.ID) == '"' {
		text = unquote(a.ID)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
