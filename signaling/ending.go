package signaling

import "github.com/atrium-rtc/atrium/signaling/rpc"

// ending says why a session ends, and how its socket is told.
type ending struct {
	why  string // for logs and metrics; a small set
	code int    // websocket close code
	text string // websocket close reason
}

var (
	endLeft       = ending{"left", rpc.CloseNormal, "left the room"}
	endClosed     = ending{"closed by client", rpc.CloseNormal, "session closed"}
	endHungUp     = ending{"hung up", rpc.CloseNormal, ""}
	endLost       = ending{"lost", rpc.CloseNormal, ""}
	endReplaced   = ending{"replaced", rpc.CloseNormal, "the user joined again"}
	endRoomClosed = ending{"room closed", rpc.CloseNormal, "the room was closed"}
	endRevoked    = ending{"token revoked", rpc.CloseNormal, "the token was revoked"}
	endOverflow   = ending{"too much unsent", rpc.CloseNormal, "too much was waiting"}
	endFault      = ending{"fault", rpc.CloseInternal, "a fault of the server"}
	endShutdown   = ending{"shutdown", rpc.CloseGoingAway, "the server is shutting down"}
)

func endings() []ending {
	return []ending{endLeft, endClosed, endHungUp, endLost, endReplaced, endRoomClosed, endRevoked, endOverflow, endFault, endShutdown}
}

// Close reasons of sockets whose session goes on, or that have none.
const (
	// reasonNoPing is Kurento's text.
	reasonNoPing = "Close for not receive ping from client"
	reasonSilent = "no request was ever sent"
	reasonMoved  = "the session continues on another socket"
)
