package bwe

// rtpHistory is how many packets of a stream have their numbers remembered: two
// seconds of 5 Mbit/s, since a stream is less than a connection.
const rtpHistory = 1 << 10

// rtpNumbers are the transport-wide numbers of the last packets of one stream, by
// their number in the RTP header, of which RFC 8888 speaks. The zero value is ready.
//
// Of a stream that has paused for long, the numbers may name other packets by now;
// no feedback speaks of it any longer.
type rtpNumbers struct {
	numbers [rtpHistory]uint16
	known   [rtpHistory / 64]uint64 // a bit for each of the above
	newest  uint16                  // in the RTP header
	begun   bool
}

// put takes note that the packet of the stream was sent with the transport-wide
// number. One that is sent again has the number of the last time. Any number that
// is not one of the last is ahead of them.
func (n *rtpNumbers) put(seq, transport uint16) {
	if !n.begun {
		n.begun, n.newest = true, seq
	}
	if n.newest-seq >= rtpHistory {
		n.advance(seq)
	}
	place := seq % rtpHistory
	n.numbers[place] = transport
	n.known[place/64] |= 1 << (place % 64)
}

// transport returns the transport-wide number of a packet of the stream, false when
// it was not sent, or too long ago.
func (n *rtpNumbers) transport(seq uint16) (uint16, bool) {
	place := seq % rtpHistory
	known := n.newest-seq < rtpHistory && n.known[place/64]>>(place%64)&1 == 1
	return n.numbers[place], known
}

// advance makes seq the newest, and forgets those whose places come free.
func (n *rtpNumbers) advance(seq uint16) {
	if seq-n.newest >= rtpHistory {
		n.known = [rtpHistory / 64]uint64{}
		n.newest = seq
	}
	for n.newest != seq {
		n.newest++
		place := n.newest % rtpHistory
		n.known[place/64] &^= 1 << (place % 64)
	}
}
