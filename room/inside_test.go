package room_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/internal/sfutest"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// wiretap is a Tap that hands on what it gets.
type wiretap struct {
	begun   chan []room.TapTrack
	packets chan room.TapPacket // what there is no room for is left out
	ended   chan room.TapReason
}

func newWiretap() *wiretap {
	return &wiretap{make(chan []room.TapTrack, 1), make(chan room.TapPacket, 64), make(chan room.TapReason, 1)}
}

func (w *wiretap) Begin(tracks []room.TapTrack) { w.begun <- tracks }
func (w *wiretap) Lost(uint64)                  {}
func (w *wiretap) End(why room.TapReason)       { w.ended <- why }
func (w *wiretap) Packet(p *room.TapPacket) {
	kept := *p
	kept.Raw, kept.Payload = append([]byte(nil), p.Raw...), nil
	select {
	case w.packets <- kept:
	default:
	}
}

// awaitOr returns what comes, or fails the test when nothing does.
func awaitOr[T any](ctx context.Context, t *testing.T, what string, from <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-ctx.Done():
		t.Fatalf("no %s in time", what)
	}
	return got
}

// inside is a room on the built-in media server.
func inside(t *testing.T) (context.Context, *room.Manager, *recorder) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	engine := sfutest.Start(t, sfu.ListenConfig{DisableTCP: true}, sfu.Config{Shards: 1})
	m, events := room.NewManager(room.SFU(engine, nil), room.Options{}), &recorder{}
	m.Handle(events)
	t.Cleanup(func() {
		if err := m.Close(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	})
	return ctx, m, events
}

// player publishes from Go until its stream ends.
type player struct {
	stream *room.LocalStream
	asked  chan struct{} // a keyframe was
	done   sync.WaitGroup
}

func play(ctx context.Context, t *testing.T, m *room.Manager, id room.ParticipantID) *player {
	t.Helper()
	p := &player{asked: make(chan struct{}, 1)}
	var err error
	p.stream, err = m.PublishLocal(ctx, id, room.LocalRequest{
		Tracks: []room.LocalTrack{{Codec: codec.Opus}, {Codec: codec.VP8}},
		Keyframe: func() {
			select {
			case p.asked <- struct{}{}:
			default:
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.done.Go(func() { p.run(t) })
	return p
}

func (p *player) run(t *testing.T) {
	camera := rtptest.NewStream(rtptest.Config{Codec: codec.VP8, Seed: 1})
	mic := rtptest.NewStream(rtptest.Config{Codec: codec.Opus, Seed: 2})
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for keyframe := true; ; {
		select {
		case <-p.stream.Done():
			return
		case <-p.asked:
			keyframe = true
		case <-tick.C:
			sound, picture := mic.Frame(rtptest.FrameOptions{})[0], camera.Frame(rtptest.FrameOptions{Keyframe: keyframe, Octets: 500})
			keyframe = false
			err := p.stream.WriteRTP(room.Audio, rtptest.Marshal(sound))
			for _, packet := range picture {
				err = errors.Join(err, p.stream.WriteRTP(room.Video, rtptest.Marshal(packet)))
			}
			if err != nil && !errors.Is(err, sfu.ErrClosed) {
				t.Error(err)
			}
		}
	}
}

func TestAPlayerIsSeenByABrowserAndByATap(t *testing.T) {
	ctx, m, events := inside(t)
	robot, watcher := join(ctx, t, m, "publisher"), join(ctx, t, m, "watcher")
	p := play(ctx, t, m, robot)
	defer p.done.Wait()
	seen := receiveStream(ctx, t, m, watcher, room.DefaultStream)
	defer func() { _ = seen.pc.Close() }()
	seen.await(ctx, t, 20)

	w := newWiretap()
	if err := m.AddTap(ctx, robot, "", room.Video, w); err != nil {
		t.Fatal(err)
	}
	if tracks := awaitOr(ctx, t, "beginning", w.begun); len(tracks) != 1 || tracks[0].Codec != codec.VP8 {
		t.Errorf("tapped %+v, want the picture alone", tracks)
	}
	if first := awaitOr(ctx, t, "packet", w.packets); !first.Keyframe {
		t.Error("the tap begins without a keyframe")
	}
	wantCode(t, m.AddTap(ctx, robot, "", room.Video, w), room.CodeWebRTCEndpoint)
	if err := m.RemoveTap(ctx, robot, "", w); err != nil {
		t.Error(err)
	}
	if why := awaitOr(ctx, t, "end", w.ended); why != room.TapRemoved {
		t.Errorf("the tap ended because of %q", why)
	}
	wantCode(t, m.RemoveTap(ctx, robot, "", w), room.CodeMediaEndpoint)

	again := newWiretap()
	if err := m.AddTap(ctx, robot, "", room.All, again); err != nil {
		t.Fatal(err)
	}
	if err := m.Unpublish(ctx, robot, "", nil); err != nil {
		t.Error(err)
	}
	if why := awaitOr(ctx, t, "end", again.ended); why != room.TapUnpublished {
		t.Errorf("the tap ended because of %q", why)
	}
	wantCode(t, m.AddTap(ctx, robot, "", room.All, w), room.CodeUserNotStreaming)
	heard := slices.DeleteFunc(events.take(), func(line string) bool { return strings.Contains(line, "candidate") })
	wantSame(t, "what was heard", heard, []string{
		"fifty: publisher joined -> ", "fifty: watcher joined -> publisher",
		"fifty: publisher* published -> watcher", "fifty: publisher unpublished -> watcher",
	})
}

// The packets of one stream are published as another, and nothing else is needed.
func TestATapFeedsAnotherStream(t *testing.T) {
	ctx, m, _ := inside(t)
	source, relay := join(ctx, t, m, "publisher"), join(ctx, t, m, "relay")
	p := play(ctx, t, m, source)
	defer p.done.Wait()
	onward, err := m.PublishLocal(ctx, relay, room.LocalRequest{Stream: "copy", Tracks: []room.LocalTrack{{Codec: codec.VP8}}})
	if err != nil {
		t.Fatal(err)
	}
	w, far := newWiretap(), newWiretap()
	if err := m.AddTap(ctx, relay, "copy", room.Video, far); err != nil {
		t.Fatal(err)
	}
	if err := m.AddTap(ctx, source, "", room.Video, w); err != nil {
		t.Fatal(err)
	}
	for done := false; !done; {
		select {
		case packet := <-w.packets:
			if err := onward.WriteRTP(room.Video, packet.Raw); err != nil {
				t.Fatal(err)
			}
		case packet := <-far.packets:
			if stamp, ok := rtptest.ReadStamp(packet.Raw[12:]); packet.Keyframe && ok {
				t.Logf("the copy begins with frame %d", stamp.Frame)
			}
			done = true
		case <-ctx.Done():
			t.Fatal("the copy does not begin")
		}
	}
	if _, err := m.Leave(ctx, source); err != nil {
		t.Error(err)
	}
}

func TestTapsThatCannotBe(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	ctx, w := context.Background(), newWiretap()
	wantCode(t, h.AddTap(ctx, id("bob"), "", room.All, w), room.CodeUserNotFound)
	wantCode(t, h.AddTap(ctx, id("ann"), "", room.All, w), room.CodeUserNotStreaming)
	wantCode(t, h.AddTap(ctx, id("ann"), "", room.All, nil), room.CodeGeneric)
	wantCode(t, h.AddTap(ctx, id("ann"), "", room.All, vague{}), room.CodeGeneric)
	h.publish("ann")
	wantCode(t, h.AddTap(ctx, id("ann"), "", room.All, w), room.CodeMediaEndpoint) // the fake has no taps
	_, err := h.PublishLocal(ctx, id("ann"), room.LocalRequest{Stream: "robot", Tracks: []room.LocalTrack{{Codec: codec.Opus}}})
	wantCode(t, err, room.CodeSDP)
	_, err = h.PublishLocal(ctx, id("ann"), room.LocalRequest{Tracks: []room.LocalTrack{{Codec: codec.Opus}}})
	wantCode(t, err, room.CodeMediaGeneric) // published already
}

// vague is a tap that cannot be found again.
type vague struct {
	*wiretap
	_ []int
}

func TestALocalStreamNeedsThePermissionOfItsParticipant(t *testing.T) {
	ctx, m, _ := inside(t)
	mute := room.DefaultGrants()
	mute.Permissions &^= room.MayPublishVideo
	if _, err := m.Join(ctx, room.JoinRequest{ID: "r", User: "robot", Room: "r", AutoCreate: true, Grants: &mute}); err != nil {
		t.Fatal(err)
	}
	_, err := m.PublishLocal(ctx, "r", room.LocalRequest{Tracks: []room.LocalTrack{{Codec: codec.VP8}}})
	wantCode(t, err, room.CodeNotPermitted)
	if _, err := m.PublishLocal(ctx, "r", room.LocalRequest{Tracks: []room.LocalTrack{{Codec: codec.Opus}}}); err != nil {
		t.Error(err)
	}
	_, err = m.PublishLocal(ctx, "r", room.LocalRequest{Stream: "two", Tracks: []room.LocalTrack{{Codec: codec.Opus}, {Codec: codec.Opus}}})
	wantCode(t, err, room.CodeSDP)
}
