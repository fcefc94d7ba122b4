package publish

import "errors"

// What New refuses. All are mistakes of a plan or surprises of a negotiation.
var (
	// ErrNothing is Media without audio and video, or nil.
	ErrNothing = errors.New("publish: nothing was negotiated")
	// ErrClips is clips that do not fit the negotiated streams: none, too few, or
	// of another codec.
	ErrClips = errors.New("publish: clips do not fit the streams")
	// ErrStream is a negotiated stream that cannot be sent: numbers are missing, or
	// its header extensions do not fit a packet.
	ErrStream = errors.New("publish: incomplete stream")
	// ErrBitrate is a target below what the clip has already. Sending the clip
	// anyway would measure another load than the one asked for.
	ErrBitrate = errors.New("publish: bitrate below the clip's own")
	// ErrRange is a frame rate, packet size or interval that no publisher has.
	ErrRange = errors.New("publish: value out of range")
	// ErrStamp is a frame that has no place for a stamp.
	ErrStamp = errors.New("publish: no room for the stamp")
)
