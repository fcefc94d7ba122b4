package packet_test

import (
	"fmt"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// A packet is parsed once and shared: the ring keeps it for retransmission
// while others send it.
func ExamplePool() {
	pool, ring := packet.NewPool(), packet.NewRing(512)
	var unwrapper packet.Unwrapper

	p := pool.Get()
	received := append([]byte{0x80, 96, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2}, "media"...)
	if err := p.Parse(received); err != nil {
		p.Release()
		return
	}
	p.Seq = unwrapper.Unwrap(p.SequenceNumber)
	ring.Put(p)
	p.Release() // ours; the ring has its own

	fmt.Printf("%s, %d in use\n", ring.Get(p.Seq).Payload(), pool.InUse())
	ring.Clear()
	fmt.Println(pool.InUse(), "in use")
	// Output:
	// media, 1 in use
	// 0 in use
}
