package rtptest_test

import (
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// A server that leaves out the upper temporal layer, and numbers packets anew but
// not pictures.
func ExampleConformance() {
	camera := rtptest.NewStream(rtptest.Config{Codec: codec.VP8, SSRC: 7, PayloadType: 96, Mode: "L1T2"})
	received := rtptest.NewConformance(rtptest.Expectations{
		Codecs: map[uint8]codec.Codec{96: codec.VP8}, PictureIDs: true,
	})
	at, seq := time.Unix(0, 0), uint16(0)
	for i := range 4 {
		for _, p := range camera.Frame(rtptest.FrameOptions{Keyframe: i == 0, Octets: 900}) {
			if stamp, ok := rtptest.ReadStamp(p.Payload); ok && stamp.Temporal > 0 {
				continue
			}
			p.SequenceNumber = seq
			received.PacketAt(p, at)
			seq++
		}
		at = at.Add(time.Second / 30)
	}
	for _, violation := range received.Violations() {
		fmt.Println(violation)
	}
	fmt.Printf("%+v\n", received.Counts(7))
	// Output:
	// ssrc 00000007: packet 1 has picture id 11900 behind 11898
	// {Frames:2 Whole:2 Decodable:2}
}

// Simulcast as a browser with a 1280x720 camera sends it.
func ExampleLadder() {
	ladder := rtptest.NewLadder(rtptest.LadderConfig{
		Config: rtptest.Config{Codec: codec.VP8, PayloadType: 96, Mode: "L1T3"},
		Rungs:  rtptest.DefaultRungs(),
		RIDID:  10,
	})
	for encoding, packets := range ladder.Frame(rtptest.FrameOptions{Keyframe: true}) {
		fmt.Printf("encoding %d, rid %s: %d packets\n", encoding, packets[0].GetExtension(10), len(packets))
	}
	// Output:
	// encoding 0, rid q: 1 packets
	// encoding 1, rid h: 2 packets
	// encoding 2, rid f: 3 packets
}
