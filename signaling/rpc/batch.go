package rpc

import (
	"encoding/binary"
	"math"
	"sync"

	"github.com/gorilla/websocket"

	"github.com/atrium-rtc/atrium/internal/invariant"
)

// batchLimit bounds the octets of the frames that leave with one write. That is
// hundreds of notifications, one record of TLS, and what a slow peer must take
// within WriteTimeout.
const batchLimit = 16 << 10

// Of the header of a frame, see RFC 6455 section 5.2.
const (
	finalBit = 0x80
	// Lengths up to shortLength stand in the header's second octet; these marks
	// stand there when 2 or 8 octets follow with the length.
	shortLength = 125
	lengthIn2   = 126
	lengthIn8   = 127
)

// firstBuffer is the capacity in octets with which a buffer begins.
const firstBuffer = 512

// buffers lends the octets in which batches are encoded, so that a silent
// socket holds none.
type buffers struct{ pool sync.Pool }

// get returns an empty buffer.
func (b *buffers) get() *[]byte {
	if buf, ok := b.pool.Get().(*[]byte); ok {
		return buf
	}
	buf := make([]byte, 0, firstBuffer)
	return &buf
}

// put takes a buffer back, which its borrower has done with.
func (b *buffers) put(buf *[]byte) {
	*buf = (*buf)[:0]
	b.pool.Put(buf)
}

// appendTo appends the batch but for its close frame, as a server writes it:
// frames that are whole, unmasked and not compressed.
func (b *batch) appendTo(buf []byte) []byte {
	if b.ponged {
		buf = appendControl(buf, websocket.PongMessage, b.pong)
	}
	if b.pinged {
		buf = appendControl(buf, websocket.PingMessage, nil)
	}
	for _, frame := range b.frames {
		buf = appendFrame(buf, websocket.TextMessage, frame)
	}
	return buf
}

// appendControl appends a control frame, of which section 5.5 bounds the
// payload. A pong's is a ping's, which the reader has let pass.
func appendControl(buf []byte, op byte, payload []byte) []byte {
	invariant.Check(len(payload) <= shortLength, "a long control frame")
	return appendFrame(buf, op, payload)
}

func appendFrame(buf []byte, op byte, payload []byte) []byte {
	buf = append(buf, finalBit|op)
	switch n := len(payload); {
	case n <= shortLength:
		buf = append(buf, byte(n))
	case n <= math.MaxUint16:
		buf = binary.BigEndian.AppendUint16(append(buf, lengthIn2), uint16(n))
	default:
		buf = binary.BigEndian.AppendUint64(append(buf, lengthIn8), uint64(n))
	}
	return append(buf, payload...)
}
