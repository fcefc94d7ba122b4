package egress

import "github.com/atrium-rtc/atrium/sfu/packet"

// Original returns the packet that the one with an outgoing number was made of, nil for
// one that only fills a number. It is for Sealers that want to know more than the
// header says: within WriteRTP, and the packet is theirs no longer than that.
func (st *Stream) Original(out uint16) *packet.Packet {
	if st.history == nil {
		return nil
	}
	from, ok := st.history.Source(out)
	if !ok {
		return nil
	}
	return st.feed.ring(from.Layer).Get(from.Seq)
}
