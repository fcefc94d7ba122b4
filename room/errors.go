package room

import (
	"errors"
	"fmt"
)

// Code is a Kurento Room error code (RoomException.Code). Clients of every
// platform share the numbers, so they are part of the wire protocol and never
// change; docs/protocol.md says when each is raised.
type Code int

// The codes of Kurento Room 6.6. The 80x codes are raised only inside old
// client libraries and are therefore not listed.
const (
	CodeGeneric          Code = 999
	CodeMuteFailed       Code = 307
	CodeNotWebEndpoint   Code = 306
	CodeRTPEndpoint      Code = 305
	CodeWebRTCEndpoint   Code = 304
	CodeMediaEndpoint    Code = 303
	CodeSDP              Code = 302
	CodeMediaGeneric     Code = 301
	CodeRoomNotCreated   Code = 204
	CodeRoomClosed       Code = 203
	CodeRoomNotFound     Code = 202
	CodeRoomGeneric      Code = 201
	CodeUserNotStreaming Code = 105
	CodeUserExists       Code = 104
	CodeUserClosed       Code = 103
	CodeUserNotFound     Code = 102
	CodeUserGeneric      Code = 101
)

// The codes that are Atrium's own.
const (
	// CodeTokenRefused says that no token came that allows this, and nothing more.
	CodeTokenRefused Code = 401
	// CodeNotPermitted says that the participant's grants, a ban or the application do not
	// allow it.
	CodeNotPermitted Code = 403
	// CodeRoomLocked says that nobody comes in any more.
	CodeRoomLocked Code = 423
	// CodeBusy says that the server has no room for newcomers at present, and when to try
	// again. No room raises it: it is for whoever lets people in.
	CodeBusy Code = 503
	// CodeWaiting is the answer to a join into a room with a lobby: it is to be tried again
	// when the participant was admitted.
	CodeWaiting Code = 425
)

// Error is a refusal with a wire code and a sentence for the person who can
// act on it. Compare with errors.Is against the sentinels below (equal codes
// match) or read the code with errors.As.
type Error struct {
	Code Code
	Msg  string
	Err  error // the cause, for logs; never sent to a client
}

// Error returns the sentence for the client.
func (e *Error) Error() string { return e.Msg }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is a room error with the same code.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Code == e.Code
}

// Sentinels to compare with errors.Is; returned errors carry a fuller sentence.
var (
	ErrUserExists       = &Error{Code: CodeUserExists, Msg: "user already exists in room"}
	ErrUserNotFound     = &Error{Code: CodeUserNotFound, Msg: "user not found"}
	ErrUserNotStreaming = &Error{Code: CodeUserNotStreaming, Msg: "user is not streaming media"}
	ErrUserClosed       = &Error{Code: CodeUserClosed, Msg: "user has left"}
	ErrRoomNotFound     = &Error{Code: CodeRoomNotFound, Msg: "room not found"}
	ErrRoomClosed       = &Error{Code: CodeRoomClosed, Msg: "room is closed"}
	ErrRoomNotCreated   = &Error{Code: CodeRoomNotCreated, Msg: "room cannot be created"}
	ErrSDP              = &Error{Code: CodeSDP, Msg: "no SDP answer could be made"}
	ErrMute             = &Error{Code: CodeMuteFailed, Msg: "mute failed"}
	ErrTokenRefused     = &Error{Code: CodeTokenRefused, Msg: "the token is not accepted"}
	ErrNotPermitted     = &Error{Code: CodeNotPermitted, Msg: "not permitted"}
	ErrRoomLocked       = &Error{Code: CodeRoomLocked, Msg: "room is locked"}
	ErrWaiting          = &Error{Code: CodeWaiting, Msg: "waiting to be admitted"}
	ErrGeneric          = &Error{Code: CodeGeneric, Msg: "request refused"}
)

func errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Msg: fmt.Sprintf(format, args...)}
}
