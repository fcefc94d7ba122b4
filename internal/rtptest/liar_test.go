package rtptest_test

import (
	"bytes"
	"testing"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/demux"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

func liarOfTwo(seed uint64) *rtptest.Liar {
	return rtptest.NewLiar(rtptest.LiarConfig{Seed: seed, SSRCs: []uint32{1, 2}, PayloadTypes: []uint8{96, 97, 63, 111}})
}

// What the Liar makes reaches who decrypts it, is hardly ever good, and is the same for
// the same seed.
func TestLiesCanBeEncryptedAndAreLies(t *testing.T) {
	one, again := liarOfTwo(7), liarOfTwo(7)
	camera := rtptest.NewStream(rtptest.Config{Codec: codec.VP8, SSRC: 1, PayloadType: 96, Seed: 1})
	good, bad, short, strangers := 0, 0, 0, map[uint32]bool{}
	for range 3000 {
		p := camera.Frame(rtptest.FrameOptions{Octets: 500})[0]
		b, b2 := one.RTP(p), again.RTP(p)
		report, report2 := one.RTCP(), again.RTCP()
		if !bytes.Equal(b, b2) || !bytes.Equal(report, report2) {
			t.Fatal("the same seed lies in two ways")
		}
		var h rtp.Header
		n, err := h.Unmarshal(b)
		if err != nil || demux.Of(b) != demux.RTP || len(b) > 1160 {
			t.Fatalf("RTP of %d octets, class %v: %v", len(b), demux.Of(b), err)
		}
		if demux.Of(report) != demux.RTCP || len(report) < 8 || len(report) > 1160 {
			t.Fatalf("RTCP of %d octets: %x", len(report), report)
		}
		if h.SSRC > 2 {
			strangers[h.SSRC] = true
		}
		switch {
		case n == len(b):
			short++
		case bytes.HasSuffix(b, p.Payload):
			good++
		default:
			bad++
		}
	}
	if bad < good || short == 0 || len(strangers) == 0 || len(strangers) > 3 {
		t.Errorf("%d payloads as they were, %d spoilt, %d empty; %d invented sources", good, bad, short, len(strangers))
	}
}
