// Package room is the room server without a network: who is in which room, who
// may do what, who receives what. It is the Room SDK for Go applications; the
// signaling package is one user of it and speaks Kurento Room's protocol.
// docs/embedding.md builds an application with it step by step.
//
// A Manager takes requests on its callers' goroutines and hands them to the room
// they concern. Each room is one goroutine that owns its state, decides, and
// tells the handlers what happened, so that everybody hears of things in one
// order. Rooms share nothing but the registry that finds them. Media is an
// interface: this package knows offers and answers as text and connections as
// things to mute, feed with candidates and close. Negotiations take long and run
// on the caller's goroutine between two visits to the room: one reserves the
// connection's place, one opens it, unless it was taken back in between.
//
//	caller           Manager             room goroutine             EventHandler
//	  │  Publish       │  find the room     │                             │
//	  ├───────────────►├───────────────────►│ state: reserve a slot       │
//	  │◄───────────────┼────────────────────┤                             │
//	  │  Media.Publish (slow; the room goes on)                           │
//	  ├───────────────►├───────────────────►│ state: open the slot        │
//	  │◄─ ─ ─ Answered(sdp) ─ ─ ─ ─ ─ ─ ─ ─ ┤                             │
//	  │                │                    ├──── OnPublished ───────────►│
//	media plane ── MediaObserver ──────────►├──── OnICECandidate ────────►│
//	                   never waits          └──── OnMediaError ──────────►│
//
// What is published is a stream: a participant's camera, DefaultStream, the only one
// that Kurento's clients know, and beside it a shared screen and others, up to
// Options.MaxStreams. Each has a connection of its own, for its publisher and for each
// of its receivers, and a slot of the state is the place of one connection:
//
//	member ann   publish  webcam ── slot{live}          receive  {bob webcam} ── slot{live, pending}
//	                      screen ── slot{pending}                {bob screen} ── slot{live}
//
// A slot's pending connection is being negotiated. It takes the place of the live one,
// for receivers only: a stream that is to be published anew is unpublished first. When a
// stream ends, the slots of those who receive it go with it, and nothing else does.
//
// A participant may have paired connections in place of these (JoinRequest.Paired,
// PairedMedia): an uplink that carries all that it publishes, and a downlink for all that it
// receives. Streams and subscriptions have slots as ever; their connections hang on a line,
// which is negotiated for all of them at once and whose loss is theirs.
//
//	member bob   uplink    webcam ── slot{live}     client offers:  PublishStreams ─► answer
//	                       screen ── slot{live}
//	             downlink  {ann webcam} ── slot{live}     ReceiveStreams, StopReceiving ─┐
//	                       {cy webcam} ── slot{live}      server offers, one at a time   │
//	                                          AnswerOffer ◄── OnSubscriberOffer ◄────────┘
//
// A participant joins with Grants, which say what it may do; without them it may do
// what everybody could in Kurento Room. A room is run by Settings: locked, with a lobby
// in which newcomers wait, for so many, for so long. A Moderator acts on a room for the
// application (Manager.Moderate) or for a participant who may (Manager.ModerateAs). Where
// an EventHandler hears what has happened, the functions of Options.Policy are asked
// before, on the caller's goroutine, and may refuse or rewrite.
//
//	            Policy.Join       state.join                         Moderator.Admit
//	Join ──────► may refuse ─────► banned? locked? full? ── lobby ──► CodeWaiting ... joins again
//	                                        │
//	                                        └── in: JoinedEvent
//
// An application in the process may also take part in the media: AddTap gives it the
// packets of a stream, and PublishLocal takes packets from it.
//
// The decisions (state and what hangs on it) are a plain struct without
// goroutine, lock or clock. Errors that a client is to see are *Error with
// Kurento's code and Kurento's sentence; everything a participant can make a
// room hold has a limit in Options.
package room
