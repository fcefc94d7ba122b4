package codec

import "encoding/binary"

// MaxREDBlocks is how many blocks one payload may have, the primary one
// included. Chromium sends one or two redundant ones.
const MaxREDBlocks = 8

const (
	maxREDOffset = 1<<14 - 1
	maxREDLength = 1<<10 - 1
)

// REDBlock is one block of a redundant payload (RFC 2198 section 3).
type REDBlock struct {
	// PayloadType is that of the block's own format, 0 to 127.
	PayloadType uint8
	// TimestampOffset is how much older than the packet the block is, in units of
	// the RTP clock: 14 bits, 0 for the primary block.
	TimestampOffset uint16
	// Payload is a packet of the block's own format. A redundant block has up to
	// 1023 octets.
	Payload []byte
}

// SplitRED appends the blocks of a redundant payload to dst, the primary one
// last. Their payloads lie in the given one. The error is ErrRED or
// ErrREDBlocks; dst is then returned as it came.
//
//	|1|  payload type | timestamp offset (14) | length (10) |  redundant blocks
//	|0|  payload type |                                       primary block
//	 octets of the blocks, in the same order
func SplitRED(dst []REDBlock, payload []byte) ([]REDBlock, error) {
	headers := 0
	end := 0 // of the headers
	for end < len(payload) && payload[end]&0x80 != 0 {
		headers++
		end += 4
	}
	switch {
	case end >= len(payload):
		return dst, ErrRED
	case headers >= MaxREDBlocks:
		return dst, ErrREDBlocks
	}
	blocks := dst
	rest := payload[end+1:]
	for at := 0; at < end; at += 4 {
		fields := binary.BigEndian.Uint32(payload[at:])
		length := int(fields & maxREDLength)
		if length > len(rest) {
			return dst, ErrRED
		}
		blocks = append(blocks, REDBlock{
			PayloadType:     payload[at] & 0x7f,
			TimestampOffset: uint16(fields >> 10 & maxREDOffset), //nolint:gosec // 14 bits
			Payload:         rest[:length:length],
		})
		rest = rest[length:]
	}
	return append(blocks, REDBlock{PayloadType: payload[end] & 0x7f, Payload: rest}), nil
}

// AppendRED appends the payload made of blocks to dst. The last block is the
// primary one, whose offset is 0. The error is ErrREDBlocks or ErrREDRange; dst
// is then returned as it came.
func AppendRED(dst []byte, blocks []REDBlock) ([]byte, error) {
	if len(blocks) == 0 || len(blocks) > MaxREDBlocks {
		return dst, ErrREDBlocks
	}
	redundant, primary := blocks[:len(blocks)-1], blocks[len(blocks)-1]
	if primary.PayloadType > 0x7f || primary.TimestampOffset != 0 {
		return dst, ErrREDRange
	}
	for i := range redundant {
		b := &redundant[i]
		if b.PayloadType > 0x7f || b.TimestampOffset > maxREDOffset || len(b.Payload) > maxREDLength {
			return dst, ErrREDRange
		}
	}
	for i := range redundant {
		b := &redundant[i]
		fields := uint32(b.PayloadType|0x80)<<24 | uint32(b.TimestampOffset)<<10 | uint32(len(b.Payload)) //nolint:gosec // 10 bits
		dst = binary.BigEndian.AppendUint32(dst, fields)
	}
	dst = append(dst, primary.PayloadType)
	for i := range blocks {
		dst = append(dst, blocks[i].Payload...)
	}
	return dst, nil
}
