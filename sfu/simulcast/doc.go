// Package simulcast decides what of a track one subscriber gets, and hides the
// changes from the receiver's decoder and jitter buffer. A track may have several
// encodings (simulcast), and each of them layers (SVC).
//
//	encoding 0  ─K─p─p─p─p─p─p─┐
//	encoding 1  ─K─p─p─K─p─p─p─┼─► Ladder    320x180 < 640x360 < 1280x720: what
//	encoding 2  ─K─p─p─p─p─p─p─┘     │       there is, and is alive
//	                 │               │ Pick
//	                 │               ▼
//	                 │             Target    a rung, temporal layers
//	                 ▼               │
//	             Selector ◄──────────┘       which packets: the old encoding until
//	                 │                       a keyframe of the new one, more layers
//	    p p p│K p p p│                       where they can be decoded
//	                 ▼
//	             Rewriter  ─► 41 42 43│44    as which: numbers, picture ids and
//	                                         timestamps of one stream
//
// The Ladder belongs to a track, the Selector and the Rewriter to one subscriber
// of it. KeyframeRequests and Rest are what the publisher is asked for on behalf
// of all of them: keyframes, and which encodings to send.
//
// All are plain structs without lock or clock, owned by whoever forwards.
package simulcast
