package egress

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

func speak(src *fakeSource, seq packet.ExtSeq, ts uint32) {
	pkt := &rtp.Packet{
		Header:  rtp.Header{Version: 2, SequenceNumber: seq.Seq(), Timestamp: ts},
		Payload: []byte{0x78, byte(seq), byte(seq >> 8)},
	}
	src.pushAs(pkt, seq, func(p *packet.Packet) { p.Keyframe, p.FrameStart, p.Needed = true, true, packet.AllTargets })
	synctest.Wait()
}

func TestSoundIsRedundantForWhoReportsLoss(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w := &fakeWriter{}
		sub := e.NewSubscriber("", w)
		st := sub.Add(src, StreamConfig{
			Codec: codec.Opus, PayloadType: 111, REDPayloadType: 63, SSRC: mediaSSRC, Encodings: 1, Sealer: w,
		})
		sub.Start()
		synctest.Wait()
		speak(src, 1000, 960)
		report := func(fractionLost uint8) {
			st.HandleRTCP(&rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: mediaSSRC, FractionLost: fractionLost}}})
			time.Sleep(calmInterval)
			synctest.Wait()
		}
		report(0)
		speak(src, 1001, 1920)
		report(redLoss)
		speak(src, 1002, 2880)
		speak(src, 1010, 10560) // those in between are missing
		speak(src, 1011, 10560+maxREDOffset+1)
		time.Sleep(redHold)
		report(0)
		speak(src, 1012, 30000)
		got := w.take()
		want := []struct {
			payloadType uint8
			blocks      int
		}{{111, 0}, {111, 0}, {63, 2}, {63, 1}, {63, 1}, {111, 0}}
		if len(got) != len(want) {
			t.Fatalf("%d packets, want %d", len(got), len(want))
		}
		for i, p := range got {
			if p.PayloadType != want[i].payloadType {
				t.Errorf("packet %d has payload type %d, want %d", i, p.PayloadType, want[i].payloadType)
			}
			if want[i].blocks == 0 {
				continue
			}
			blocks, err := codec.SplitRED(nil, p.Payload)
			if err != nil || len(blocks) != want[i].blocks {
				t.Fatalf("packet %d: %v %v, want %d blocks", i, blocks, err, want[i].blocks)
			}
			if len(blocks) == 2 && (blocks[0].TimestampOffset != 960 || string(blocks[0].Payload) != string(got[i-1].Payload)) {
				t.Errorf("packet %d repeats %+v", i, blocks[0])
			}
		}
		if e.Stats().Redundant != 3 {
			t.Errorf("stats %+v, want 3 redundant packets", e.Stats())
		}
	})
}

// Without a repair stream a packet that is sent again is sealed under the same
// number. It would differ, so it is not sent.
func TestWhatDiffersEachTimeIsNotRepeated(t *testing.T) {
	for name, change := range map[string]func(*StreamConfig){
		"redundant":         func(c *StreamConfig) { c.REDPayloadType = 63 },
		"transport numbers": func(c *StreamConfig) { c.Extensions.TransportSequence = 5 },
		"send times":        func(c *StreamConfig) { c.Extensions.AbsSendTime = 5 },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
				w := &fakeWriter{}
				sub := e.NewSubscriber("", w)
				cfg := StreamConfig{Codec: codec.Opus, PayloadType: 111, SSRC: mediaSSRC, Encodings: 1, Sealer: w}
				change(&cfg)
				st := sub.Add(src, cfg)
				sub.Start()
				synctest.Wait()
				for i := range packet.ExtSeq(20) {
					speak(src, 1000+i, 960*uint32(i))
				}
				w.take()
				st.HandleRTCP(&rtcp.TransportLayerNack{MediaSSRC: mediaSSRC, Nacks: []rtcp.NackPair{{PacketID: 5}}})
				synctest.Wait()
				if got := w.take(); len(got) != 0 {
					t.Errorf("%d packets sent again", len(got))
				}
				if st.Stats().Refused != 1 {
					t.Errorf("stats %+v, want one refused", st.Stats())
				}
			})
		})
	}
}
