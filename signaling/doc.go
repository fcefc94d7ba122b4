// Package signaling speaks the Kurento Room protocol to clients: it turns
// requests on websockets into calls of a room.Manager, and what happens in rooms
// into notifications. docs/protocol.md is its specification, and docs/embedding.md
// mounts it in an application.
//
// A socket is not a session. A socket is one websocket; a Session is one
// participant's conversation, begins with the first request that needs one,
// outlives a lost socket for a while, and may be taken over by another. Each
// Session is one goroutine that serves its requests in order; ping, connect and
// closeSession do not queue behind them. Notifications come from the rooms'
// goroutines and pass the session's link, which knows where its frames go now:
// to a socket, or into a bounded store until one comes back.
//
//	rpc.Conn --> socket --+-- ping, connect, closeSession (at once)
//	                      +-> inbox --> Session goroutine --> room.Manager
//	rpc.Conn <------------ link <------- answers |                 |
//	                        ^--------------------------- events ---+
//
// Who joins passes internal/admission first, which asks for a token if the server wants
// one; a session keeps its pass, and ends when the token is revoked.
//
// Clients that join with "extensions" are told of more than Kurento Room's could
// understand: a notification is a phrase with two wordings, and each session gets
// the one that it knows. Methods are decoded here and decided in package room.
//
// Those that also ask for paired connections publish and receive on two connections in place
// of one for each stream. When another socket goes on with such a session, requests may be
// repeated under their ids, and what its client cannot do without is told again.
//
// Everything a client can make the server hold has a cap, listed in limits.go.
// Session ids are secrets: logs carry a number instead.
package signaling
