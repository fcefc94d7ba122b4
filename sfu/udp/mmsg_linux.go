package udp

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// mmsghdr is struct mmsghdr: one message of recvmmsg(2) and sendmmsg(2), and how
// many octets of it came or went.
type mmsghdr struct {
	hdr    unix.Msghdr
	octets uint32
}

// The system calls below do not wait, and are therefore made without telling Go's
// scheduler: that would take the processor away from a call that blocks, and wakes
// its monitor thread for it, which then looks around every 20 us. With hundreds of
// calls a second that costs more than the calls (docs/bench/forwarding.md). The
// longest, a full batch, holds a collection of garbage up for about a millisecond.

// recvmmsg receives up to len(msgs) messages without waiting and returns how
// many. With no messages at all it tells whether the system call can be used.
func recvmmsg(fd uintptr, msgs []mmsghdr) (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, fd,
		uintptr(unsafe.Pointer(unsafe.SliceData(msgs))), uintptr(len(msgs)), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}

// sendmmsg sends messages without waiting and returns how many the kernel took.
// An error is the first message's: one of a later message ends the call early and
// comes again when that message is the first. With no messages at all it tells
// whether the system call can be used.
func sendmmsg(fd uintptr, msgs []mmsghdr) (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, fd,
		uintptr(unsafe.Pointer(unsafe.SliceData(msgs))), uintptr(len(msgs)), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}

// sendto sends one datagram without waiting.
func sendto(fd uintptr, b []byte, to *sockaddr) unix.Errno {
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, fd,
		uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), unix.MSG_DONTWAIT,
		uintptr(unsafe.Pointer(&to.raw)), uintptr(to.size))
	return errno
}
