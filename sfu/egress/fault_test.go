package egress

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// faulty is a subscriber of which sealing panics, from a packet on.
type faulty struct {
	fakeWriter
	from   int32
	sealed atomic.Int32
	faults atomic.Int32
}

func (f *faulty) WriteRTP(h *rtp.Header, payload []byte) error {
	if f.sealed.Add(1) >= f.from {
		panic("a bug")
	}
	return f.fakeWriter.WriteRTP(h, payload)
}

func (f *faulty) Faulted(_ any, stack []byte) {
	if len(stack) > 0 {
		f.faults.Add(1)
	}
}

func TestAPanicForOneSubscriberEndsThatOneAlone(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		bad, good := &faulty{from: 10}, &fakeWriter{}
		for _, w := range []interface {
			Sealer
			ReportWriter
		}{good, bad, &fakeWriter{}} {
			cfg := videoConfig(nil)
			cfg.Sealer = w
			sub := e.NewSubscriber("", w)
			sub.Add(src, cfg)
			sub.Start()
		}
		synctest.Wait()
		for seq := range packet.ExtSeq(30) {
			src.push(1000+seq, uint32(seq)*3000, seq == 0, 100)
			time.Sleep(time.Millisecond)
		}
		synctest.Wait()
		if got := bad.faults.Load(); got != 1 {
			t.Errorf("%d faults were told, want 1", got)
		}
		if got := len(good.take()); got != 30 {
			t.Errorf("another subscriber got %d of 30 packets", got)
		}
		if got := e.Stats().Subscribers; got != 2 {
			t.Errorf("%d subscribers are left, want 2", got)
		}
	})
}
