package rpc

import "testing"

func TestEncodingABatchDoesNotAllocate(t *testing.T) {
	var lent buffers
	b := batch{pong: []byte("p"), ponged: true, pinged: true, frames: [][]byte{make([]byte, 100), make([]byte, 200)}}
	buf := lent.get()
	if allocs := testing.AllocsPerRun(100, func() { *buf = b.appendTo((*buf)[:0]) }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
	lent.put(buf)
}
