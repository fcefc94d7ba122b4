package udp

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sockaddr is an address as the kernel reads it.
type sockaddr struct {
	raw  unix.RawSockaddrInet6 // or RawSockaddrInet4, which is shorter
	size uint32
}

// sockaddrOf converts a destination. A zone is left out, see addrKey.
func sockaddrOf(a netip.AddrPort) sockaddr {
	var s sockaddr
	if a.Addr().Is4() {
		v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(&s.raw))
		v4.Family, v4.Addr, v4.Port = unix.AF_INET, a.Addr().As4(), swapped(a.Port())
		s.size = unix.SizeofSockaddrInet4
		return s
	}
	s.raw.Family, s.raw.Addr, s.raw.Port = unix.AF_INET6, a.Addr().As16(), swapped(a.Port())
	s.size = unix.SizeofSockaddrInet6
	return s
}

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
