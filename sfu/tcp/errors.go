package tcp

import "errors"

// Errors of this package. A closed Mux or candidate says net.ErrClosed to
// readers and io.ErrClosedPipe to writers, the two values an ICE agent takes
// for the normal end of a candidate.
var (
	// ErrNotTCP says that an address is not a TCP address with a valid IP.
	ErrNotTCP = errors.New("not a TCP address")
	// ErrNoListener says that a Mux has nothing to listen on.
	ErrNoListener = errors.New("no TCP listener")
	// ErrCandidateExists says that an agent already has a candidate at an address.
	ErrCandidateExists = errors.New("the candidate exists already")
	// ErrNoConnection says that no TCP connection from an address is open.
	ErrNoConnection = errors.New("no TCP connection from this address")
	// ErrOversize says that a frame has more than MaxFrame octets.
	ErrOversize = errors.New("frame too large")
	// ErrFull says that a client reads too slowly; the frame was dropped.
	ErrFull = errors.New("too much waits for this TCP connection")
	// ErrSealed says that the agent may not send RTP: see Peer.Seal.
	ErrSealed = errors.New("RTP of this peer is sealed elsewhere")
)
