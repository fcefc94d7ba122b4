// Package publish is a synthetic publisher: it decides when which packet of a
// clip leaves, and answers what the receiver's side asks for, as a browser's
// sender does.
//
//	schedule --frame due--> encoding --packets--> pacer --when--> stream --> Writer
//	  30 a second           one per RID,          2.5 x target    header, stamp,
//	                        plays its reel                        history
//	RTCP --> NACK: history --> RTX      PLI, FIR: encoding restarts at its keyframe
//	         transport-wide feedback, receiver reports: controller --> targets
//
// A reel is a clip cut into RTP payloads before the first packet leaves: each
// frame once as it is and once filled up to the target bitrate. What is left to
// do for a packet is a header, a picture identifier and the stamp.
//
// A Sender does no I/O and has no clock, lock or goroutine: time comes in, and
// packets go to the Writer. One goroutine owns it; Stats alone may be called
// from any.
package publish
