package egress

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// counter is a Sealer that counts.
type counter struct{ packets, octets int }

func (c *counter) WriteRTP(_ *rtp.Header, payload []byte) error {
	c.packets++
	c.octets += len(payload)
	return nil
}

func (*counter) WriteRTCP([]rtcp.Packet) error { return nil }

// FuzzFeedback lets a receiver send any RTCP at all: nothing panics, nothing is
// lost track of, and the answer stays within the budget.
func FuzzFeedback(f *testing.F) {
	for _, p := range []rtcp.Packet{
		&rtcp.TransportLayerNack{MediaSSRC: mediaSSRC, Nacks: []rtcp.NackPair{{PacketID: 65534, LostPackets: 0xffff}}},
		&rtcp.PictureLossIndication{MediaSSRC: mediaSSRC},
		&rtcp.FullIntraRequest{MediaSSRC: mediaSSRC, FIR: []rtcp.FIREntry{{SSRC: mediaSSRC, SequenceNumber: 1}}},
		&rtcp.SliceLossIndication{MediaSSRC: mediaSSRC, SLI: []rtcp.SLIEntry{{First: 1, Number: 2, Picture: 3}}},
		&rtcp.ReceiverReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: mediaSSRC, FractionLost: 80, LastSenderReport: 1}}},
		&rtcp.SenderReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: mediaSSRC}}},
		&rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: 1e6, SSRCs: []uint32{mediaSSRC}},
		&rtcp.TransportLayerCC{
			MediaSSRC: mediaSSRC, PacketStatusCount: 1, FbPktCount: 1,
			PacketChunks: []rtcp.PacketStatusChunk{&rtcp.RunLengthChunk{PacketStatusSymbol: rtcp.TypeTCCPacketReceivedSmallDelta, RunLength: 1}},
			RecvDeltas:   []*rtcp.RecvDelta{{Type: rtcp.TypeTCCPacketReceivedSmallDelta, Delta: 250}},
		},
		&rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{Source: 1, Items: []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: "x"}}}}},
		&rtcp.Goodbye{Sources: []uint32{mediaSSRC}},
		&rtcp.ExtendedReport{SenderSSRC: 1, Reports: []rtcp.ReportBlock{&rtcp.ReceiverReferenceTimeReportBlock{NTPTimestamp: 1}}},
	} {
		b, err := p.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		w := &counter{}
		src := &fakeSource{pool: packet.NewPool()}
		s := newShard(0)
		sub := newSubscriber(s, "", w, func() {})
		st := sub.Add(src, videoConfig(w))
		sub.Start()
		now := time.Now()
		s.runBatch(now)
		for i := range packet.ExtSeq(40) {
			src.push(1000+i, 3000*uint32(i), i == 0, 500)
		}
		s.runBatch(now)
		media := w.octets
		pkts, err := rtcp.Unmarshal(b)
		if err == nil {
			for _, p := range pkts {
				st.HandleRTCP(p)
			}
		}
		s.runBatch(now.Add(time.Millisecond))
		s.tick(now.Add(2 * time.Second))
		if again := w.octets - media; again > media/4+osnSize*40 {
			t.Errorf("%d octets in answer to %d", again, media)
		}
		sub.remove()
		s.shutdown()
		if n := src.pool.InUse(); n != 0 {
			t.Errorf("%d packets still held", n)
		}
	})
}
