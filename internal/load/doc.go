// Package load runs a load test: it brings synthetic clients into rooms as a
// scenario says, lets them publish and receive real media, and adds up what a
// person in their place would have felt.
//
//	scenario.Plan --> Runner --+-- client (one goroutine each): joins, leaves, misbehaves by the plan
//	                           |      session.Session   signalling: Kurento Room, or WHIP and WHEP
//	                           |      publication       transport.Conn <- publish.Sender
//	                           |      subscription      transport.Conn -> watch.Receiver
//	                           |      account           what it did and saw
//	                           '-- sampler: each second, all accounts -> result.Point; at the end -> result.Run
//
// It measures from outside: it shares no media code with the server, and works
// against any server that speaks one of these protocols. A generator that does
// not keep up measures itself; strain finds that, and its figures are marked.
//
// capacity.go raises the number of subscribers until a service level breaks.
package load
