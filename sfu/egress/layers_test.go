package egress

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// simulcaster publishes two encodings of 30 frames a second, one packet each.
// The payload's last octet is the encoding.
type simulcaster struct {
	src   *fakeSource
	seq   [2]packet.ExtSeq
	keys  [2]bool // of the next frame
	ended [2]bool
	extra int // octets of the large encoding's pictures
}

func newSimulcaster(src *fakeSource) *simulcaster {
	return &simulcaster{src: src, seq: [2]packet.ExtSeq{1000, 5000}, keys: [2]bool{true, true}}
}

// play sends for a while, keyframes as they are asked for.
func (s *simulcaster) play(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(time.Second / 30) {
		for i := range s.seq {
			if s.ended[i] {
				continue
			}
			s.src.mu.Lock()
			if s.src.asked == packet.Layer(i) {
				s.keys[i], s.src.asked = true, packet.NoLayer
			}
			s.src.mu.Unlock()
			s.frame(packet.Layer(i), s.keys[i])
			s.keys[i] = false
		}
		synctest.Wait()
	}
}

func (s *simulcaster) frame(layer packet.Layer, keyframe bool) {
	pkt := &rtp.Packet{
		Header:  rtp.Header{Version: 2, SequenceNumber: s.seq[layer].Seq(), Timestamp: uint32(s.seq[layer]) * 3000, Marker: true},
		Payload: append(make([]byte, s.extra*int(layer)), 1, 2, 3, byte(layer)),
	}
	s.src.pushAs(pkt, s.seq[layer], func(p *packet.Packet) {
		p.Layer, p.Keyframe, p.FrameStart, p.Needed = layer, keyframe, true, packet.AllTargets
		p.Width, p.Height = 320<<layer, 180<<layer
		if keyframe {
			p.Switch = packet.AllTargets
		}
	})
	s.seq[layer]++
}

// shown lists the encodings that went out, without repetitions, and checks that
// the numbers go on.
func shown(t *testing.T, w *fakeWriter) []byte {
	t.Helper()
	var list []byte
	var last uint16
	for i, p := range w.take() {
		if i > 0 && p.SequenceNumber != last+1 {
			t.Errorf("number %d follows %d", p.SequenceNumber, last)
		}
		last = p.SequenceNumber
		layer := p.Payload[len(p.Payload)-1]
		if len(list) == 0 || list[len(list)-1] != layer {
			list = append(list, layer)
		}
	}
	return list
}

func simulcastStream(e *Engine, src *fakeSource) (*fakeWriter, *Stream) {
	w := &fakeWriter{}
	cfg := videoConfig(w)
	cfg.Encodings = 2
	sub := e.NewSubscriber("", w)
	st := sub.Add(src, cfg)
	sub.Start()
	synctest.Wait()
	return w, st
}

func TestSubscriberGetsTheLayerItPrefers(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w, st := simulcastStream(e, src)
		s := newSimulcaster(src)
		s.play(time.Second)
		if got := shown(t, w); len(got) == 0 || got[len(got)-1] != 1 {
			t.Errorf("without a preference %v went out, want the large encoding in the end", got)
		}
		st.SetPreferredLayers(0, AllLayers)
		s.play(time.Second)
		if diff := cmp.Diff([]byte{1, 0}, shown(t, w)); diff != "" {
			t.Errorf("down (-want +got):\n%s", diff)
		}
		st.SetPreferredLayers(7, AllLayers)
		s.play(time.Second)
		if diff := cmp.Diff([]byte{0, 1}, shown(t, w)); diff != "" {
			t.Errorf("up (-want +got):\n%s", diff)
		}
		if got := st.Stats(); got.Switches < 2 || got.Layer != 1 {
			t.Errorf("stats %+v, want two switches and layer 1", got)
		}
	})
}

func TestSmallerEncodingTakesOverWhenTheLargeOneEnds(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w, _ := simulcastStream(e, src)
		s := newSimulcaster(src)
		s.play(time.Second)
		shown(t, w)
		s.ended[1] = true
		s.play(500 * time.Millisecond)
		if got := shown(t, w); len(got) != 1 || got[0] != 0 {
			t.Errorf("%v went out in half a second without the large encoding, want the small one", got)
		}
		s.ended[1], s.keys[1] = false, true
		s.play(200 * time.Millisecond)
		if diff := cmp.Diff([]byte{0, 1}, shown(t, w)); diff != "" {
			t.Errorf("when it came back (-want +got):\n%s", diff)
		}
	})
}

func TestSourceIsToldWhichEncodingsAreUsed(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, first := simulcastStream(e, src)
		_, second := simulcastStream(e, src)
		s := newSimulcaster(src)
		used := func(what string, want uint8) {
			t.Helper()
			s.play(300 * time.Millisecond)
			src.mu.Lock()
			defer src.mu.Unlock()
			if src.used != want {
				t.Errorf("%s: encodings %02b are used, want %02b", what, src.used, want)
			}
		}
		used("without a preference", 0b11)
		first.SetPreferredLayers(0, AllLayers)
		used("one wants less", 0b11)
		second.SetPreferredLayers(0, AllLayers)
		used("nobody wants the large one", 0b01)
		s.ended[1] = true
		first.SetPreferredLayers(1, AllLayers)
		used("wanted while it rests", 0b11)
		first.SetMuted(true)
		used("muted", 0b01)
	})
}

// layered pushes one packet of a temporal layer of VP8, which has its picture id
// and TL0PICIDX in the payload.
func layered(src *fakeSource, seq packet.ExtSeq, temporal uint8, sync bool) {
	payload := []byte{0x90, 0xe0, 0x80 | byte(seq>>8), byte(seq), byte(seq / 2), temporal << 6, 1, 0}
	pkt := &rtp.Packet{
		Header:  rtp.Header{Version: 2, SequenceNumber: seq.Seq(), Timestamp: uint32(seq) * 3000, Marker: true},
		Payload: payload,
	}
	src.pushAs(pkt, seq, func(p *packet.Packet) {
		p.Keyframe, p.FrameStart, p.Temporal = seq == 1000, true, temporal
		p.PictureID, p.PictureIDBits, p.TL0PICIDX, p.HasTL0PICIDX = seq, 15, byte(seq/2), true
		for spatial := range uint8(4) {
			p.Needed |= packet.TargetsFrom(spatial, temporal)
			if sync {
				p.Switch |= packet.TargetOf(spatial, temporal)
			}
		}
		if p.Keyframe {
			p.Switch = packet.AllTargets
		}
	})
}

func TestLeftOutTemporalLayerClosesUp(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w := &fakeWriter{}
		cfg := videoConfig(w)
		cfg.Codec = codec.VP8
		sub := e.NewSubscriber("", w)
		st := sub.Add(src, cfg)
		sub.Start()
		st.SetPreferredLayers(AllLayers, 0)
		synctest.Wait()
		for i := range packet.ExtSeq(10) { // 0 1 0 1 ...
			layered(src, 1000+i, uint8(i%2), true)
		}
		synctest.Wait()
		got := w.take()
		if len(got) != 5 {
			t.Fatalf("%d packets, want the 5 of the base layer", len(got))
		}
		for i, p := range got {
			f, err := codec.Inspect(codec.VP8, p.Payload)
			if err != nil {
				t.Fatal(err)
			}
			if p.SequenceNumber != uint16(65534+i) || f.PictureID != uint16(1000+i) {
				t.Errorf("packet %d has number %d and picture id %d", i, p.SequenceNumber, f.PictureID)
			}
		}
		st.HandleRTCP(&rtcp.TransportLayerNack{MediaSSRC: mediaSSRC, Nacks: []rtcp.NackPair{{PacketID: 0}}})
		synctest.Wait()
		if again := w.take(); len(again) != 1 || string(again[0].Payload[2:]) != string(got[2].Payload) {
			t.Errorf("sent again as %x, want %x", again, got[2].Payload)
		}
	})
}

// A receiver must not wait for the number of a packet that came late and is not
// for it.
func TestLatePacketOfALeftOutLayerIsFilled(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w, _, st := started(e, src)
		st.SetPreferredLayers(AllLayers, 0)
		synctest.Wait()
		layered(src, 1000, 0, true)
		layered(src, 1002, 0, false)
		synctest.Wait()
		layered(src, 1001, 1, true) // repaired
		layered(src, 1004, 0, false)
		layered(src, 1003, 0, false) // late, and wanted
		synctest.Wait()
		got := w.take()
		var numbers []uint16
		for _, p := range got {
			numbers = append(numbers, p.SequenceNumber)
		}
		if diff := cmp.Diff([]uint16{65534, 0, 65535, 2, 1}, numbers); diff != "" {
			t.Fatalf("numbers (-want +got):\n%s", diff)
		}
		if fill := got[2]; !fill.Padding || fill.Header.PaddingSize == 0 || len(fill.Payload) != 0 || fill.Timestamp != 7000+3000 {
			t.Errorf("the place is filled with %+v", fill)
		}
		if st.Stats().Filled != 1 {
			t.Errorf("stats %+v, want one filled", st.Stats())
		}
	})
}

func TestManyUnrepairablePacketsAreWorthAKeyframe(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, _, st := started(e, src)
		for i := range packet.ExtSeq(200) {
			src.push(1000+i, uint32(i*300), i == 0, 1000)
			if i%10 == 9 {
				time.Sleep(10 * time.Millisecond)
			}
		}
		before := src.requests()
		var all []rtcp.NackPair
		for i := range uint16(11) {
			all = append(all, rtcp.NackPair{PacketID: 65534 + i*17, LostPackets: 0xffff})
		}
		st.HandleRTCP(&rtcp.TransportLayerNack{MediaSSRC: mediaSSRC, Nacks: all})
		synctest.Wait()
		if got := src.requests() - before; got == 0 || got > 187/hopelessPackets {
			t.Errorf("%d keyframe requests for 187 lost packets", got)
		}
		time.Sleep(maxShort + 100*time.Millisecond) // what waited for the budget is given up
		src.push(1200, 90000, true, 1000)
		synctest.Wait()
		refused := st.Stats().Refused
		st.HandleRTCP(&rtcp.TransportLayerNack{MediaSSRC: mediaSSRC, Nacks: all})
		synctest.Wait()
		if got := st.Stats().Refused - refused; got != 187 {
			t.Errorf("%d requests for what is before the keyframe were refused, want 187", got)
		}
		time.Sleep(2 * time.Second)
		left := make(chan int, 1)
		st.sub.shard.command(func() { left <- st.hopeless }) // the shard owns it
		if n := <-left; n != 0 {
			t.Errorf("a shortage of %d packets is not forgotten", n)
		}
	})
}

// The budget grows with every packet of media; the receiver would not ask again
// for a round trip.
func TestRequestWaitsForTheBudget(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w, _, st := started(e, src)
		seq := packet.ExtSeq(0)
		send := func(n int) {
			for range n {
				src.push(1000+seq, 3000*uint32(seq), seq == 0, 1000)
				seq++
				time.Sleep(10 * time.Millisecond)
			}
		}
		send(12) // a quarter of it are three
		w.take()
		st.HandleRTCP(&rtcp.TransportLayerNack{MediaSSRC: mediaSSRC, Nacks: []rtcp.NackPair{{PacketID: 65535, LostPackets: 0xf}}})
		synctest.Wait()
		repairs := func() (n int) {
			for _, p := range w.take() {
				if p.SSRC == rtxSSRC {
					n++
				}
			}
			return n
		}
		if now := repairs(); now != 3 {
			t.Errorf("%d of 5 repaired at once, want 3", now)
		}
		send(9)
		if later := repairs(); later != 2 {
			t.Errorf("%d repaired with the media that followed, want the other 2", later)
		}
		if got := st.Stats(); got.OverBudget != 0 {
			t.Errorf("stats %+v, want none given up", got)
		}
	})
}
