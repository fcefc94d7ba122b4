package transport

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

func (r *rig) poller() *Poller {
	r.Helper()
	p, err := NewPoller(time.Millisecond)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() {
		if err := p.Close(); err != nil {
			r.Error(err)
		}
	})
	return p
}

func TestAPollerReadsManyConnections(t *testing.T) {
	r := newRig(t)
	p := r.poller()
	var all []*subscription
	for range 3 {
		all = append(all, r.subscribe(serverOptions{}, Options{Poller: p}))
	}
	for _, s := range all {
		s.sendUntilReceived(r)
		report := &rtcp.SenderReport{SSRC: 7, RTPTime: 1}
		if err := s.server.WriteRTCP([]rtcp.Packet{report}); err != nil {
			t.Fatal(err)
		}
		await(r, s.got.rtcp, "the sender report")
		await(r, s.got.ticks, "a tick")
		if err := s.WriteRTCP([]byte{0x80, 201, 0, 1, 0, 0, 0, 1}); err != nil {
			t.Error(err)
		}
		if st := s.Stats(); st.DatagramsIn < 3 || st.DatagramsOut < 3 || st.Rejected != 0 || st.SendErrors != 0 || st.KernelDrops != 0 {
			t.Errorf("%+v", st)
		}
	}

	// One goes, and another takes its place.
	if err := all[0].Close(); err != nil {
		t.Error(err)
	}
	if err := all[0].WriteRTCP([]byte{0x80, 201, 0, 1, 0, 0, 0, 1}); err == nil {
		t.Error("a closed connection sends")
	}
	all = append(all[1:], r.subscribe(serverOptions{}, Options{Poller: p}))
	for _, s := range all {
		s.sendUntilReceived(r)
	}
	places := 0
	if !p.Do(func() { places = len(p.readers) }) || places != 3 {
		t.Errorf("%d places for 3 connections", places)
	}
	if err := all[0].server.Close(); err != nil {
		t.Fatal(err)
	}
	await(r, all[0].Done(), "the end that the server announced")
}

func TestAClosedPollerTakesNoMore(t *testing.T) {
	r := newRig(t)
	p := r.poller()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if p.Do(func() {}) {
		t.Error("it still works")
	}
}

// choosy is a SealedHandler that wants even numbers only.
type choosy struct {
	*capture
	sealed atomic.Int64
}

func (c *choosy) SealedRTP(b []byte, _ time.Time) bool {
	c.sealed.Add(1)
	return b[3]&1 == 0
}

func TestASealedHandlerSparesDecryption(t *testing.T) {
	r := newRig(t)
	got := &choosy{capture: newCapture()}
	l := newLoop(t, r.identity, srtp.ProtectionProfileAeadAes128Gcm)
	l.reader = newReader(l.Conn)
	l.reader.handler, l.reader.sealed = got, got
	packet := video(t)
	for range 10 {
		step(packet)
		if err := l.WriteRTP(packet); err != nil {
			t.Fatal(err)
		}
		if err := l.Conn.socket.newDrain(l).run(); err != nil {
			t.Fatal(err)
		}
	}
	if n := got.sealed.Load(); n != 10 || len(got.rtp) != 5 {
		t.Fatalf("%d sealed packets shown, %d opened, want 10 and 5", n, len(got.rtp))
	}
	for range 5 {
		p := &rtp.Packet{}
		if err := p.Unmarshal(<-got.rtp); err != nil || p.SequenceNumber%2 != 0 || p.SSRC != 1 {
			t.Errorf("opened %v: %v", p, err)
		}
	}
}
