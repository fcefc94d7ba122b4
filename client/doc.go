// Package client carries the browser client and the call page inside the binary.
//
// Both are TypeScript, bundled by bundle/ into dist/, which is committed and embedded: the server hands the files out as
// they lie there, under a content policy that allows the page scripts and styles from its own origin only.
//
//	src/core, src/browser ------> dist/atrium.js       the SDK: rooms, people, streams
//	src/kurento -----------+----> dist/KurentoRoom.js  the globals of Kurento Room's client, on the SDK
//	page/main.ts ----------+----> dist/app.js          the call page, on the SDK
//	  |
//	  +--- app.ts       the way through: the entrance, the call, the end
//	  +--- entry/       what the address says, and what is remembered
//	  +--- own-media.ts one's own camera and microphone, the same in the entrance and in the call
//	  +--- lobby/       the entrance: see oneself, say who one is, wait to be let in
//	  +--- call/        the call's frame: bar, buttons, keys, what one is asked
//	  +--- stage/       the tiles of all people, arranged and marked
//	  +--- panel/       chat and people, with what moderators do
//	  +--- settings/    devices, layout, look
//	  +--- parts/       menus, dialogs, notices
//	  +--- fake/        painted people, for the gallery and for pictures; no part of the binary
//
// The page speaks the same protocol as every other application; it has no private way in. Unit tests are in test/,
// end-to-end tests that drive the page in real browsers in e2e/.
package client
