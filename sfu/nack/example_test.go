package nack_test

import (
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/sfu/nack"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// Two packets of a stream are lost, and one of them comes again.
func ExampleDetector() {
	var unwrapper packet.Unwrapper
	detector := nack.NewDetector()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const rtt = 40 * time.Millisecond

	for _, seq := range []uint16{65533, 65534, 1, 2, 3} {
		detector.Received(unwrapper.Unwrap(seq), now)
	}
	due := detector.Due(nil, now, rtt)
	fmt.Println("pairs:", nack.AppendPairs(nil, due))

	now = now.Add(rtt)
	detector.Received(unwrapper.Unwrap(65535), now)
	fmt.Println("missing:", detector.Missing())
	// Output:
	// pairs: [{65535 1}]
	// missing: 1
}
