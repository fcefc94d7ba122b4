package sfu_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu"
)

// Data channels open and lead nowhere; a peer that opens them without end loses
// its connection. On real sockets: Pion's SCTP transport, when it closes, waits
// for a timer while it holds a lock that another goroutine wants, and the clock
// of a bubble stands still as long as anybody waits for a lock.
func TestDataChannelsAreTakenUpToALimit(t *testing.T) {
	const limit = 16
	s := newSite(t, sfu.ListenConfig{Addresses: []netip.Addr{loopback4}, DisableTCP: true}, false)
	pc := s.client()
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio); err != nil {
		t.Fatal(err)
	}
	opened := make(chan struct{}, limit+1)
	open := func(i int) {
		channel, err := pc.CreateDataChannel(fmt.Sprintf("ann_webcam_%d", i), nil)
		if err != nil {
			t.Fatal(err)
		}
		channel.OnOpen(func() {
			_ = channel.SendText("hello")
			opened <- struct{}{}
		})
	}
	open(0)
	observer := &silent{}
	p, err := s.engine.Publish(s.ctx, sfu.PublishRequest{Offer: s.offer(pc), Observer: observer})
	if err != nil {
		t.Fatal(err)
	}
	s.connect(pc, p.Answer())
	for i := range limit - 1 {
		open(i + 1)
	}
	for range limit {
		select {
		case <-opened:
		case <-s.ctx.Done():
			t.Fatal("a channel did not open")
		}
	}
	if f := observer.failures(); len(f) != 0 {
		t.Fatalf("%d channels ended the connection: %q", limit, f)
	}
	open(limit)
	s.await(p.Done(), "the end of the connection")
	if f := observer.failures(); len(f) != 1 || !strings.Contains(f[0], "data channels") {
		t.Errorf("told %q, want one failure about data channels", f)
	}
}
