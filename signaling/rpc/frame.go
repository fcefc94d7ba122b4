package rpc

import (
	"bytes"
	"encoding/json"
	"fmt"
)

var null = json.RawMessage("null")

// The members stand in the order in which Kurento writes them. An id of an
// answer is never omitted; a notification has none, because some clients take
// any message with an id member, null included, for a request.
type (
	resultFrame struct {
		ID      json.RawMessage `json:"id"`
		Result  any             `json:"result"`
		Version string          `json:"jsonrpc"`
	}
	errorFrame struct {
		ID      json.RawMessage `json:"id"`
		Error   any             `json:"error"`
		Version string          `json:"jsonrpc"`
	}
	requestFrame struct {
		Version string `json:"jsonrpc"`
		Method  string `json:"method"`
		Params  any    `json:"params,omitempty"`
		ID      int64  `json:"id"`
	}
	notificationFrame struct {
		Method  string `json:"method"`
		Params  any    `json:"params"`
		Version string `json:"jsonrpc"`
	}
)

// ResultFrame encodes the answer to the request with the given id.
func ResultFrame(id json.RawMessage, result any) ([]byte, error) {
	return Marshal(resultFrame{orNull(id), result, "2.0"})
}

// ErrorFrame encodes an error answer; a nil id becomes null. object is an
// *Error, or something that marshals with the same members and more.
func ErrorFrame(id json.RawMessage, object any) ([]byte, error) {
	return Marshal(errorFrame{orNull(id), object, "2.0"})
}

// NotificationFrame encodes a notification. One frame may be sent to any
// number of peers.
func NotificationFrame(method string, params any) ([]byte, error) {
	return Marshal(notificationFrame{method, params, "2.0"})
}

// Marshal is json.Marshal without the escaping of HTML characters, which
// Kurento's serializer does not do either and which bloats SDP.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func orNull(id json.RawMessage) json.RawMessage {
	if id == nil {
		return null
	}
	return id
}
