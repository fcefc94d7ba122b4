// Package client carries the call page inside the binary.
//
// The page is plain ES modules: no build step, no framework, nothing fetched from elsewhere. The server hands the
// files out as they lie in web/, under a content policy that allows scripts and styles from its own origin only.
//
//	web/index.html --- app.js ---+--- room.js  --- rpc.js  === websocket /room
//	                             +--- peer.js  === RTCPeerConnection, one per direction and person
//	                             |     +--- encodings.js, which sizes the camera is sent in
//	                             +--- tiles.js, tile.js, chat.js, messages.js
//	                                   +--- preference.js, wish.js, how a picture is shown and how much it matters;
//	                                   |    layers.js where the server knows sizes by number only
//	                                   +--- speaking.js, quality.js, who speaks, and whose picture suffers from what
//
// The page speaks the same Kurento Room protocol as every other application; it has no private way in. End-to-end
// tests that drive it in a real browser live in e2e/.
package client
