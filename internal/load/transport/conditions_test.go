package transport

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/link"
)

// lostOnTheWay sends 1000 packets down a path and returns which did not arrive.
func lostOnTheWay(t *testing.T, down link.Link, seed uint64) []uint16 {
	r := newRig(t)
	s := r.subscribe(serverOptions{}, Options{Network: NewNetwork(link.Link{}, link.Link{}, seed)})
	s.sendUntilReceived(r)
	s.options.Network.Set(link.Link{}, down)
	const first, count = 10_000, 1000
	missing := make(map[uint16]bool)
	for n := range uint16(count) {
		s.send(r, first+n)
		missing[first+n] = true
		if n%100 == 99 { // leave the socket's buffer time: only conditions shall drop
			for s.Stats().DatagramsIn < uint64(n) {
				await(r, s.got.ticks, "the reader to keep up")
			}
		}
	}
	const end = first + count
	for n := uint16(0); ; n++ { // until one of the packets behind has arrived
		s.send(r, end+n)
		if s.until(r, end, missing) {
			break
		}
	}
	if st := s.Stats(); st.DroppedIn < uint64(len(missing)) || st.KernelDrops != 0 {
		t.Errorf("%d are missing, counted %+v", len(missing), st)
	}
	var lost []uint16
	for n := range missing {
		lost = append(lost, n)
	}
	slices.Sort(lost)
	return lost
}

// until takes from missing what has arrived, and returns whether a packet from
// end on was among it.
func (s *subscription) until(r *rig, end uint16, missing map[uint16]bool) bool {
	for {
		select {
		case b := <-s.got.rtp:
			p := &rtp.Packet{}
			if err := p.Unmarshal(b); err != nil {
				r.Fatal(err)
			}
			if p.SequenceNumber >= end {
				return true
			}
			delete(missing, p.SequenceNumber)
		case <-s.got.ticks:
			return false
		case <-r.ctx.Done():
			r.Fatal("nothing arrives any more")
		}
	}
}

func TestConditionsLoseTheShareTheyWereTold(t *testing.T) {
	var lost [3][]uint16
	for i, seed := range []uint64{1, 1, 2} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			lost[i] = lostOnTheWay(t, link.Link{Loss: 0.2}, seed)
			if n := len(lost[i]); n < 150 || n > 250 {
				t.Errorf("%d of 1000 are lost, want about 200", n)
			}
		})
	}
	if !slices.Equal(lost[0], lost[1]) {
		t.Errorf("the same seed lost %v, then %v", lost[0], lost[1])
	}
	if slices.Equal(lost[0], lost[2]) {
		t.Error("another seed lost the same packets")
	}
}

func TestConditionsHoldForTheHandshakeToo(t *testing.T) {
	const oneWay = 30 * time.Millisecond
	r := newRig(t)
	slow := link.Link{Delay: oneWay, Jitter: 5 * time.Millisecond}
	s := r.subscribe(serverOptions{}, Options{Network: NewNetwork(slow, slow, 0)})
	if got := s.RTT(); got < 2*oneWay {
		t.Errorf("round trip %v, want at least %v", got, 2*oneWay)
	}
	s.sendUntilReceived(r)
	for len(s.got.rtp) > 0 {
		<-s.got.rtp
	}
	const count = 100
	for n := range uint16(count) {
		s.send(r, 20_000+n)
	}
	for n := uint16(20_000); n < 20_000+count; {
		p := &rtp.Packet{}
		if err := p.Unmarshal(await(r, s.got.rtp, "delayed packets")); err != nil {
			t.Fatal(err)
		}
		switch {
		case p.SequenceNumber == n:
			n++
		case p.SequenceNumber >= 20_000:
			t.Fatalf("packet %d when %d was next", p.SequenceNumber, n)
		}
	}
}

func TestALossyPathConnectsAllTheSame(t *testing.T) {
	r := newRig(t)
	lossy := link.Link{Loss: 0.2, Delay: time.Millisecond}
	s := r.subscribe(serverOptions{}, Options{Network: NewNetwork(lossy, lossy, 3)})
	s.sendUntilReceived(r)
}

func TestWithoutConditionsThereIsNothingOfThem(t *testing.T) {
	r := newRig(t)
	s := r.subscribe(serverOptions{}, Options{})
	s.options.Network.Set(link.Link{}, link.Link{})
	s.sendUntilReceived(r)
	if s.uplink.Load() != nil {
		t.Error("a perfect path has a queue")
	}
}
