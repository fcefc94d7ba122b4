package room_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/sfutest"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
)

// One participant receives the camera and the screen of another at once, over real
// connections. They are told apart by the size of their packets.
func TestCameraAndScreenAreReceivedAtOnce(t *testing.T) {
	const small, large = 200, 900
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	m := room.NewManager(room.SFU(sfutest.Start(t, sfu.ListenConfig{DisableTCP: true}, sfu.Config{Shards: 2}), nil), room.Options{})
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
	send := func(d time.Duration) {
		var sending sync.WaitGroup
		sending.Go(func() { camera.sendFrames(t, d, small) })
		sending.Go(func() { screen.sendFrames(t, d, large) })
		sending.Wait()
	}
	for seen[room.DefaultStream].video.Load() == 0 || seen[room.ScreenStream].video.Load() == 0 {
		if send(200 * time.Millisecond); ctx.Err() != nil {
			t.Fatal("not both pictures came in time")
		}
	}
	for stream, r := range seen {
		n := r.largest.Load()
		if isScreen := n > (small+large)/2; isScreen != (stream == room.ScreenStream) {
			t.Errorf("the packets of the %s have %d octets", stream, n)
		}
	}

	if err := m.Unpublish(ctx, publisher, room.ScreenStream, nil); err != nil {
		t.Fatal(err)
	}
	before := seen[room.DefaultStream].video.Load()
	for seen[room.DefaultStream].video.Load() == before {
		if send(200 * time.Millisecond); ctx.Err() != nil {
			t.Fatal("the camera ended with the screen")
		}
	}
	for _, pc := range []*realPublisher{camera, screen} {
		_ = pc.pc.Close()
	}
	for _, r := range seen {
		_ = r.pc.Close()
	}
}
