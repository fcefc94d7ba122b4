package ingress

import "github.com/atrium-rtc/atrium/sfu/packet"

// windowSize is how far behind the newest packet a repaired one may come: at
// 1000 packets a second, two seconds.
const windowSize = 2048

// window remembers which of the last windowSize sequence numbers came, so that
// a packet that arrives both by itself and by repair is forwarded once.
type window struct {
	started bool
	highest packet.ExtSeq
	bits    [windowSize / 64]uint64
}

// add reports whether seq is new, and remembers it. Too old counts as not new.
func (w *window) add(seq packet.ExtSeq) bool {
	switch {
	case !w.started:
		w.started, w.highest = true, seq
	case seq > w.highest:
		w.advance(seq)
	case w.highest-seq >= windowSize:
		return false
	}
	word, bit := w.at(seq)
	if *word&bit != 0 {
		return false
	}
	*word |= bit
	return true
}

// lacks reports whether seq has not come and is not too old. Before the first
// number nothing is lacking.
func (w *window) lacks(seq packet.ExtSeq) bool {
	switch {
	case !w.started:
		return false
	case seq > w.highest:
		return true
	case w.highest-seq >= windowSize:
		return false
	}
	word, bit := w.at(seq)
	return *word&bit == 0
}

// advance makes seq the newest and forgets what leaves the window.
func (w *window) advance(seq packet.ExtSeq) {
	if seq-w.highest >= windowSize {
		w.bits = [windowSize / 64]uint64{}
		w.highest = seq
		return
	}
	for s := w.highest + 1; s <= seq; s++ {
		word, bit := w.at(s)
		*word &^= bit
	}
	w.highest = seq
}

func (w *window) at(seq packet.ExtSeq) (*uint64, uint64) {
	i := seq % windowSize
	return &w.bits[i/64], 1 << (i % 64)
}
