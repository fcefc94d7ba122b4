// Package stamp writes into media when, by whom and as which frame it was sent,
// and finds that again at the other end. The stamp is part of the payload, not
// of the RTP header, so that it passes every server that forwards what it does
// not decode, whatever that server does with sequence numbers, timestamps and
// header extensions. It stands where decoders do not look:
//
//	VP8   |frame|filler|STAMP|                     behind the last partition
//	VP9   |frame|filler|STAMP|superframe index|    behind the only frame of a superframe
//	H264  |SPS|PPS|SEI: STAMP, filler|slices|      user data in front of the first slice
//	AV1   |frame|metadata OBU: filler STAMP|       ITU-T T.35 metadata, the last OBU
//	Opus  |code 3|frame|padding: filler STAMP|     padding of the packet
//
// Append makes the room in a frame, which is then cut into RTP payloads; Write
// fills the room when its packet leaves; Read looks for a stamp in a payload.
// Whoever cuts takes care that the stamp is whole in one payload: see Tail.
// Nothing here keeps state; any goroutine may call.
package stamp
