// Package client carries the call page inside the binary.
//
// The page is plain ES modules: no build step, no framework, nothing fetched from elsewhere. The server hands the
// files out as they lie in web/, under a content policy that allows scripts and styles from its own origin only.
//
//	web/index.html --- app.js ---+--- room.js, a stay in a room
//	                             |     +--- line.js --- rpc.js === websocket /room
//	                             |     +--- connections.js --- peer.js === RTCPeerConnection, one for each stream
//	                             |     +--- attendance.js, members.js, notices.js, reception.js
//	                             +--- lobby.js, the screen before, and while one waits to be let in
//	                             +--- call.js, the call's screen
//	                                   +--- stage.js --- tiles.js, tile.js, a tile for each camera and screen
//	                                   |     +--- preference.js, wish.js, how a picture is shown and how much it matters;
//	                                   |     |    layers.js where the server knows sizes by number only
//	                                   |     +--- speaking.js, quality.js, who speaks, and whose picture suffers from what
//	                                   +--- controls.js, screen-share.js, one's own microphone, camera, screen and hand
//	                                   +--- people.js, desk.js, moderation.js, what moderators see and do
//	                                   +--- talk.js, chat.js
//
// The page speaks the same Kurento Room protocol as every other application; it has no private way in. End-to-end
// tests that drive it in a real browser live in e2e/.
package client
