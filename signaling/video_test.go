package signaling_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// viewer starts a server with a publisher, ann, and one who receives her.
func viewer(t *testing.T) (*fixture, *client) {
	t.Helper()
	f := start(t)
	f.member("ann", `[]`).publish()
	me := f.member("me", `[{"id":"ann","streams":[{"id":"webcam"}]}]`)
	me.call(`{"method":"receiveVideoFrom","params":{"sender":"ann_webcam","sdpOffer":"o"},"id":3}`,
		`{"id":3,"result":{"sdpAnswer":"answer to o","sessionId":"$S"},"jsonrpc":"2.0"}`)
	return f, me
}

func TestVideoPreferencesReachTheMedia(t *testing.T) {
	f, me := viewer(t)
	for i, params := range []string{
		``, `,"maxWidth":640,"maxHeight":"360","priority":"pinned","prefer":"sharpness"`,
		`,"maxWidth":1000000,"priority":"hidden"`, `,"priority":"thumbnail","prefer":"motion"`,
	} {
		me.call(fmt.Sprintf(`{"method":"setVideoPreferences","params":{"sender":"ann_webcam"%s},"id":%d}`, params, 4+i),
			fmt.Sprintf(`{"id":%d,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`, 4+i))
	}
	f.media.mu.Lock()
	defer f.media.mu.Unlock()
	want := []room.VideoPreference{
		{},
		{MaxWidth: 640, MaxHeight: 360, Priority: room.PriorityPinned, Prefer: room.PreferSharpness},
		{MaxWidth: 65535, Priority: room.PriorityHidden},
		{Priority: room.PriorityThumbnail, Prefer: room.PreferMotion},
	}
	if diff := cmp.Diff(want, f.media.videos); diff != "" {
		t.Error(diff)
	}
}

func TestUnusableVideoPreferencesAreRefusedWithWhatIsAccepted(t *testing.T) {
	f, me := viewer(t)
	for i, c := range []struct{ params, want string }{
		{`"priority":"urgent"`, "Request element 'priority' is not a usable word: it is one of hidden, thumbnail, normal, speaker, pinned"},
		{`"priority":4`, "Request element 'priority' is not a usable word: it is one of hidden, thumbnail, normal, speaker, pinned"},
		{`"prefer":["motion"]`, "Request element 'prefer' is not a usable word: it is one of balanced, sharpness, motion"},
		{`"maxWidth":-1`, "Request element 'maxWidth' is not a usable integer"},
		{`"maxHeight":1e999`, "Request element 'maxHeight' is not a usable integer"},
	} {
		me.call(fmt.Sprintf(`{"method":"setVideoPreferences","params":{"sender":"ann_webcam",%s},"id":%d}`, c.params, 4+i),
			fmt.Sprintf(`{"id":%d,"error":{"code":-1,"message":%q},"jsonrpc":"2.0"}`, 4+i, c.want))
	}
	f.media.mu.Lock()
	defer f.media.mu.Unlock()
	if len(f.media.videos) != 0 {
		t.Errorf("the media heard of %v", f.media.videos)
	}
}

func TestQualityIsTold(t *testing.T) {
	f, me := viewer(t)
	f.media.mu.Lock()
	f.media.quality = []room.TrackQuality{
		{Kind: room.Audio, Layer: room.LayerIndex{Spatial: -1}, Wanted: room.LayerIndex{Spatial: -1}, Score: 4.4, RoundTrip: 40 * time.Millisecond},
		{
			Kind: room.Video, FirstFrame: 250 * time.Millisecond, Freezes: 2, Frozen: 1500 * time.Millisecond,
			Layer: room.LayerIndex{}, Wanted: room.LayerIndex{Spatial: 2}, Loss: 0.125, Cause: room.CauseDownlink,
		},
	}
	f.media.mu.Unlock()
	me.call(`{"method":"getQuality","id":4}`, `{"id":4,"result":{"streams":[{"sender":"ann_webcam","tracks":[`+
		`{"kind":"audio","freezes":0,"frozen":0,"paused":false,"loss":0,"roundTrip":0.04,"score":4.4},`+
		`{"kind":"video","firstFrame":0.25,"freezes":2,"frozen":1.5,"spatialLayer":0,"wantedSpatialLayer":2,"paused":false,"loss":0.125,"roundTrip":0,"cause":"downlink"}`+
		`]}],"sessionId":"$S"},"jsonrpc":"2.0"}`)
}

func TestStatisticsReachTheMedia(t *testing.T) {
	f, me := viewer(t)
	me.call(`{"method":"reportStatistics","params":{"sender":"ann_webcam","freezeCount":3,"totalFreezesDuration":1.25,`+
		`"framesDecoded":900,"concealedSamples":10,"totalSamplesReceived":48000,"packetsLost":-1},"id":4}`,
		`{"id":4,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	for i, member := range []string{`"freezeCount":-1`, `"totalFreezesDuration":1e300`, `"totalFreezesDuration":"NaN"`, `"framesDecoded":{}`} {
		me.send(`{"method":"reportStatistics","params":{"sender":"ann_webcam",%s},"id":%d}`, member, 5+i)
		if answer := me.text(); !strings.Contains(answer, `"code":-1`) {
			t.Errorf("%s: %s", member, answer)
		}
	}
	f.media.mu.Lock()
	defer f.media.mu.Unlock()
	want := []room.ReceiverStatistics{{
		Freezes: 3, Frozen: 1250 * time.Millisecond, FramesDecoded: 900, Concealed: 10, Samples: 48000, PacketsLost: -1,
	}}
	if diff := cmp.Diff(want, f.media.reported); diff != "" {
		t.Error(diff)
	}
}

func TestPausedVideoIsToldInWords(t *testing.T) {
	f, me := viewer(t)
	observer := f.media.observer("me")
	observer.Delivery(room.DeliveryState{Paused: true, Estimate: 90_000}) // not to a client that may not know it
	observer.Delivery(room.DeliveryState{})
	me.call(`{"method":"setVideoPreferences","params":{"sender":"ann_webcam"},"id":4}`,
		`{"id":4,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	observer.Delivery(room.DeliveryState{Paused: true, Estimate: 183_000})
	me.expect(`{"method":"videoPaused","params":{"sender":"ann_webcam","reason":"bandwidth","bitrate":183000,"text":"paused: your connection carries about 180 kbit/s"},"jsonrpc":"2.0"}`)
	observer.Delivery(room.DeliveryState{Estimate: 2_000_000})
	me.expect(`{"method":"videoResumed","params":{"sender":"ann_webcam","bitrate":2000000},"jsonrpc":"2.0"}`)
}

func TestSpeakersAreToldToThoseWhoAsked(t *testing.T) {
	f := start(t)
	f.media.speech = speaker.Snapshot{Level: -23, Speaking: true, Immediate: 12, Medium: 5, Long: 10}
	old := f.member("old", `[]`)
	me := f.connect()
	me.call(`{"method":"joinRoom","params":{"user":"me","room":"r","speakers":true},"id":1}`,
		`{"id":1,"result":{"value":[{"id":"old"}],"sessionId":"$S"},"jsonrpc":"2.0"}`)
	old.expect(`{"method":"participantJoined","params":{"id":"me"},"jsonrpc":"2.0"}`)
	old.publish()
	me.expect(`{"method":"participantPublished","params":{"id":"old","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)
	me.expect(`{"method":"speakersChanged","params":{"dominant":"old","speakers":[{"id":"old","level":-23}]},"jsonrpc":"2.0"}`)
	old.silent()
}

// A client may use one id for everything, and asks for what is new.
func TestQualityAskedForAgainIsThatOfNow(t *testing.T) {
	f, me := viewer(t)
	for _, score := range []string{"1.5", "4.25"} {
		f.media.mu.Lock()
		f.media.quality = []room.TrackQuality{{Kind: room.Audio, Score: 1.5}}
		if score == "4.25" {
			f.media.quality = []room.TrackQuality{{Kind: room.Audio, Score: 4.25}}
		}
		f.media.mu.Unlock()
		me.call(`{"method":"getQuality","id":4}`, `{"id":4,"result":{"streams":[{"sender":"ann_webcam","tracks":[`+
			`{"kind":"audio","freezes":0,"frozen":0,"paused":false,"loss":0,"roundTrip":0,"score":`+score+`}]}],"sessionId":"$S"},"jsonrpc":"2.0"}`)
	}
	if n := f.server.Stats().Repeats; n != 0 {
		t.Errorf("%d answers were repeated", n)
	}
}

func TestQualityHasNumbersThatJSONCanCarry(t *testing.T) {
	f, me := viewer(t)
	f.media.mu.Lock()
	f.media.quality = []room.TrackQuality{{Kind: room.Audio, Score: math.NaN(), Loss: math.Inf(1), RoundTrip: time.Second / 3}}
	f.media.mu.Unlock()
	me.call(`{"method":"getQuality","id":4}`, `{"id":4,"result":{"streams":[{"sender":"ann_webcam","tracks":[`+
		`{"kind":"audio","freezes":0,"frozen":0,"paused":false,"loss":0,"roundTrip":0.333}]}],"sessionId":"$S"},"jsonrpc":"2.0"}`)
}

func TestQualityAndStatisticsNeedARoomAndASubscription(t *testing.T) {
	f := start(t)
	stranger := f.connect()
	stranger.send(`{"method":"getQuality","id":1}`)
	stranger.expect(`{"id":1,"error":{"code":102,"message":"No participant with id '$S' was found","sessionId":"$S"},"jsonrpc":"2.0"}`)
	f.member("ann", `[]`).publish()
	me := f.member("me", `[{"id":"ann","streams":[{"id":"webcam"}]}]`)
	me.call(`{"method":"getQuality","id":2}`, `{"id":2,"result":{"streams":[],"sessionId":"$S"},"jsonrpc":"2.0"}`)
	for i, method := range []string{"setVideoPreferences", "reportStatistics"} {
		me.call(fmt.Sprintf(`{"method":%q,"params":{"sender":"ann_webcam"},"id":%d}`, method, 3+i),
			fmt.Sprintf(`{"id":%d,"error":{"code":105,"message":"Participant 'me' does not receive user 'ann'","sessionId":"$S"},"jsonrpc":"2.0"}`, 3+i))
	}
}

// Who is in a room already and tries to join once more stays as it was.
func TestAJoinThatFailsDoesNotSilenceTheSpeakers(t *testing.T) {
	f := start(t)
	me := f.connect()
	me.call(`{"method":"joinRoom","params":{"user":"me","room":"r","speakers":true},"id":1}`,
		`{"id":1,"result":{"value":[],"sessionId":"$S"},"jsonrpc":"2.0"}`)
	me.call(`{"method":"joinRoom","params":{"user":"me","room":"r"},"id":2}`,
		`{"id":2,"error":{"code":104,"message":"User 'me' already exists in room 'r'","sessionId":"$S"},"jsonrpc":"2.0"}`)
	f.media.mu.Lock()
	f.media.speech = speaker.Snapshot{Level: -23, Speaking: true, Immediate: 12, Medium: 5, Long: 10}
	f.media.mu.Unlock()
	me.call(`{"method":"publishVideo","params":{"sdpOffer":"offer","doLoopback":false},"id":3}`,
		`{"id":3,"result":{"sdpAnswer":"answer to offer","sessionId":"$S"},"jsonrpc":"2.0"}`)
	me.expect(`{"method":"speakersChanged","params":{"dominant":"me","speakers":[{"id":"me","level":-23}]},"jsonrpc":"2.0"}`)
}
