// Package tap gives an application in the process what a subscriber would get of a
// published stream: recorders, analysers and bridges are taps.
//
//	shard ─► Line.Put ─► ring of 1024 packets ─► goroutine of the tap ─► Tap.Packet
//	            │ full: the packet is dropped and counted
//	            └ never waits
//
// A tap stands where the sealer of a subscriber does, at the end of the forwarding
// shard's work: the choice of the layer, the continuous numbers and the keyframe at
// the start are those of every subscriber (docs/adr/0015-taps.md). What Put costs
// is a copy of the packet; a stream without a tap costs nothing for there being taps.
//
// The ring has one writer, the shard, and one reader, the goroutine of the tap, and
// takes no lock. The application's code runs on that goroutine only, so that a slow
// tap loses packets of its own, hears how many, and delays nobody.
package tap
