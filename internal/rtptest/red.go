package rtptest

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// What a header of a redundant block has room for.
const (
	maxREDOffset = 1<<14 - 1
	maxREDOctets = 1<<10 - 1
)

// REDBlock is one block of redundant audio data (RFC 2198).
type REDBlock struct {
	PayloadType uint8
	// Offset is how much older than the packet's timestamp the block is.
	Offset  uint32
	Payload []byte
}

// RED returns a payload of blocks, of which the last one is the primary. It
// panics on what the format has no room for.
func RED(blocks ...REDBlock) []byte {
	var b []byte
	last := len(blocks) - 1
	for _, block := range blocks[:last] {
		if block.Offset > maxREDOffset || len(block.Payload) > maxREDOctets {
			panic(fmt.Sprintf("rtptest: RED block of %d octets, %d earlier", len(block.Payload), block.Offset))
		}
		header := 1<<31 | uint32(block.PayloadType)<<24 | block.Offset<<10 | uint32(len(block.Payload))
		b = binary.BigEndian.AppendUint32(b, header)
	}
	b = append(b, blocks[last].PayloadType)
	for _, block := range blocks {
		b = append(b, block.Payload...)
	}
	return b
}

// ReadRED returns the blocks of a payload, the primary last.
func ReadRED(payload []byte) ([]REDBlock, error) {
	errTruncated := errors.New("redundant audio data is truncated")
	var blocks []REDBlock
	var sizes []int
	b, total := payload, 0
	for len(b) > 0 && b[0]&0x80 != 0 {
		if len(b) < 4 {
			return nil, errTruncated
		}
		header := binary.BigEndian.Uint32(b)
		blocks = append(blocks, REDBlock{PayloadType: b[0] & 0x7f, Offset: header >> 10 & maxREDOffset})
		sizes = append(sizes, int(header&maxREDOctets))
		total += sizes[len(sizes)-1]
		b = b[4:]
	}
	if len(b) < 1+total {
		return nil, errTruncated
	}
	primary := REDBlock{PayloadType: b[0] & 0x7f}
	b = b[1:]
	for i, size := range sizes {
		blocks[i].Payload, b = b[:size], b[size:]
	}
	primary.Payload = b
	return append(blocks, primary), nil
}

// spoken is an Opus packet that was sent.
type spoken struct {
	timestamp uint32
	payload   []byte
}

// redundant returns an Opus packet behind the ones before it, and remembers it.
// Like libwebrtc, it leaves out what is too old or too large for a header.
func (s *Stream) redundant(payload []byte) []byte {
	now := s.Timestamp()
	var blocks []REDBlock
	for _, old := range s.spoken {
		if offset := now - old.timestamp; offset <= maxREDOffset && len(old.payload) <= maxREDOctets {
			blocks = append(blocks, REDBlock{PayloadType: s.cfg.PayloadType, Offset: offset, Payload: old.payload})
		}
	}
	s.spoken = append(s.spoken, spoken{timestamp: now, payload: payload})
	if len(s.spoken) > s.cfg.Redundancy {
		s.spoken = s.spoken[1:]
	}
	return RED(append(blocks, REDBlock{PayloadType: s.cfg.PayloadType, Payload: payload})...)
}
