package transport

import "errors"

// Errors of this package, to be found with errors.Is.
var (
	// ErrBadAnswer is an SDP answer that cannot be used; the text says what is
	// wrong with it.
	ErrBadAnswer = errors.New("unusable answer")
	// ErrRefused is an answer that takes none of the offered media.
	ErrRefused = errors.New("the server refused all media")
	// ErrCodec is an answered section without any codec that was offered.
	ErrCodec = errors.New("no codec in common")
	// ErrBadCandidate is a candidate that is no candidate.
	ErrBadCandidate = errors.New("bad candidate")
	// ErrForbidden is a candidate whose address Options.Reach refuses.
	ErrForbidden = errors.New("the server's media address may not be used")
	// ErrFingerprint is a server whose certificate is not the answer's.
	ErrFingerprint = errors.New("the certificate does not match the answer's fingerprint")
	// ErrNotConnected is a call that needs a connection before there is one.
	ErrNotConnected = errors.New("not connected yet")
	// ErrClosed is a call after Close or Vanish.
	ErrClosed = errors.New("connection closed")
	// ErrLost is a server that no longer answers ICE checks.
	ErrLost = errors.New("the server stopped answering")
	// ErrEnded is a server that closed the connection with a DTLS alert.
	ErrEnded = errors.New("the server closed the connection")
	// ErrTooLarge is a packet that fits no datagram.
	ErrTooLarge = errors.New("packet too large")
)
