package tcp

import (
	"encoding/binary"
	"errors"
	"io"
)

const (
	// MaxFrame is the largest frame taken and sent, in octets without its length:
	// what sfu/udp takes as a datagram.
	MaxFrame = 1600
	// lengthSize is what stands before each frame (RFC 4571, section 2).
	lengthSize = 2
	// readBuffer is how much is read at once: some frames, and always a whole one.
	readBuffer = 4 << 10
)

// frames cuts a stream into frames (RFC 4571, section 2). For one goroutine.
type frames struct {
	from       io.Reader
	buf        []byte
	begin, end int // what was read and not returned
}

func newFrames(from io.Reader) frames { return frames{from: from, buf: make([]byte, readBuffer)} }

// next returns the next frame, which may be empty and is good until the next
// call. It returns ErrOversize for one of more than MaxFrame octets, after which
// the stream is useless, io.ErrUnexpectedEOF if the stream ends inside a frame,
// and else what the reader returns.
func (f *frames) next() ([]byte, error) {
	for {
		have := f.buf[f.begin:f.end]
		if len(have) >= lengthSize {
			size := lengthSize + int(binary.BigEndian.Uint16(have))
			if size > lengthSize+MaxFrame {
				return nil, ErrOversize
			}
			if len(have) >= size {
				f.begin += size
				return have[lengthSize:size:size], nil
			}
		}
		if err := f.fill(); err != nil {
			return nil, err
		}
	}
}

// fill reads more behind what there is.
func (f *frames) fill() error {
	if f.begin > 0 {
		f.end = copy(f.buf, f.buf[f.begin:f.end])
		f.begin = 0
	}
	n, err := f.from.Read(f.buf[f.end:])
	f.end += n
	switch {
	case n > 0:
		return nil // an error comes again
	case err == nil:
		return io.ErrNoProgress
	case errors.Is(err, io.EOF) && f.end > 0:
		return io.ErrUnexpectedEOF
	}
	return err
}

// appendFrame appends a frame to what is sent.
func appendFrame(to, frame []byte) []byte {
	to = binary.BigEndian.AppendUint16(to, uint16(len(frame))) //nolint:gosec // MaxFrame
	return append(to, frame...)
}
