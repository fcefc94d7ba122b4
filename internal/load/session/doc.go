// Package session is the signalling of one synthetic participant: what a
// browser's page would say to the server, without the page. Session is the one
// interface; Room speaks the Kurento Room protocol over a websocket (to Atrium
// and to the original server), HTTP speaks WHIP (RFC 9725) and WHEP
// (draft-ietf-wish-whep), where each connection is a resource of its own and
// there is no room. A Dialer makes them and holds what they share: the
// transport, the TLS settings, and the guard that keeps the generator away
// from addresses that are not the operator's own.
//
//	            +-------------------- Dialer ---------------------+
//	runner ---->| Room: joinRoom, publishVideo ... --> rpc.Client  |--> guard --> server
//	Handler <---|       participantPublished ...  <--              |
//	runner ---->| HTTP: POST offer, 201 answer, DELETE             |--> guard --> server
//	            +--------------------------------------------------+
//
// A lost socket is the end of a session and an event, not something to repair.
// Errors keep the server's words; Reason makes of them what can be counted.
package session
