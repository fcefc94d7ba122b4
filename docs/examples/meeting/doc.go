// Command meeting is a small application with rooms in it: the one that docs/embedding.md
// builds step by step. It imports nothing but what every application may.
//
//	go run ./docs/examples/meeting       and open http://localhost:8090
//
//	main.go      starts and ends it
//	media.go     the media server
//	meeting.go   the rooms, the protocol, and the application's mux
//	doorbell.go  hears who comes and goes
//	visitor.go   knows who asks
//	policy.go    vetoes a join, rewrites a message
//	agenda.go    makes a room ahead, and answers custom requests about it
//	quiet.go     moderates
//	record.go    writes what somebody publishes to a file
//	play.go      publishes a file
//	own.go       a protocol of the application's own
//	invite.go    the same, begun by the server
package main
