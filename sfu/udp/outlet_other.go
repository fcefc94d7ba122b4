//go:build !linux

package udp

import "net"

// canSend returns the best that the system offers for queues on this socket.
func canSend(net.PacketConn) SendMode { return SendPlain }

// batchOutlets is not called here, where canSend promises nothing.
func batchOutlets([]*socket) ([]outlet, error) { return nil, ErrSendMode }
