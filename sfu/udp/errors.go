package udp

import "errors"

// Errors of this package. A closed Mux or connection says net.ErrClosed to
// readers and io.ErrClosedPipe to writers, the two values an ICE agent takes
// for the normal end of a candidate.
var (
	// ErrNoSocket says that no socket of the Mux can serve an address.
	ErrNoSocket = errors.New("no socket for this address")
	// ErrNotUDP says that an address is not a UDP address with a valid IP.
	ErrNotUDP = errors.New("not a UDP address")
	// ErrNoAddress says that Listen could open no socket at all.
	ErrNoAddress = errors.New("no address to listen on")
	// ErrSealed says that the agent may not send RTP: see Peer.Seal.
	ErrSealed = errors.New("RTP of this peer is sealed elsewhere")
	// ErrOversize says that a datagram for a Queue has more than MaxDatagram octets.
	ErrOversize = errors.New("datagram too large")
	// ErrSendMode says that a SendMode is unknown, or not possible on this system.
	ErrSendMode = errors.New("send mode not possible")
)
