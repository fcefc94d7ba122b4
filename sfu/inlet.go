package sfu

import "io"

// inlet stands where Pion's SRTP session would queue the packets of one source
// for a reader: each decrypted packet goes on at once, on the session's own
// goroutine, and nothing is ever read. Pion reads sources that it does not know
// to find out what they are; for us the ingress does that, so a reader is told
// that there is nothing.
type inlet struct {
	peer *Peer // whose connection a panic of take ends
	take func([]byte)
}

var _ io.ReadWriteCloser = (*inlet)(nil)

// Write passes on one packet; b is valid during the call only.
func (i *inlet) Write(b []byte) (int, error) {
	if i.take != nil {
		defer i.peer.contain()
		i.take(b)
	}
	return len(b), nil
}

// Read says io.EOF.
func (i *inlet) Read([]byte) (int, error) { return 0, io.EOF }

// Close does nothing: the session stops writing by itself.
func (i *inlet) Close() error { return nil }
