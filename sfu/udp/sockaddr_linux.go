package udp

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// addrPortOfRaw converts what the kernel wrote.
func addrPortOfRaw(raw *unix.RawSockaddrInet6) netip.AddrPort {
	if raw.Family == unix.AF_INET {
		v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(raw))
		return netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), swapped(v4.Port))
	}
	return netip.AddrPortFrom(netip.AddrFrom16(raw.Addr).Unmap(), swapped(raw.Port))
}

// swapped converts a port between the machine's order of octets and the network's.
func swapped(port uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], port)
	return binary.NativeEndian.Uint16(b[:])
}
