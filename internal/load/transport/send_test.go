package transport

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// arrival is a packet that a server's track gave out.
type arrival struct {
	rid    string
	packet *rtp.Packet
}

// tracks collects what a server receives.
func (r *rig) tracks(pc *webrtc.PeerConnection) <-chan arrival {
	arrivals := make(chan arrival, 100)
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			p, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			arrivals <- arrival{track.RID(), p}
		}
	})
	return arrivals
}

func marshal(t *testing.T, p *rtp.Packet) []byte {
	t.Helper()
	b, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSentMediaAndItsRepairArrive(t *testing.T) {
	r := newRig(t)
	c := r.conn(Options{Send: true, Audio: true, Video: []codec.Codec{codec.VP8}})
	pc := r.server(serverOptions{})
	arrivals := r.tracks(pc)
	media := r.start(c, r.answer(pc, r.offer(c)))
	v := media.Video
	send := func(header rtp.Header, payload ...byte) {
		t.Helper()
		header.Version = 2
		if err := c.WriteRTP(marshal(t, &rtp.Packet{Header: header, Payload: payload})); err != nil {
			t.Fatal(err)
		}
	}
	send(rtp.Header{PayloadType: v.PayloadType, SSRC: v.SSRCs[0], SequenceNumber: 1}, 0x10, 1)
	if a := await(r, arrivals, "a packet"); a.packet.SequenceNumber != 1 || a.packet.SSRC != v.SSRCs[0] {
		t.Errorf("got %v", a.packet)
	}
	send(rtp.Header{PayloadType: v.RTXPayloadType, SSRC: v.RTXSSRCs[0], SequenceNumber: 9}, 0, 2, 0x10, 2)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for n := uint16(3); ; n++ { // Pion gives out repaired packets when it is asked for others
		send(rtp.Header{PayloadType: v.PayloadType, SSRC: v.SSRCs[0], SequenceNumber: n}, 0x10, 3)
		select {
		case a := <-arrivals:
			if a.packet.SequenceNumber == 2 {
				return
			}
		case <-again.C:
		case <-r.ctx.Done():
			t.Fatal("the repair stream was not taken for what it is")
		}
	}
}

func TestSentReportsArrive(t *testing.T) {
	r := newRig(t)
	c := r.conn(Options{Send: true, Video: []codec.Codec{codec.VP8}})
	pc := r.server(serverOptions{})
	reports := make(chan []rtcp.Packet, 10)
	pc.OnTrack(func(_ *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		for {
			got, _, err := receiver.ReadRTCP()
			if err != nil {
				return
			}
			reports <- got
		}
	})
	v := r.start(c, r.answer(pc, r.offer(c))).Video
	// A first packet makes the track.
	p := &rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: v.PayloadType, SSRC: v.SSRCs[0]}, Payload: []byte{0x10}}
	if err := c.WriteRTP(marshal(t, p)); err != nil {
		t.Fatal(err)
	}
	b, err := rtcp.Marshal([]rtcp.Packet{&rtcp.SenderReport{SSRC: v.SSRCs[0], PacketCount: 77}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.WriteRTCP(b); err != nil {
		t.Fatal(err)
	}
	got := await(r, reports, "the report")
	if sr, ok := got[0].(*rtcp.SenderReport); !ok || sr.PacketCount != 77 {
		t.Errorf("got %v", got)
	}
}

func TestSimulcastIsAcceptedByName(t *testing.T) {
	r := newRig(t)
	rids := []string{"q", "h", "f"}
	c := r.conn(Options{Send: true, Video: []codec.Codec{codec.VP8}, RIDs: rids})
	pc := r.server(serverOptions{})
	arrivals := r.tracks(pc)
	v := r.start(c, r.answer(pc, r.offer(c))).Video
	if !slices.Equal(v.RIDs, rids) || len(v.SSRCs) != 3 || len(v.RTXSSRCs) != 3 {
		t.Fatalf("%+v", v)
	}
	for i := range rids {
		p := &rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: v.PayloadType, SSRC: v.SSRCs[i]}, Payload: []byte{0x10}}
		for uri, value := range map[string]string{ExtensionMID: v.MID, ExtensionRID: rids[i]} {
			if err := p.SetExtension(v.Extensions[uri], []byte(value)); err != nil {
				t.Fatal(err)
			}
		}
		// Pion probes an unknown source with its first packets, and gives out what
		// comes after.
		for n := range 10 {
			p.SequenceNumber = uint16(n)
			if err := c.WriteRTP(marshal(t, p)); err != nil {
				t.Fatal(err)
			}
		}
		for await(r, arrivals, "encoding "+rids[i]).rid != rids[i] {
		}
	}
}

func TestSimulcastRefusedLeavesOneEncoding(t *testing.T) {
	r := newRig(t)
	c := r.conn(Options{Send: true, Video: []codec.Codec{codec.VP8}, RIDs: []string{"q", "h", "f"}})
	var lines []string
	for line := range strings.Lines(r.offer(c)) {
		if !strings.HasPrefix(line, "a=rid:") && !strings.HasPrefix(line, "a=simulcast:") {
			lines = append(lines, line)
		}
	}
	v := r.start(c, r.answer(r.server(serverOptions{}), strings.Join(lines, ""))).Video
	if v.RIDs != nil || len(v.SSRCs) != 1 || len(v.RTXSSRCs) != 1 {
		t.Errorf("%+v, want one encoding without a name", v)
	}
}

func TestPacketsThatCannotBeSent(t *testing.T) {
	r := newRig(t)
	c := r.conn(Options{Send: true, Audio: true})
	pc := r.server(serverOptions{})
	if err := c.WriteRTP(make([]byte, 20)); !errors.Is(err, ErrNotConnected) {
		t.Errorf("before: %v, want %v", err, ErrNotConnected)
	}
	r.start(c, r.answer(pc, r.offer(c)))
	if err := c.WriteRTP(make([]byte, maxDatagram)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("large: %v, want %v", err, ErrTooLarge)
	}
	if err := c.WriteRTP([]byte{0x80}); err == nil {
		t.Error("short: no error")
	}
	if err := c.WriteRTCP([]byte{0x80, 201}); err == nil {
		t.Error("short report: no error")
	}
	_ = c.Close()
	if err := c.WriteRTP(make([]byte, 20)); !errors.Is(err, ErrClosed) {
		t.Errorf("after: %v, want %v", err, ErrClosed)
	}
}

func TestOfferedCodecsAreNegotiatedByPreference(t *testing.T) {
	for _, c := range codec.All() {
		if !c.IsVideo() {
			continue
		}
		t.Run(c.String(), func(t *testing.T) {
			r := newRig(t)
			order := []codec.Codec{c}
			for _, other := range codec.All() {
				if other != c && other.IsVideo() {
					order = append(order, other)
				}
			}
			conn := r.conn(Options{Send: true, Audio: true, Video: order})
			media, err := conn.Accept(r.answer(r.server(serverOptions{}), r.offer(conn)))
			if err != nil {
				t.Fatal(err)
			}
			type outcome struct {
				Codec     codec.Codec
				PT, RTX   uint8
				Extension int
			}
			of := func(s *Stream) outcome { return outcome{s.Codec, s.PayloadType, s.RTXPayloadType, len(s.Extensions)} }
			want := outcome{c, formatOf(c).pt, formatOf(c).rtx, 2}
			if diff := cmp.Diff(want, of(media.Video)); diff != "" {
				t.Error(diff)
			}
			if a := media.Audio; a == nil || a.Codec != codec.Opus || a.PayloadType != 111 || a.RTXSSRCs != nil {
				t.Errorf("audio %+v", a)
			}
			if v := media.Video; !v.NACK || !v.PLI {
				t.Errorf("feedback %+v", v)
			}
		})
	}
}
