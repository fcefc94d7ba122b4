package bwe

// Class is what a packet is sent for.
type Class uint8

// The classes, by their turn at the Pacer.
const (
	ClassAudio Class = iota
	ClassRepair
	ClassVideo
	ClassPadding

	classes // how many there are
)
