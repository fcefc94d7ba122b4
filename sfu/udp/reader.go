package udp

// source is where a reader goroutine gets datagrams from. read waits for them and
// hands each to the socket's dispatch, and calls received after each batch. It
// returns when it likes; after an error it may be called again.
type source interface{ read() error }

// plainSource reads one datagram a call: simulated sockets, and systems without
// recvmmsg. The spare octet of its buffer shows that a read was cut short.
type plainSource struct {
	socket *socket
	buf    [MaxDatagram + 1]byte
}

func (p *plainSource) read() error {
	n, from, err := p.socket.io.ReadFromAddrPort(p.buf[:])
	if err != nil {
		return err
	}
	p.socket.tally.add(eventRead, 1)
	p.socket.dispatch(p.buf[:n], unmap(from))
	p.socket.received()
	return nil
}
