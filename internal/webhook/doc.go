// Package webhook posts the events of a feed to receivers.
//
//	feed --> Subscription --> run, one goroutine a receiver        owns the queue
//	                            |  put, next, settle: pure          of all rooms' lanes
//	                            |
//	             lane of a room: e1 e2 e3 ...   one in flight, the rest waits: strict order
//	             lane of a room: e7                                  rooms beside each other
//	                            |
//	                            v  four requests at a time
//	                         POST, signed --> 2xx: next | else: again, later | 410: never again
//
// A delivery is signed as Standard Webhooks has it
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md),
// by that project's own library: it is small and needs nothing else. The body is the event
// as internal/feed encoded it.
//
// What can wait is bounded in events, octets and time. What is lost all the same is
// counted, and told to the receiver in its place in the order (feed.EventsLost). A
// receiver gets an event at least once, and knows it again by webhook-id.
//
// When nothing is decided about one event but about the receiver (no connection, 429, 502,
// 503, 504), everything waits and one request tries; otherwise the room of the event waits
// alone.
package webhook
