package ingress

import (
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/invariant"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// screen is a track that comes later, in a section "s" with the payload types of "v".
func screen(ssrc uint32) []TrackConfig {
	return []TrackConfig{{
		Codec: codec.VP8, MID: "s", PayloadType: 96, RTXPayloadType: 97, NACK: true,
		Encodings: []EncodingConfig{{SSRC: ssrc}},
	}}
}

// add gives the desk a track, and returns what it receives.
func (d *desk) add(list []TrackConfig, feedback Feedback) ([]*Track, *fakeSink) {
	tracks := d.NewTracks(list, Extensions{MID: midExt}, feedback)
	sink := &fakeSink{}
	tracks[0].AddSink(sink)
	d.Add(tracks, Extensions{MID: midExt})
	return tracks, sink
}

// writeNamed writes a packet of a source that names its section.
func (d *desk) writeNamed(t *testing.T, mid string, ssrc uint32, seq uint16) {
	t.Helper()
	h := rtp.Header{SSRC: ssrc, PayloadType: 96, SequenceNumber: seq, Timestamp: uint32(seq) * 3000}
	if err := h.SetExtension(midExt, []byte(mid)); err != nil {
		t.Fatal(err)
	}
	d.write(t, h, []byte{0x10, 1, 0})
}

func (d *desk) writePlain(t *testing.T, ssrc uint32, seq uint16) {
	t.Helper()
	d.write(t, rtp.Header{SSRC: ssrc, PayloadType: 96, SequenceNumber: seq, Timestamp: uint32(seq) * 3000}, []byte{0x10, 1, 0})
}

func TestTracksComeAndGoBetweenPackets(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 10)
	d.writePlain(t, 50, 1) // another source at the same time: nobody's
	own := &fakeFeedback{}
	tracks, sink := d.add(screen(50), own)
	d.writeVideo(t, 11)
	d.writePlain(t, 50, 2)
	d.writePlain(t, 50, 4)
	if diff := cmp.Diff([]uint16{2, 4}, sink.sequenceNumbers()); diff != "" {
		t.Errorf("screen (-want +got):\n%s", diff)
	}
	d.now = d.now.Add(100 * time.Millisecond)
	d.writeVideo(t, 12)
	if diff := cmp.Diff([]uint16{3}, own.nacked()); diff != "" {
		t.Errorf("asked for of the screen (-want +got):\n%s", diff)
	}
	d.Remove(tracks)
	d.writePlain(t, 50, 5)
	d.writeVideo(t, 13)
	if got := sink.sequenceNumbers(); len(got) != 0 {
		t.Errorf("after its removal the screen has got %v", got)
	}
	if diff := cmp.Diff([]uint16{10, 11, 12, 13}, d.video.sequenceNumbers()); diff != "" {
		t.Errorf("camera (-want +got):\n%s", diff)
	}
	if got := len(d.Tracks()); got != 2 {
		t.Errorf("%d tracks are left, want 2", got)
	}
}

// The camera has gone, and a last packet of it comes when the screen has not begun. It has
// the screen's payload type, and names nothing, because its name is known.
func TestALatePacketOfARemovedTrackOpensNoOther(t *testing.T) {
	d := newDesk(t, false)
	first, camera := d.add([]TrackConfig{{Codec: codec.VP8, MID: "c", PayloadType: 98, Encodings: make([]EncodingConfig, 1)}}, d.feedback)
	d.write(t, named(t, "c", rtp.Header{SSRC: 60, PayloadType: 98, SequenceNumber: 1}), []byte{0x10, 1, 0})
	if got := camera.sequenceNumbers(); len(got) != 1 {
		t.Fatalf("the camera has got %v", got)
	}
	d.Remove(first)
	d.writeVideo(t, 1)
	_, sink := d.add([]TrackConfig{{Codec: codec.VP8, MID: "s", PayloadType: 98, Encodings: make([]EncodingConfig, 1)}}, d.feedback)
	d.write(t, rtp.Header{SSRC: 60, PayloadType: 98, SequenceNumber: 2}, []byte{0x10, 1, 0})
	if got := sink.sequenceNumbers(); len(got) != 0 {
		t.Errorf("the screen has got %v of the camera", got)
	}
	d.write(t, named(t, "s", rtp.Header{SSRC: 61, PayloadType: 98, SequenceNumber: 7}), []byte{0x10, 1, 0})
	if diff := cmp.Diff([]uint16{7}, sink.sequenceNumbers()); diff != "" {
		t.Errorf("screen (-want +got):\n%s", diff)
	}
}

func named(t *testing.T, mid string, h rtp.Header) rtp.Header {
	t.Helper()
	if err := h.SetExtension(midExt, []byte(mid)); err != nil {
		t.Fatal(err)
	}
	return h
}

// As many sources come and go as a track may have, again and again.
func TestSourcesOfRemovedTracksAreForgotten(t *testing.T) {
	d := newDesk(t, true)
	for round := range uint32(10) {
		tracks, sink := d.add(screen(0), d.feedback)
		for i := range uint32(2 * sourcesPerTrack) {
			d.writeNamed(t, "s", 1000+100*round+i, 1)
			d.now = d.now.Add(silentAfter + time.Second)
		}
		if n := len(sink.sequenceNumbers()); n < sourcesPerTrack {
			t.Fatalf("round %d: %d sources were taken", round, n)
		}
		d.Remove(tracks)
		d.writeVideo(t, uint16(round))
		if n := len(d.bySSRC); n != 3 {
			t.Fatalf("round %d: %d sources are remembered after the removal, want the 3 that are declared", round, n)
		}
	}
}

func TestWhatRemovedTracksCountedStaysInTheSum(t *testing.T) {
	d := newDesk(t, true)
	want := uint64(0)
	for round := range uint16(5) {
		tracks, sink := d.add(screen(50), d.feedback)
		for i := range uint16(10) {
			d.writePlain(t, 50, 100*round+i)
		}
		want += 10
		d.Remove(tracks)
		_ = sink.sequenceNumbers()
		var sum Totals
		d.AddTo(&sum)
		if got := sum.All().Packets; got != want {
			t.Errorf("round %d: %d packets in the sum, want %d", round, got, want)
		}
	}
}

// 40 sources do not fit in one report.
func TestReportsOfManySourcesAreSeveral(t *testing.T) {
	d := newDesk(t, false)
	for i := range uint32(40) {
		list := screen(500 + i)
		list[0].MID = string(rune('A' + i))
		d.add(list, d.feedback)
	}
	for range 3 {
		for i := range uint32(40) {
			d.writePlain(t, 500+i, uint16(d.now.Unix()))
		}
		d.now = d.now.Add(time.Second)
	}
	reported := make(map[uint32]bool)
	for _, p := range d.feedback.sent {
		rr, ok := p.(*rtcp.ReceiverReport)
		if !ok {
			continue
		}
		if _, err := rr.Marshal(); err != nil {
			t.Fatal(err)
		}
		for _, block := range rr.Reports {
			reported[block.SSRC] = true
		}
	}
	if len(reported) != 40 {
		t.Errorf("%d sources are reported, want 40", len(reported))
	}
}

// The tracks change on one goroutine, and the packets come on another.
func TestChangesMeetNoPacketHalfway(t *testing.T) {
	pool := packet.NewPool()
	r := NewReceiver(Config{Pool: pool, Feedback: idle{}, SSRC: ourSSRC})
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		raw, err := (&rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 50, PayloadType: 96}, Payload: []byte{0x10, 1, 0}}).Marshal()
		if err != nil {
			t.Error(err)
		}
		for seq := uint16(0); ; seq++ {
			select {
			case <-stop:
				return
			default:
			}
			binary.BigEndian.PutUint16(raw[2:], seq)
			r.WriteRTP(raw, time.Unix(1e9, 0).Add(time.Duration(seq)*time.Millisecond))
			r.SenderReport(&rtcp.SenderReport{SSRC: 50}, time.Unix(1e9, 0))
		}
	})
	before := uint64(0)
	for range 2000 {
		tracks := r.NewTracks(screen(50), Extensions{}, idle{})
		tracks[0].AddSink(releaser{})
		r.Add(tracks, Extensions{})
		r.Remove(tracks)
		var sum Totals
		r.AddTo(&sum)
		if now := sum.All().Packets; now < before {
			t.Fatalf("the sum went from %d to %d", before, now)
		} else {
			before = now
		}
	}
	close(stop)
	wg.Wait()
	if n := pool.InUse(); n != 0 {
		t.Errorf("%d packets still held", n)
	}
}

// idle is a Feedback that any goroutine may call.
type idle struct{}

func (idle) SendRTCP([]rtcp.Packet)              {}
func (idle) KeyframeNeeded(*Track, packet.Layer) {}

// What a packet costs when the table is one that was changed.
func BenchmarkReceiveAmongTracks(b *testing.B) {
	pool := packet.NewPool()
	r := NewReceiver(Config{Pool: pool, Feedback: idle{}, SSRC: ourSSRC})
	for i := range uint32(4) {
		list := screen(50 + i)
		list[0].MID = string(rune('A' + i))
		tracks := r.NewTracks(list, Extensions{MID: midExt}, idle{})
		tracks[0].AddSink(releaser{})
		r.Add(tracks, Extensions{MID: midExt})
	}
	raw, err := (&rtp.Packet{
		Header:  rtp.Header{Version: 2, SSRC: 52, PayloadType: 96},
		Payload: append([]byte{0x10, 1}, make([]byte, 1000)...),
	}).Marshal()
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	seq := uint16(0)
	b.ReportAllocs()
	for b.Loop() {
		seq++
		binary.BigEndian.PutUint16(raw[2:], seq)
		r.WriteRTP(raw, now)
	}
}

func TestReceivingOnAChangedTableAllocatesNothing(t *testing.T) {
	pool := packet.NewPool()
	r := NewReceiver(Config{Pool: pool, Feedback: idle{}, SSRC: ourSSRC})
	tracks := r.NewTracks(screen(50), Extensions{MID: midExt}, idle{})
	tracks[0].AddSink(releaser{})
	r.Add(tracks, Extensions{MID: midExt})
	raw, err := (&rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 50, PayloadType: 96}, Payload: []byte{0x10, 1, 0}}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	now, seq := time.Now(), uint16(0)
	if n := testing.AllocsPerRun(2000, func() {
		seq++
		binary.BigEndian.PutUint16(raw[2:], seq)
		r.WriteRTP(raw, now)
	}); n != 0 && !invariant.Enabled { // under the race detector sync.Pool forgets at random
		t.Errorf("%v allocations for each packet", n)
	}
}
