package udp

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// With UDP_GRO (udp(7)) the kernel joins datagrams of one source that follow each
// other and have the same size, all but the last. A control message tells the
// size.

// segmentSize returns the size of the datagrams that a received message holds, in
// octets, from its control messages; 0 when it holds only one, or when the control
// messages are malformed.
func segmentSize(control []byte) int {
	for len(control) >= unix.SizeofCmsghdr {
		var h unix.Cmsghdr
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&h)), unix.SizeofCmsghdr), control)
		length := int(h.Len)
		if length < unix.CmsgLen(0) || length > len(control) {
			return 0
		}
		data := control[unix.CmsgLen(0):length]
		if h.Level == unix.IPPROTO_UDP && h.Type == unix.UDP_GRO {
			if len(data) < 4 {
				return 0
			}
			size := int32(binary.NativeEndian.Uint32(data))
			return int(max(size, 0))
		}
		control = control[min(unix.CmsgSpace(len(data)), len(control)):]
	}
	return 0
}

// cut returns the first datagram of a message whose datagrams have a size, and
// the rest of the message. The last one may be shorter.
func cut(b []byte, size int) (first, rest []byte) {
	if size <= 0 || size >= len(b) {
		return b, nil
	}
	return b[:size:size], b[size:]
}
