// Package whip lets encoders and players without the room protocol take part in
// rooms by plain HTTP: WHIP (RFC 9725) publishes, WHEP (draft-ietf-wish-whep-03)
// plays. docs/whip.md tells users about it, and conformance_test.go has a row for each
// demand that the two make of servers.
//
//	POST /whip/{room}?user=cam       offer --> answer, and the URL of a session
//	POST /whep/{room}?publisher=cam  likewise, to play
//	PATCH  /whip/session/{id}        trickled candidates, or an ICE restart
//	DELETE /whip/session/{id}        the end
//	POST /whep/session/{id}/layer    other layers
//
//	handler --> session --> registry (how many, and from where)
//	               |
//	               +--> room.Manager: Join, Publish or Subscribe, RestartICE, Leave
//	                         |
//	events <-----------------+   left, evicted, unpublished, closed, lost:
//	                             the session is gone
//
// A session is one participant with one connection. Whoever publishes by WHIP is a
// participant like any other; whoever plays by WHEP is one that publishes nothing.
// The id in a session's URL is a secret of 130 bits that names nothing else, so no
// session can be found by guessing, and it is never logged. Unknown rooms and
// silent publishers look alike to players.
//
// Who has to wait in a room's lobby has no session. It is told to ask again, and known
// again by the identity of its token (lobby.go).
//
// What happens in rooms is heard on their goroutines, which must not wait: a
// session that has to leave does so on a goroutine of its own.
package whip
