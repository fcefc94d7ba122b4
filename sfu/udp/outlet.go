package udp

// message is what one outlet hands to the kernel as one: a datagram, or a run of
// them with UDP_SEGMENT.
type message struct {
	to      *Route
	b       []byte
	segment int // octets of each datagram but the last
	count   int
}

// outlet gives messages to the kernel without waiting and returns how many it
// took. An error is the first message's, with none taken. Called by the Queue's
// goroutine.
type outlet interface {
	send(msgs []message) (int, error)
}

// plainOutlet sends one datagram a call.
type plainOutlet struct{ io packetIO }

func (p plainOutlet) send(msgs []message) (int, error) {
	m := &msgs[0]
	if _, err := p.io.WriteToAddrPort(m.b, m.to.remote); err != nil {
		return 0, err
	}
	return 1, nil
}
