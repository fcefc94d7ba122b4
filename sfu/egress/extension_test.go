package egress

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// withExtensions returns a started AV1 stream with everything agreed.
func withExtensions(e *Engine, src *fakeSource) (*fakeWriter, *Subscriber, *Stream) {
	w := &fakeWriter{}
	cfg := videoConfig(w)
	cfg.Codec = codec.AV1
	cfg.Extensions = Extensions{
		Passed:            []ExtensionMapping{{From: 8, To: 3}},
		Dependency:        ExtensionMapping{From: 9, To: 4},
		TwoByte:           true,
		TransportSequence: 5, AbsSendTime: 6,
	}
	sub := e.NewSubscriber("", w)
	st := sub.Add(src, cfg)
	sub.Start()
	synctest.Wait()
	return w, sub, st
}

// described pushes a packet with a dependency descriptor of some octets and an
// extension to be passed on.
func described(t *testing.T, src *fakeSource, seq packet.ExtSeq, descriptor, payload int) {
	t.Helper()
	pkt := &rtp.Packet{
		Header:  rtp.Header{Version: 2, SequenceNumber: seq.Seq(), Timestamp: uint32(seq) * 3000, Marker: true, Extension: true, ExtensionProfile: rtp.ExtensionProfileTwoByte},
		Payload: make([]byte, payload),
	}
	dd := append([]byte{0xc0, byte(seq >> 8), byte(seq)}, make([]byte, descriptor-3)...)
	for id, data := range map[uint8][]byte{8: {1, 2, 3, 4}, 9: dd} {
		if err := pkt.SetExtension(id, data); err != nil {
			t.Fatal(err)
		}
	}
	src.pushAs(pkt, seq, func(p *packet.Packet) {
		p.Keyframe, p.FrameStart, p.Needed, p.Switch = seq == 1000, true, packet.AllTargets, packet.AllTargets
		p.PictureID, p.PictureIDBits = seq, 16
	})
	synctest.Wait()
}

func TestExtensionsOfEachConnectionHaveItsOwnNumbers(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w, _, _ := withExtensions(e, src)
		before := packet.NTP(time.Now()) >> 14 & 0xffffff
		for i := range packet.ExtSeq(3) {
			described(t, src, 1000+i, 3+20*int(1-min(i, 1)), 100)
		}
		for i, p := range w.take() {
			dd := p.GetExtension(4)
			if want := []byte{0xc0, 3, byte(232 + i)}; !bytes.HasPrefix(dd, want) {
				t.Errorf("packet %d has descriptor %x, want it to begin with %x", i, dd, want)
			}
			if twoByte := p.ExtensionProfile == rtp.ExtensionProfileTwoByte; twoByte != (i == 0) {
				t.Errorf("packet %d has profile %x: the two-byte form is for long elements", i, p.ExtensionProfile)
			}
			if got := binary.BigEndian.Uint16(p.GetExtension(5)); int(got) != i {
				t.Errorf("packet %d has transport number %d", i, got)
			}
			at := p.GetExtension(6)
			if got := uint64(at[0])<<16 | uint64(at[1])<<8 | uint64(at[2]); got != before {
				t.Errorf("packet %d was sent at %x, want %x", i, got, before)
			}
			if got := p.GetExtension(3); string(got) != "\x01\x02\x03\x04" {
				t.Errorf("packet %d passes on %x", i, got)
			}
		}
	})
}

func TestPacketsNeverGrowBeyondTheLimit(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w, _, st := withExtensions(e, src)
		described(t, src, 1000, 3, 100)
		for i := range packet.ExtSeq(64) {
			described(t, src, 1001+i, 3, 1100+int(i))
			time.Sleep(10 * time.Millisecond) // a burst would have to wait
		}
		media := slices.DeleteFunc(w.take(), func(p rtp.Packet) bool { return p.SSRC != mediaSSRC }) // without probes
		var nacks []rtcp.NackPair
		for i := range uint16(4) {
			nacks = append(nacks, rtcp.NackPair{PacketID: 65534 + i*17, LostPackets: 0xffff})
		}
		st.HandleRTCP(&rtcp.TransportLayerNack{MediaSSRC: mediaSSRC, Nacks: nacks})
		synctest.Wait()
		again := w.take()
		if len(media) != 65 || len(again) < 10 {
			t.Fatalf("%d packets, %d again", len(media), len(again))
		}
		for _, p := range append(media, again...) {
			payload, own := len(p.Payload), 4+4 // descriptor alone
			if size := p.MarshalSize(); size > max(maxMeasured, fixedHeader+payload+own) {
				t.Errorf("a packet with %d octets of payload has %d", payload, size)
			}
			if p.GetExtension(4) == nil {
				t.Errorf("a packet with %d octets of payload has no descriptor", payload)
			}
		}
	})
}

func TestFeedbackOfTheReceiverIsRead(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, sub, st := withExtensions(e, src)
		src.push(0, 0, true, 1000)
		for i := range packet.ExtSeq(9) {
			src.push(i+1, 0, false, 1000)
		}
		synctest.Wait()
		sub.Feedback(transportFeedback(t, 7, 3))
		time.Sleep(2 * calmInterval)
		st.HandleRTCP(&rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: 300_000, SSRCs: []uint32{mediaSSRC}})
		st.HandleRTCP(&rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: -1})
		got := sub.Stats()
		if got.Received != 7 || got.Lost != 3 || got.REMB != 300*bwe.Kbps {
			t.Errorf("received %d, lost %d, estimated %v; want 7, 3 and 300 kbit/s", got.Received, got.Lost, got.REMB)
		}
		time.Sleep(2 * calmInterval)
		if got := sub.Stats(); got.Estimate != 300*bwe.Kbps {
			t.Errorf("the estimate is %v, want that of the receiver", got.Estimate)
		}
	})
}
