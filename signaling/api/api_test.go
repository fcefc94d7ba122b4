package api_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

func TestDecodeTakesWhatOldClientsSend(t *testing.T) {
	for _, tc := range []struct {
		name, in  string
		got, want api.Params
	}{
		{
			"JavaScript", `{"endpointName":"ann","candidate":"candidate:1","sdpMid":"0","sdpMLineIndex":0}`,
			&api.OnICECandidateParams{}, &api.OnICECandidateParams{EndpointName: "ann", Candidate: "candidate:1", SDPMid: "0"},
		},
		{
			"Android sends the index as a string", `{"endpointName":"ann","candidate":"c","sdpMid":"video","sdpMLineIndex":"1"}`,
			&api.OnICECandidateParams{}, &api.OnICECandidateParams{EndpointName: "ann", Candidate: "c", SDPMid: "video", SDPMLineIndex: 1},
		},
		{
			"end of candidates", `{"endpointName":"ann","candidate":null,"sdpMid":null,"sdpMLineIndex":1.0}`,
			&api.OnICECandidateParams{}, &api.OnICECandidateParams{EndpointName: "ann", SDPMLineIndex: 1},
		},
		{
			"numbers for strings, a string for a boolean", `{"user":7,"room":1.50,"dataChannels":"TRUE"}`,
			&api.JoinRoomParams{}, &api.JoinRoomParams{User: "7", Room: "1.50", DataChannels: true},
		},
		{
			"null for an optional one, members from setRpcParams", `{"token":{"room":"x"},"user":"ann","ROOM":"y","room":"r","dataChannels":null}`,
			&api.JoinRoomParams{}, &api.JoinRoomParams{User: "ann", Room: "r"},
		},
		{
			"escapes", `{"s\u0065nder":"\u0061nn_webcam","sdpOffer":"v=0\r\n"}`,
			&api.ReceiveVideoFromParams{}, &api.ReceiveVideoFromParams{Sender: "ann_webcam", SDPOffer: "v=0\r\n"},
		},
		{
			"restart", `{"endpointName":"ann","sdpOffer":"o"}`,
			&api.RestartICEParams{}, &api.RestartICEParams{EndpointName: "ann", SDPOffer: "o"},
		},
		{
			"chat", `{"message":"<b>","userMessage":"u","roomMessage":"r"}`,
			&api.SendMessageParams{}, &api.SendMessageParams{Message: "<b>", UserMessage: "u", RoomMessage: "r"},
		},
		{
			"false as a string", `{"sdpOffer":"o","doLoopback":"false"}`,
			&api.PublishVideoParams{}, &api.PublishVideoParams{SDPOffer: "o"},
		},
		{
			"layers", `{"sender":"x","spatialLayer":"1","temporalLayer":2.0}`,
			&api.SetPreferredLayersParams{}, &api.SetPreferredLayersParams{Sender: "x", SpatialLayer: 1, TemporalLayer: 2},
		},
		{
			"layers beyond all that exist, and one that is not limited", `{"sender":"x","spatialLayer":1e9,"temporalLayer":null}`,
			&api.SetPreferredLayersParams{TemporalLayer: 255}, &api.SetPreferredLayersParams{Sender: "x", SpatialLayer: 255, TemporalLayer: 255},
		},
		{
			"statistics as a browser has them", `{"sender":"x","freezeCount":2,"totalFreezesDuration":0.25,"packetsLost":-3,"totalSamplesReceived":"48000"}`,
			&api.ReportStatisticsParams{}, &api.ReportStatisticsParams{
				Sender: "x", FreezeCount: 2, TotalFreezesDuration: api.Seconds(250 * time.Millisecond), PacketsLost: -3, SamplesInAll: 48000,
			},
		},
		{
			"a size beyond all that exist, and what is not said", `{"sender":"x","maxWidth":1e9,"maxHeight":null,"priority":"pinned","prefer":null}`,
			&api.SetVideoPreferencesParams{Priority: api.Word{Of: api.Priorities(), Place: 2}, Prefer: api.Word{Of: api.Preferences()}},
			&api.SetVideoPreferencesParams{
				Sender: "x", MaxWidth: 65535,
				Priority: api.Word{Of: api.Priorities(), Place: 4}, Prefer: api.Word{Of: api.Preferences()},
			},
		},
		{
			"streams on paired connections", `{"streams":[{"id":"webcam","mids":["0",1],"off":["video"]},{"id":"screen","mids":"2","more":0},{"id":"x","off":[]}],"sdpOffer":"o"}`,
			&api.PublishParams{}, &api.PublishParams{SDPOffer: "o", Streams: api.PublishStreams{
				{ID: "webcam", MIDs: api.Strings{"0", "1"}, Off: api.Words{Of: api.Kinds(), List: api.Strings{"video"}}},
				{ID: "screen", MIDs: api.Strings{"2"}, Off: api.Words{Of: api.Kinds()}},
				{ID: "x", Off: api.Words{Of: api.Kinds(), List: api.Strings{}}},
			}},
		},
		{"no streams are streams", `{"streams":[]}`, &api.PublishParams{}, &api.PublishParams{Streams: api.PublishStreams{}}},
		{"sender", `{"sender":"x"}`, &api.UnsubscribeFromVideoParams{}, &api.UnsubscribeFromVideoParams{Sender: "x"}},
		{
			"mute, and nothing said of the picture", `{"user":"ann","stream":"screen","audio":"true","video":null}`,
			&api.MuteParticipantParams{}, &api.MuteParticipantParams{User: "ann", Stream: "screen", Audio: api.OptionalBool{There: true, Value: true}},
		},
		{
			"a room's ways", `{"locked":false,"muteOnEntry":["audio"],"maxParticipants":"12","metadata":{"a":1}}`,
			&api.ChangeRoomParams{MuteOnEntry: api.Words{Of: api.Kinds()}}, &api.ChangeRoomParams{
				Locked: api.OptionalBool{There: true}, MuteOnEntry: api.Words{Of: api.Kinds(), List: api.Strings{"audio"}},
				MaxParticipants: api.OptionalCount{There: true, Value: 12}, Metadata: api.Object(`{"a":1}`),
			},
		},
		{
			"one word for a list, and an empty list", `{"muteOnEntry":"video","chatHistory":0}`,
			&api.ChangeRoomParams{MuteOnEntry: api.Words{Of: api.Kinds()}}, &api.ChangeRoomParams{
				MuteOnEntry: api.Words{Of: api.Kinds(), List: api.Strings{"video"}}, ChatHistory: api.OptionalCount{There: true},
			},
		},
		{"nobody is not everybody", `{"to":[],"data":0}`, &api.SendDataParams{}, &api.SendDataParams{To: api.Strings{}, Data: api.Value(`0`)}},
		{
			"data to some", `{"to":["ann",7],"topic":"t","data":{"x":[null]}}`,
			&api.SendDataParams{}, &api.SendDataParams{To: api.Strings{"ann", "7"}, Topic: "t", Data: api.Value(`{"x":[null]}`)},
		},
		{"a ban", `{"user":"ann","banSeconds":60}`, &api.EvictParticipantParams{}, &api.EvictParticipantParams{User: "ann", BanSeconds: 60}},
		{"no permissions at all", `{"user":"ann","permissions":[]}`, &api.ChangeGrantsParams{}, &api.ChangeGrantsParams{User: "ann", Permissions: api.Strings{}}},
		{"somebody else's hand", `{"raised":false,"user":"ann"}`, &api.RaiseHandParams{}, &api.RaiseHandParams{User: "ann"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := api.Decode(json.RawMessage(tc.in), tc.got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, tc.got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeNamesWhatIsWrong(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		into     api.Params
		code     api.Code
		message  string
	}{
		{"no params", ``, &api.JoinRoomParams{}, -1, "Request element 'user' is missing"},
		{"the first missing one", `{}`, &api.PublishVideoParams{}, -1, "Request element 'sdpOffer' is missing"},
		{"null is missing", `{"user":"a","room":null}`, &api.JoinRoomParams{}, -1, "Request element 'room' is missing"},
		{"object for a string", `{"sender":{}}`, &api.UnsubscribeFromVideoParams{}, -1, "Request element 'sender' is not a usable string"},
		{"word for a boolean", `{"sdpOffer":"o","doLoopback":"yes"}`, &api.PublishVideoParams{}, -1, "Request element 'doLoopback' is not a usable boolean"},
		{
			"fraction for an integer", `{"endpointName":"a","candidate":"","sdpMid":"","sdpMLineIndex":0.5}`,
			&api.OnICECandidateParams{}, -1, "Request element 'sdpMLineIndex' is not a usable integer",
		},
		{
			"huge number", `{"endpointName":"a","candidate":"","sdpMid":"","sdpMLineIndex":1e400}`,
			&api.OnICECandidateParams{}, -1, "Request element 'sdpMLineIndex' is not a usable integer",
		},
		{"negative layer", `{"sender":"x","spatialLayer":-1}`, &api.SetPreferredLayersParams{}, -1, "Request element 'spatialLayer' is not a usable integer"},
		{
			"word for a layer", `{"sender":"x","spatialLayer":0,"temporalLayer":"low"}`,
			&api.SetPreferredLayersParams{}, -1, "Request element 'temporalLayer' is not a usable integer",
		},
		{"no layer", `{"sender":"x","temporalLayer":0}`, &api.SetPreferredLayersParams{}, -1, "Request element 'spatialLayer' is missing"},
		{"negative size", `{"sender":"x","maxWidth":-1}`, &api.SetVideoPreferencesParams{}, -1, "Request element 'maxWidth' is not a usable integer"},
		{
			"none of the words", `{"sender":"x","prefer":"Motion"}`, &api.SetVideoPreferencesParams{Prefer: api.Word{Of: api.Preferences()}},
			-1, "Request element 'prefer' is not a usable word: it is one of balanced, sharpness, motion",
		},
		{"half a freeze", `{"sender":"x","freezeCount":0.5}`, &api.ReportStatisticsParams{}, -1, "Request element 'freezeCount' is not a usable integer"},
		{"a count that no client can have", `{"sender":"x","framesDecoded":1e30}`, &api.ReportStatisticsParams{}, -1, "Request element 'framesDecoded' is not a usable integer"},
		{"eleven days", `{"sender":"x","totalFreezesDuration":950400}`, &api.ReportStatisticsParams{}, -1, "Request element 'totalFreezesDuration' is not a usable number"},
		{"a time that is no number", `{"sender":"x","totalFreezesDuration":"NaN"}`, &api.ReportStatisticsParams{}, -1, "Request element 'totalFreezesDuration' is not a usable number"},
		{"a time before the beginning", `{"sender":"x","totalFreezesDuration":-0.1}`, &api.ReportStatisticsParams{}, -1, "Request element 'totalFreezesDuration' is not a usable number"},
		{"no list of names", `{"to":{"a":1},"data":0}`, &api.SendDataParams{}, -1, "Request element 'to' is not a usable list of strings"},
		{"null among the names", `{"to":["ann",null],"data":0}`, &api.SendDataParams{}, -1, "Request element 'to' is not a usable list of strings"},
		{"data that is null", `{"data":null}`, &api.SendDataParams{}, -1, "Request element 'data' is missing"},
		{"metadata that is no object", `{"metadata":[]}`, &api.ChangeMetadataParams{}, -1, "Request element 'metadata' is not a usable object"},
		{"a word for a hand", `{"raised":"up"}`, &api.RaiseHandParams{}, -1, "Request element 'raised' is not a usable boolean"},
		{"a ban into the past", `{"user":"ann","banSeconds":-1}`, &api.EvictParticipantParams{}, -1, "Request element 'banSeconds' is not a usable integer"},
		{
			"no kind of media", `{"muteOnEntry":["audio","smell"]}`, &api.ChangeRoomParams{MuteOnEntry: api.Words{Of: api.Kinds()}},
			-1, "Request element 'muteOnEntry' is not a usable list of words: each is one of audio, video",
		},
		{"positional", `["a","r"]`, &api.JoinRoomParams{}, rpc.CodeInvalidParams, "Invalid params: named parameters are expected"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var wire *api.Error
			if err := api.Decode(json.RawMessage(tc.in), tc.into); !errors.As(err, &wire) {
				t.Fatalf("error %v", err)
			}
			if wire.Code != tc.code || wire.Message != tc.message {
				t.Errorf("got %d %q, want %d %q", wire.Code, wire.Message, tc.code, tc.message)
			}
		})
	}
}

func TestResultIsAlwaysAnObjectWithTheSessionID(t *testing.T) {
	for _, tc := range []struct {
		name, session, want string
		in                  any
	}{
		{"nothing", "s", `{"sessionId":"s"}`, nil},
		{"nobody there", "s", `{"value":[],"sessionId":"s"}`, []api.Peer{}},
		{
			"silent and publishing peers", "s", `{"value":[{"id":"a"},{"id":"b","streams":[{"id":"webcam"}]}],"sessionId":"s"}`,
			[]api.Peer{{ID: "a"}, {ID: "b", Streams: api.Webcam()}},
		},
		{"answer", "s", `{"sdpAnswer":"v=0\r\n","sessionId":"s"}`, api.SDPAnswer{"v=0\r\n"}},
		{"string", "", `{"value":"pong"}`, "pong"},
		{"the application's session id gives way", "s", `{"a":1,"sessionId":"s"}`, json.RawMessage(`{"sessionId":"x","a":1}`)},
		{"null", "", `{"value":null}`, json.RawMessage(`null`)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := api.Result(tc.in, tc.session)
			if err != nil || string(got) != tc.want {
				t.Errorf("got %s %v, want %s", got, err, tc.want)
			}
		})
	}
	if _, err := api.Result(make(chan int), ""); err == nil {
		t.Error("a channel was encoded")
	}
}

func TestCandidateKeepsIndexZero(t *testing.T) {
	got, err := rpc.NotificationFrame(api.NotifyICECandidate, api.Candidate{EndpointName: "ann", SDPMid: "0", Candidate: "candidate:1"})
	want := `{"method":"iceCandidate","params":{"endpointName":"ann","sdpMLineIndex":0,"sdpMid":"0","candidate":"candidate:1"},"jsonrpc":"2.0"}`
	if err != nil || string(got) != want {
		t.Errorf("got %s %v, want %s", got, err, want)
	}
}

func TestEveryNameAndCodeIsOnce(t *testing.T) {
	for _, list := range [][]string{api.Methods(), api.Notifications()} {
		seen := map[string]bool{}
		for _, name := range list {
			if seen[name] || name == "" {
				t.Errorf("%q is repeated or empty", name)
			}
			seen[name] = true
		}
	}
	names := map[string]api.Code{}
	for code, name := range api.Codes() {
		if other, ok := names[name]; ok || code.String() != name {
			t.Errorf("%d and %d are both %s", code, other, name)
		}
		names[name] = code
	}
	if api.Code(12345).String() != "UNKNOWN" {
		t.Error("12345 has a name")
	}
}

// FuzzDecode checks that no params object makes Decode panic or return an
// error that is not for the wire, and that what was taken for a number is one.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		``, `{}`, `[]`, `{"user":"a","room":1,"dataChannels":"true"}`, `{"endpointName":null}`, `{"sdpMLineIndex":"1e2"}`,
		`{"endpointName":"a","candidate":"","sdpMid":0,"sdpMLineIndex":-0.0}`, `{"interval":"5000"}`,
		`{"sender":"a","spatialLayer":-1}`, `{"sender":"a","spatialLayer":"255.0","temporalLayer":9007199254740991}`,
		`{"sender":"a","maxWidth":"1e3","maxHeight":-0,"priority":"hidden","prefer":"\u006dotion"}`,
		`{"user":"a","stream":"screen","audio":true,"video":"false"}`, `{"user":"a","reason":7,"banSeconds":"1e3"}`,
		`{"locked":true,"muteOnEntry":["audio","video"],"metadata":{"a":{}},"chatHistory":1e9}`, `{"user":"a","role":"guest","permissions":["join"]}`,
		`{"to":["a","b"],"topic":"t","data":[{}]}`, `{"to":"a","data":"x"}`, `{"raised":true,"user":null}`, `{"metadata":{}}`,
		`{"sdpOffer":"v=0","streams":[{"id":"webcam","mids":["0",1],"off":["audio"]},{"id":"screen","mids":"2"}],"fresh":"true"}`,
		`{"streams":[[{}]]}`, `{"streams":[{"id":"a","streams":[]}]}`, `{"senders":["a_b","c"],"fresh":false}`, `{"number":"3","sdpAnswer":"v=0"}`,
		`{"connection":"publisher","candidate":null,"sdpMLineIndex":null}`,
		`{"sender":"a","freezeCount":1,"totalFreezesDuration":"Inf","packetsLost":-1,"framesDecoded":0x1}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, params []byte) {
		if len(params) > 0 && !json.Valid(params) {
			t.Skip() // rpc.Parse has refused it
		}
		for _, p := range []api.Params{
			&api.JoinRoomParams{}, &api.PublishVideoParams{}, &api.ReceiveVideoFromParams{},
			&api.UnsubscribeFromVideoParams{}, &api.OnICECandidateParams{}, &api.SendMessageParams{},
			&api.SetPreferredLayersParams{}, &api.ReportStatisticsParams{}, &api.RestartICEParams{},
			&api.SetVideoPreferencesParams{Priority: api.Word{Of: api.Priorities()}, Prefer: api.Word{Of: api.Preferences()}},
			&api.MuteParticipantParams{}, &api.MuteAllParams{}, &api.UnpublishParticipantParams{}, &api.EvictParticipantParams{},
			&api.UserParams{}, &api.DenyParticipantParams{}, &api.ChangeGrantsParams{}, &api.CloseRoomParams{},
			&api.ChangeRoomParams{MuteOnEntry: api.Words{Of: api.Kinds()}}, &api.NewcomerParams{}, &api.StreamParams{},
			&api.PublishParams{}, &api.SubscribeParams{}, &api.UnsubscribeParams{}, &api.SubscriberAnswerParams{}, &api.SetOffParams{},
			&api.LineParams{Connection: api.Word{Of: api.Connections()}}, &api.LineCandidateParams{Connection: api.Word{Of: api.Connections()}},
			&api.UnmuteParams{}, &api.RaiseHandParams{}, &api.ChangeMetadataParams{}, &api.SendDataParams{},
		} {
			var wire *api.Error
			if err := api.Decode(params, p); err != nil && !errors.As(err, &wire) {
				t.Fatalf("error for nobody: %v", err)
			}
		}
		text, ok := api.Text(params, "interval")
		if n, isNumber := api.Number(params, "interval"); isNumber && (!ok || text == "") {
			t.Fatalf("number %d without text", n)
		}
	})
}
