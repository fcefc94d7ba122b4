// Package admission asks those who come for their token, and hands on what it allows:
// it stands between the clients' front ends and the rooms.
//
//	websocket: query, header -- Carry --+
//	joinRoom: token, user --------------+--> Ask --> Control.Admit --> Admitted --> room.JoinRequest
//	WHIP, WHEP: header, query -- Carry -+                |                |
//	                                                     |                +-- Attach: told when the token is revoked
//	operator --> Control.Revoke --> auth.Revocations <---+
//
// What a token says, and whether it is good, is decided by package auth; here is decided
// where a token may stand, whether one is needed at all (open mode: everybody is a
// participant), and that every refusal looks the same from outside: code 401 and one
// sentence. The reason is counted, and goes to the log with nothing else of the token.
//
// A Token does not print: neither logs nor a dump of what holds it show its text.
package admission
