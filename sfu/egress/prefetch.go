package egress

import "unsafe"

// The streams of hundreds of subscribers do not fit the processor's cache, and most
// of what a packet costs here is waiting for their memory, one line after the
// other. So a shard reads an octet of each line of the stream after the next, and
// what the next one points to, before it works on this one: these loads need not
// wait for each other, nor anybody for them. 800 subscribers: 6.25 us a packet
// without, 5.83 with (medians, interleaved); 200: no difference.

// cacheLine is what memory is fetched by, in octets.
const cacheLine = 64

// Prefetcher is a Sealer that can have its memory fetched. The result means
// nothing, but that the memory was read.
type Prefetcher interface{ Prefetch() byte }

// prefetch fetches what the streams after the one that is worked on need.
func (s *Shard) prefetch(next []*Stream) {
	if len(next) > 1 {
		s.fetched += next[0].prefetchOthers() + next[1].prefetchOwn()
	}
}

// prefetchOwn fetches the part of the stream that every packet touches.
func (st *Stream) prefetchOwn() (sum byte) {
	hot := unsafe.Slice((*byte)(unsafe.Pointer(st)), unsafe.Offsetof(st.rtx))
	for i := 0; i < len(hot); i += cacheLine {
		sum += hot[i]
	}
	return sum
}

// prefetchOthers fetches what the stream points to, when itself is at hand.
func (st *Stream) prefetchOthers() (sum byte) {
	if p, ok := st.cfg.Sealer.(Prefetcher); ok {
		sum = p.Prefetch()
	}
	if st.history != nil {
		sum += st.history.Prefetch(st.header.SequenceNumber + 1)
	}
	return sum
}
