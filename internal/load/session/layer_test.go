package session_test

import (
	"cmp"
	"context"
	"errors"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling"
)

func TestRoomServerIsAskedForLayers(t *testing.T) {
	h := open(t, signaling.Options{})
	ann, _ := h.member("ann")
	_, err := ann.Publish(t.Context(), "a")
	must(t, err)
	bob, _ := h.member("bob", session.Peer{User: "ann", Publishing: true})
	_, err = bob.Subscribe(t.Context(), "ann", "b")
	must(t, err)
	must(t, cmp.Or(
		bob.RequestLayer(t.Context(), "ann", session.Layer{RID: "h", Index: 1}),
		bob.RequestLayer(t.Context(), "ann", session.Layer{}),
	))
	want := []room.Layers{{Spatial: 1, Temporal: room.AllLayers}, {Spatial: room.AllLayers, Temporal: room.AllLayers}}
	if diff := gocmp.Diff(want, h.media.preferred()); diff != "" {
		t.Error(diff)
	}
}

// Two ways to say that a server has no layers; it is not asked again.
func TestRoomServerWithoutLayersIsAskedOnce(t *testing.T) {
	for name, answer := range map[string][]string{
		"the original":     nil,
		"another JSON-RPC": {`{"id":$,"error":{"code":-32601,"message":"Method not found"},"jsonrpc":"2.0"}`},
	} {
		t.Run(name, func(t *testing.T) {
			o := kurento(t, map[string][]string{"joinRoom": {joined}, "setPreferredLayers": answer, "leaveRoom": {"hang up"}})
			ann := o.hurried(t, time.Millisecond)
			for range 2 {
				err := ann.RequestLayer(t.Context(), "bob", session.Layer{RID: "l"})
				if !errors.Is(err, errors.ErrUnsupported) {
					t.Errorf("got %v", err)
				}
			}
			_ = ann.Leave(t.Context()) // the original hangs up
			want := []string{
				`joinRoom {"user":"ann","room":"r","dataChannels":false}`,
				`setPreferredLayers {"sender":"bob_webcam","spatialLayer":0}`,
				`leaveRoom `,
			}
			if diff := gocmp.Diff(want, o.asks); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// hurried joins with little patience for requests for layers.
func (o *original) hurried(t *testing.T, patience time.Duration) *session.Room {
	d := session.NewDialer(session.Options{TLS: insecure()})
	d.SetLayerPatience(patience)
	r := d.Room(o.url, session.Member{Room: "r", User: "ann"})
	t.Cleanup(r.Close)
	_, err := r.Join(t.Context())
	must(t, err)
	return r
}

// A server that is slow to answer, or whose caller gives up, may still know the
// request.
func TestSlowRoomServerIsAskedForLayersAgain(t *testing.T) {
	o := kurento(t, map[string][]string{"joinRoom": {joined}})
	ann := o.hurried(t, patience)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 {
		if err := ann.RequestLayer(ctx, "bob", session.Layer{}); errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("got %v", err)
		}
	}

	o = kurento(t, map[string][]string{
		"joinRoom":           {joined},
		"setPreferredLayers": {`{"id":$,"error":{"code":105,"message":"not streaming","sessionId":"s"},"jsonrpc":"2.0"}`},
	})
	ann = o.hurried(t, patience)
	for range 2 {
		if got := session.Reason(ann.RequestLayer(t.Context(), "bob", session.Layer{})); got != "setPreferredLayers: 105 user not streaming" {
			t.Errorf("got %q", got)
		}
	}
}
