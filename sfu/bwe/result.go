package bwe

import "time"

// Result is what a receiver's feedback said about one packet.
type Result struct {
	Sent time.Time // by our clock
	// Arrived is by the receiver's clock, whose beginning is unknown: only
	// differences mean something. It means nothing unless Received.
	Arrived  time.Duration
	Size     int // octets of the RTP packet, headers included
	Probe    ProbeID
	Received bool
}

// ProbeID names a probe cluster: packets sent at a certain bitrate to see whether
// the path carries it. 0 is none.
type ProbeID uint16

// usage is what the delay says about the path.
type usage uint8

const (
	normal   usage = iota
	overuse        // the queue grows
	underuse       // it drains
)
