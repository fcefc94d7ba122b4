package watch

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// written keeps what was sent.
type written struct{ compounds [][]byte }

func (w *written) WriteRTCP(b []byte) error {
	w.compounds = append(w.compounds, append([]byte(nil), b...))
	return nil
}

// Packets of two streams have one row of numbers; the reports cover them all, and
// what is missing.
func TestTransportFeedbackCoversAllStreams(t *testing.T) {
	var out written
	f := NewTransportFeedback(3, &out)
	now := time.Unix(1000, 0)
	f.Tick(now) // nothing has come: nothing to say
	f.RTP([]byte{1, 2, 3}, now)
	for n := range 30 {
		if n == 7 {
			continue // lost
		}
		p := rtp.Packet{Header: rtp.Header{Version: 2, SSRC: uint32(1 + n%2), SequenceNumber: uint16(n / 2)}, Payload: []byte{1}}
		if err := p.SetExtension(3, []byte{0, byte(n)}); err != nil {
			t.Fatal(err)
		}
		b, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		f.RTP(b, now)
		now = now.Add(10 * time.Millisecond)
	}
	f.Tick(now.Add(transportInterval))
	arrived := 0
	for _, b := range out.compounds {
		packets, err := rtcp.Unmarshal(b)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range packets {
			cc, ok := p.(*rtcp.TransportLayerCC)
			if !ok {
				continue
			}
			arrived += len(cc.RecvDeltas)
		}
	}
	if arrived != 29 {
		t.Errorf("29 packets came, %d were reported", arrived)
	}
	if n := len(out.compounds); n < 3 || n > 5 {
		t.Errorf("%d reports in 300 ms, want one each 100 ms", n)
	}
}
