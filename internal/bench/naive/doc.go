// Naive is the forwarder that one writes first with Pion: a TrackLocalStaticRTP
// for each track that is published, added to every receiver's PeerConnection,
// with the interceptors that Pion registers by default. It is what the benchmark
// compares the server with, and is kept as plain as that on purpose.
//
//	POST /whip/{room}/{user}   an offer that publishes   -> 201, the answer
//	POST /whep/{room}/{user}   an offer that receives it -> 201, the answer; 404 while nobody publishes there
//
// It listens on a free port of the loopback address, and says which.
package main
