package room_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/sfutest"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
)

// One participant receives the camera and the screen of another at once, over real
// connections. They are told apart by the size of their packets. Of the room one is
// heard at a time, which does not concern the screen.
func TestCameraAndScreenAreReceivedAtOnce(t *testing.T) {
	const small, large = 200, 900
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	engine := sfutest.Start(t, sfu.ListenConfig{DisableTCP: true}, sfu.Config{Shards: 1, Loudest: 1})
	m := room.NewManager(room.SFU(engine, nil), room.Options{})
	defer func() {
		if err := m.Close(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	}()
	publisher, watcher := join(ctx, t, m, "publisher"), join(ctx, t, m, "watcher")
	camera := publishStream(ctx, t, m, publisher, room.DefaultStream)
	screen := publishStream(ctx, t, m, publisher, room.ScreenStream)
	seen := map[string]*receiver{}
	for _, stream := range []string{room.DefaultStream, room.ScreenStream} {
		seen[stream] = receiveStream(ctx, t, m, watcher, stream)
	}
	sending, stop := context.WithCancel(ctx)
	var senders sync.WaitGroup
	senders.Go(func() { camera.sendFrames(sending, t, small) })
	senders.Go(func() { screen.sendFrames(sending, t, large) })
	defer func() {
		stop()
		senders.Wait()
		for _, pc := range []*webrtc.PeerConnection{camera.pc, screen.pc, seen[room.DefaultStream].pc, seen[room.ScreenStream].pc} {
			_ = pc.Close()
		}
	}()
	for _, r := range seen {
		r.await(ctx, t, 10)
	}
	for stream, r := range seen {
		n := r.largest.Load()
		if isScreen := n > (small+large)/2; isScreen != (stream == room.ScreenStream) {
			t.Errorf("the packets of the %s have %d octets", stream, n)
		}
	}
	if n := engine.Stats().Egress.Withheld.Unheard; n != 0 {
		t.Errorf("%d packets of sound gave way to other sound", n)
	}

	if err := m.Unpublish(ctx, publisher, room.ScreenStream, nil); err != nil {
		t.Fatal(err)
	}
	seen[room.DefaultStream].await(ctx, t, 10) // the camera goes on
}

// await waits for so many more packets of the picture.
func (r *receiver) await(ctx context.Context, t *testing.T, packets int64) {
	t.Helper()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for enough := r.video.Load() + packets; r.video.Load() < enough; {
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatal("no picture came in time")
		}
	}
}
