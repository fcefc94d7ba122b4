package egress

import (
	"encoding/binary"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

func sequenceNumbers(w *fakeWriter) []uint16 {
	var list []uint16
	for _, p := range w.take() {
		list = append(list, p.SequenceNumber)
	}
	return list
}

func TestVideoBeginsAtAKeyframeThatWasAskedFor(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w := &fakeWriter{}
		sub := e.NewSubscriber("", w)
		sub.Add(src, videoConfig(w))
		synctest.Wait()
		src.push(1000, 90000, true, 10)
		synctest.Wait()
		if got := w.take(); len(got) != 0 {
			t.Fatalf("%d packets before the connection was up", len(got))
		}
		time.Sleep(replayAge + time.Second)
		sub.Start()
		synctest.Wait()
		if got := src.requests(); got != 1 {
			t.Errorf("%d keyframe requests at the start, want 1", got)
		}
		src.push(1001, 93000, false, 10)
		src.push(1002, 96000, true, 10)
		src.push(1003, 96000, false, 10)
		synctest.Wait()
		got := w.take()
		if len(got) != 2 {
			t.Fatalf("%d packets, want the keyframe's 2", len(got))
		}
		for i, p := range got {
			if p.SequenceNumber != uint16(65534+i) || p.Timestamp != 7000 || p.SSRC != mediaSSRC || p.PayloadType != 100 {
				t.Errorf("packet %d has header %+v", i, p.Header)
			}
		}
	})
}

func TestKeyframeIsAskedForAgainUntilItComes(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		started(e, src)
		time.Sleep(1700 * time.Millisecond)
		if got := src.requests(); got != 4 {
			t.Errorf("%d requests in 1.7 s, want 4 (at once and every 500 ms)", got)
		}
		src.push(1, 0, true, 10)
		time.Sleep(5 * time.Second)
		if got := src.requests(); got != 4 {
			t.Errorf("%d requests after the keyframe, want no more", got-4)
		}
	})
}

func TestKeyframeWhoseFirstPacketCameLastIsSentWhole(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w, _, _ := started(e, src)
		src.push(11, 3000, false, 10)
		src.push(12, 3000, false, 10)
		synctest.Wait()
		src.push(10, 3000, true, 10) // repaired
		src.push(13, 6000, false, 10)
		synctest.Wait()
		want := []uint16{65534, 65535, 0, 1}
		if diff := cmp.Diff(want, sequenceNumbers(w)); diff != "" {
			t.Errorf("sequence numbers (-want +got):\n%s", diff)
		}
	})
}

func TestNACKIsAnsweredOnTheRepairStream(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w, _, st := started(e, src)
		for i := range packet.ExtSeq(20) {
			src.push(1000+i, 3000, i == 0, 100)
		}
		synctest.Wait()
		w.take()
		st.HandleRTCP(&rtcp.TransportLayerNack{MediaSSRC: mediaSSRC, Nacks: []rtcp.NackPair{{PacketID: 65535, LostPackets: 1}}})
		synctest.Wait()
		got := w.take()
		if len(got) != 2 {
			t.Fatalf("%d packets in answer to 2, want 2", len(got))
		}
		for i, p := range got {
			if p.SSRC != rtxSSRC || p.PayloadType != 101 || p.SequenceNumber != uint16(500+i) || p.Timestamp != 7000 {
				t.Errorf("header %+v", p.Header)
			}
			if osn := binary.BigEndian.Uint16(p.Payload); osn != uint16(65535+i) {
				t.Errorf("original sequence number %d, want %d", osn, uint16(65535+i))
			}
			if len(p.Payload) != 102 || p.Payload[2] != byte(1001+i) {
				t.Errorf("payload %x is not the original's", p.Payload[:4])
			}
		}
		time.Sleep(2 * tickInterval)
		total := e.Stats()
		if total.Sent.Video != (Sent{20, 2000}) || total.NACKed != 2 || total.Retransmitted != 2 {
			t.Errorf("the engine counts %+v, want 20 packets of 100 octets, 2 of them again", total)
		}
	})
}

func TestRetransmissionWithoutARepairStreamRepeatsThePacket(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w := &fakeWriter{}
		sub := e.NewSubscriber("", w)
		cfg := videoConfig(w)
		cfg.RTXPayloadType, cfg.RTXSSRC = 0, 0
		st := sub.Add(src, cfg)
		sub.Start()
		synctest.Wait()
		for i := range packet.ExtSeq(20) {
			src.push(1000+i, uint32(3000*i), i == 0, 100)
		}
		synctest.Wait()
		first := w.take()
		st.HandleRTCP(&rtcp.TransportLayerNack{MediaSSRC: mediaSSRC, Nacks: []rtcp.NackPair{{PacketID: 3}}})
		synctest.Wait()
		got := w.take()
		if len(got) != 1 {
			t.Fatalf("%d packets, want 1", len(got))
		}
		if diff := cmp.Diff(first[5], got[0]); diff != "" {
			t.Errorf("repeated packet differs, which under SRTP would reuse a nonce (-first +again):\n%s", diff)
		}
	})
}

// R6 and the NACK bomb: 20 legal NACK packets that ask for everything.
func TestNACKBombIsNotMultiplied(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w, _, st := started(e, src)
		media := 0
		for i := range packet.ExtSeq(900) {
			src.push(1000+i, uint32(i*300), i == 0, 1000)
			media += 1000
			if i%10 == 9 {
				time.Sleep(10 * time.Millisecond)
			}
		}
		w.take()
		var all []rtcp.NackPair
		for i := range uint16(60) {
			all = append(all, rtcp.NackPair{PacketID: 65534 + i*17, LostPackets: 0xffff})
		}
		for range 20 {
			st.HandleRTCP(&rtcp.TransportLayerNack{MediaSSRC: mediaSSRC, Nacks: all})
		}
		synctest.Wait()
		octets := 0
		for _, p := range w.take() {
			octets += len(p.Payload)
		}
		if octets == 0 || octets > media/4+media/100 {
			t.Errorf("%d octets in answer, want some and at most a quarter of %d", octets, media)
		}
		stats := st.Stats()
		if stats.Refused == 0 || stats.OverBudget == 0 {
			t.Errorf("nothing was refused: %+v", stats)
		}
	})
}

func TestMutedStreamResumesWithoutAGap(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w, _, st := started(e, src)
		src.push(1, 0, true, 10)
		src.push(2, 0, false, 10)
		synctest.Wait()
		st.SetMuted(true)
		synctest.Wait()
		src.push(3, 3000, false, 10)
		time.Sleep(time.Second)
		before := src.requests()
		st.SetMuted(false)
		synctest.Wait()
		if got := src.requests(); got != before+1 {
			t.Errorf("%d keyframe requests on unmute, want 1", got-before)
		}
		src.push(4, 90000, false, 10)
		src.push(5, 93000, true, 10) // 93000 after the first
		synctest.Wait()
		got := w.take()
		if len(got) != 3 {
			t.Fatalf("%d packets, want 2 before and 1 after", len(got))
		}
		if s := got[2].SequenceNumber; s != 0 { // 65534, 65535, 0
			t.Errorf("resumed at %d, want 0", s)
		}
		if elapsed := got[2].Timestamp - got[1].Timestamp; elapsed != 93000 {
			t.Errorf("the timestamp advanced by %d, want the source's 93000", elapsed)
		}
	})
}

func TestPictureLossIsPassedOn(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, _, st := started(e, src)
		src.push(1, 0, true, 10)
		synctest.Wait()
		before := src.requests()
		st.HandleRTCP(&rtcp.PictureLossIndication{MediaSSRC: mediaSSRC})
		st.HandleRTCP(&rtcp.FullIntraRequest{FIR: []rtcp.FIREntry{{SSRC: mediaSSRC}}})
		synctest.Wait()
		if got := src.requests() - before; got != 2 {
			t.Errorf("%d requests, want 2", got)
		}
	})
}

func TestStreamsOfASubscriberShareASourceButNotNumbers(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		var writers []*fakeWriter
		for i := range 3 {
			w := &fakeWriter{}
			writers = append(writers, w)
			cfg := videoConfig(w)
			cfg.FirstSequence = uint16(100 * i)
			sub := e.NewSubscriber("", w)
			sub.Add(src, cfg)
			sub.Start()
		}
		synctest.Wait()
		src.push(1, 0, true, 10)
		synctest.Wait()
		for i, w := range writers {
			if diff := cmp.Diff([]uint16{uint16(100 * i)}, sequenceNumbers(w)); diff != "" {
				t.Errorf("subscriber %d (-want +got):\n%s", i, diff)
			}
		}
	})
}

func TestClosedSubscriberGetsNothingMore(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w, sub, st := started(e, src)
		src.push(1, 0, true, 10)
		sub.Close()
		sub.Close()
		st.SetMuted(true)
		st.HandleRTCP(&rtcp.TransportLayerNack{Nacks: []rtcp.NackPair{{PacketID: 65534}}})
		synctest.Wait()
		w.take()
		src.push(2, 0, false, 10)
		time.Sleep(2 * time.Second)
		if got := w.take(); len(got) != 0 {
			t.Errorf("%d packets after Close", len(got))
		}
		if e.Stats().Subscribers != 0 {
			t.Errorf("stats %+v", e.Stats())
		}
	})
}

func TestFullMailboxDropsPacketsAndLosesNone(t *testing.T) {
	pool := packet.NewPool()
	src := &fakeSource{pool: pool}
	s := newShard(0) // never run
	for range mailboxLimit / feedLimit {
		src.AddSink(newFeed(s, src, videoRing))
	}
	for i := range packet.ExtSeq(feedLimit) {
		src.push(i, 0, false, 1)
	}
	if len(s.box.items) != mailboxLimit {
		t.Fatalf("%d items wait, want a full mailbox", len(s.box.items))
	}
	src.AddSink(newFeed(s, src, videoRing))
	src.push(feedLimit, 0, false, 1)
	if got := s.box.drops.Load(); got != mailboxLimit/feedLimit+1 {
		t.Errorf("%d drops, want one for each feed", got)
	}
	if newSubscriber(s, "", nil, nil).request(func() {}) {
		t.Error("a remote peer's request was taken by a full mailbox")
	}
	if !s.command(func() {}) {
		t.Error("a command was refused by a full mailbox")
	}
	s.shutdown()
	if n := pool.InUse(); n != 0 {
		t.Errorf("%d packets still held", n)
	}
}

func TestKnownHeaderExtensionsArePassedOn(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w := &fakeWriter{}
		sub := e.NewSubscriber("", w)
		cfg := videoConfig(w)
		cfg.Extensions.Passed = []ExtensionMapping{{From: 8, To: 3}}
		st := sub.Add(src, cfg)
		sub.Start()
		synctest.Wait()
		for i, withExtension := range []bool{true, false} {
			p := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: uint16(i)}, Payload: make([]byte, 10+100*i)} // the second pays for repairing the first
			if withExtension {
				for id, data := range map[uint8][]byte{8: {9, 16, 9, 0}, 2: {1, 2, 3}} {
					if err := p.SetExtension(id, data); err != nil {
						t.Fatal(err)
					}
				}
			}
			src.pushPacket(&p, packet.ExtSeq(i+1), i == 0)
		}
		synctest.Wait()
		st.HandleRTCP(&rtcp.TransportLayerNack{MediaSSRC: mediaSSRC, Nacks: []rtcp.NackPair{{PacketID: 65534}}})
		synctest.Wait()
		got := w.take()
		if len(got) != 3 {
			t.Fatalf("%d packets, want 2 and a retransmission", len(got))
		}
		for i, want := range []string{"\x09\x10\x09\x00", "", "\x09\x10\x09\x00"} {
			if ext := string(got[i].GetExtension(3)); ext != want || len(got[i].GetExtensionIDs()) > 1 {
				t.Errorf("packet %d has extensions %v, 3 is %x, want %x only", i, got[i].GetExtensionIDs(), ext, want)
			}
		}
	})
}

// One publisher that floods, and one subscriber, leave room in the mailbox.
func TestNobodyFillsAMailboxAlone(t *testing.T) {
	src := &fakeSource{pool: packet.NewPool()}
	s := newShard(0) // never run
	src.AddSink(newFeed(s, src, videoRing))
	for i := range packet.ExtSeq(2 * feedLimit) {
		src.push(i, 0, false, 1)
	}
	if got := len(s.box.items); got != feedLimit {
		t.Errorf("%d packets of one track wait, want %d", got, feedLimit)
	}
	sub := newSubscriber(s, "", nil, func() {})
	taken := 0
	for range 2 * requestLimit {
		if sub.request(func() {}) {
			taken++
		}
	}
	if taken != requestLimit {
		t.Errorf("%d requests of one subscriber wait, want %d", taken, requestLimit)
	}
	s.runBatch(time.Now())
	if !sub.request(func() {}) {
		t.Error("a request was refused by an empty mailbox")
	}
	src.push(1, 0, false, 1)
	if got := len(s.box.items); got != 2 {
		t.Errorf("%d items wait after the batch, want 2", got)
	}
	s.shutdown()
}

// A publisher's numbers may jump by half a cycle with each packet: looking for
// what to catch up must not walk through all of them.
func TestCatchingUpIsBoundedByTheRing(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w, _, _ := started(e, src)
		far := packet.ExtSeq(1) << 40
		src.push(far, 0, false, 10)
		synctest.Wait()
		src.push(far-videoRing+1, 0, true, 10)
		src.push(1, 0, true, 10) // left the ring long ago: would take hours
		synctest.Wait()
		if got := len(w.take()); got != 2 {
			t.Errorf("%d packets, want the keyframe and the one that came before it", got)
		}
	})
}

// A browser asks again after a round trip; one that is 10 ms early is answered
// at the earliest moment that R6 allows, instead of a round trip later.
func TestEarlyRequestIsAnsweredWhenItMay(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w, _, st := started(e, src)
		seq := packet.ExtSeq(0)
		send := func(n int) {
			for range n {
				seq++
				src.push(1000+seq, 3000*uint32(seq), seq == 1, 1000)
				time.Sleep(5 * time.Millisecond)
			}
		}
		send(20)
		request := func() {
			st.HandleRTCP(&rtcp.TransportLayerNack{MediaSSRC: mediaSSRC, Nacks: []rtcp.NackPair{{PacketID: 65535}}})
		}
		request()
		first := time.Now()
		time.Sleep(90 * time.Millisecond)
		request()
		request()
		w.take()
		var again time.Time
		for again.IsZero() && time.Since(first) < time.Second {
			send(1)
			for _, p := range w.take() {
				if p.SSRC == rtxSSRC {
					again = time.Now()
				}
			}
		}
		if wait := again.Sub(first); wait < 100*time.Millisecond || wait > 111*time.Millisecond {
			t.Errorf("answered again after %v, want 100 ms and a packet's time", wait)
		}
		send(20)
		for _, p := range w.take() {
			if p.SSRC == rtxSSRC {
				t.Error("two requests for one packet were both answered")
			}
		}
	})
}
