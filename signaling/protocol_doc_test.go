package signaling

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// section returns what stands in docs/protocol.md below "## title".
func section(t *testing.T, title string) string {
	t.Helper()
	doc, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(doc), "\n## "+title+"\n")
	if !found {
		t.Fatalf("no section %q", title)
	}
	text, _, _ := strings.Cut(rest, "\n## ")
	return text
}

// found returns the first group of every match, sorted.
func found(pattern, text string) []string {
	var list []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		list = append(list, m[1])
	}
	return sorted(list)
}

func sorted[T cmp.Ordered](list []T) []T {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

func TestDocumentedNamesAreTheCodes(t *testing.T) {
	if diff := gocmp.Diff(sorted(api.Methods()), found("(?m)^### (.+)$", section(t, "Methods"))); diff != "" {
		t.Errorf("methods (-code +document):\n%s", diff)
	}
	if diff := gocmp.Diff(sorted(api.Notifications()), found("(?m)^\\| `(\\w+)` \\|", section(t, "Notifications"))); diff != "" {
		t.Errorf("notifications (-code +document):\n%s", diff)
	}
	var paths []string
	for path := range (&Server{}).endpoints() {
		paths = append(paths, path)
	}
	if diff := gocmp.Diff(sorted(paths), found("(?m)^\\| `(/\\w*)` \\|", section(t, "HTTP"))); diff != "" {
		t.Errorf("paths (-code +document):\n%s", diff)
	}
}

// What Atrium adds to the original's words cannot be looked up elsewhere, so its
// examples are checked to the octet.
func TestDocumentedNotificationsOfAtriumAreTheCodes(t *testing.T) {
	doc := section(t, "Notifications")
	for name, params := range map[string]any{
		api.SubscribedLayers: api.Layers{Layers: []api.Layer{{RID: "l", Active: true}, {RID: "h"}}},
		api.VideoPaused: api.VideoState{
			Sender: senderOf("ann", api.StreamID), Reason: string(room.PausedByBandwidth), Bitrate: 180_000, Text: pausedText(180_000),
		},
		api.VideoResumed:       api.VideoState{Sender: senderOf("ann", api.StreamID), Bitrate: 900_000},
		api.ParticipantChanged: api.Change{ID: "ann", HandRaised: new(true), HandRaisedAt: 1764338400000},
		api.RoomChanged:        waysOf(room.Settings{Locked: true, MuteOnEntry: room.Audio, ChatHistory: 50}),
		api.ParticipantWaiting: api.Waiting{ID: "dan"},
		api.WaitingEnded:       api.Waiting{ID: "dan", Outcome: string(room.Admitted)},
		api.Admitted:           api.Lobby{Room: "r"},
		api.Denied:             api.Lobby{Room: "r", Reason: "a private meeting"},
		api.UnmuteRequested:    api.UnmuteRequest{By: "ann", Stream: api.StreamID, Audio: true},
		api.DataReceived:       api.Data{From: "ann", Topic: "cursor", Data: []byte(`{"x":17,"y":4}`)},
		api.OfferToSubscriber: api.SubscriberOffer{
			Number: 3, SDPOffer: "v=0...", Streams: []api.OfferedStream{{Sender: senderOf("ann", api.StreamID), MIDs: []string{"0", "1"}}},
		},
		api.SubscriptionEnded: api.FailedSender{Sender: senderOf("ann", api.StreamID), Code: api.Code(room.CodeSDP), Message: "..."},
		api.SpeakersChanged:   api.Speakers{Dominant: "ann", Speakers: []api.Speaker{{ID: "ann", Level: -23}}},
	} {
		encoded, err := rpc.Marshal(params)
		if err != nil {
			t.Fatal(err)
		}
		if row := fmt.Sprintf("\n| `%s` | `%s` |", name, encoded); !strings.Contains(doc, row) {
			t.Errorf("the document does not have%s", row)
		}
	}
}

// Every method has an example of its own, which is a request of it with the
// parameters that it is said to have.
func TestDocumentedRequestsAreOfTheirMethod(t *testing.T) {
	for _, text := range strings.Split(section(t, "Methods"), "\n### ")[1:] {
		method, text, _ := strings.Cut(text, "\n")
		example := regexp.MustCompile(`(?m)^-> (.*)$`).FindStringSubmatch(text)
		if example == nil {
			t.Errorf("%s has no example", method)
			continue
		}
		req, err := rpc.Parse([]byte(example[1]))
		if err != nil || req.Method != method {
			t.Errorf("the example of %s is %s: %v", method, example[1], err)
		}

		for name := range rpc.Members(req.Params) {
			if method != api.CustomRequest && !strings.Contains(text, "`"+name+"`") {
				t.Errorf("%s: %s is not explained", method, name)
			}
		}
	}
}

func TestDocumentedWordsAreTheCodes(t *testing.T) {
	_, doc, _ := strings.Cut(section(t, "Methods"), "\n### "+api.SetVideoPreferences+"\n")
	doc, rest, _ := strings.Cut(doc, "\n### "+api.GetQuality+"\n")
	if words := append(api.Priorities(), api.Preferences()...); !containsAll(doc, words) {
		t.Errorf("not all of %q are documented", words)
	}
	doc, _, _ = strings.Cut(rest, "\n### ")
	causes := []room.QualityCause{room.CauseDownlink, room.CauseUplink, room.CausePublisherLayer, room.CauseOverload}
	if !containsAll(doc, causes) {
		t.Errorf("not all of %q are documented", causes)
	}
}

func containsAll[T ~string](doc string, words []T) bool {
	for _, w := range words {
		if !strings.Contains(doc, "`"+string(w)+"`") {
			return false
		}
	}
	return true
}

func TestDocumentedCodesAreTheCodes(t *testing.T) {
	documented := map[api.Code]string{}
	for _, m := range regexp.MustCompile(`(?m)^\| (-?\d+) \| ([A-Z_]+) \| .`).FindAllStringSubmatch(section(t, "Error codes"), -1) {
		code, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		documented[api.Code(code)] = m[2]
	}
	if diff := gocmp.Diff(api.Codes(), documented); diff != "" {
		t.Errorf("(-code +document):\n%s", diff)
	}
}

func TestDocumentedLimitsAreTheCodes(t *testing.T) {
	documented := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\| ([^|]+) \| (\d[^|]*) \|`).FindAllStringSubmatch(section(t, "Limits"), -1) {
		documented[m[1]] = m[2]
	}
	octets := func(n int) string { return strconv.Itoa(n) + " octets" }
	seconds := func(d interface{ Seconds() float64 }) string {
		return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
	}
	socket := rpc.Config{}.WithDefaults()
	want := map[string]string{
		"message before joining":                   octets(firstReadLimit),
		"message after joining":                    octets(memberReadLimit),
		"time to send one message":                 seconds(socket.MessageTimeout),
		"time to take one message from the server": seconds(socket.WriteTimeout),
		"queued for a client that does not read":   octets(socket.QueueLimit),
		"kept for a session without a socket":      octets(maxHeld),
		"requests waiting for a session":           strconv.Itoa(maxWaiting),
		"octets of requests waiting for a session": octets(maxWaitingOctets),
		"request rate of a socket":                 strconv.Itoa(int(socket.Rate)) + " a second, " + strconv.Itoa(socket.Burst) + " at once",
		"work on one request":                      seconds(requestTimeout),
		"length of a request id":                   octets(rpc.MaxIDLength),
		"nesting of a message":                     strconv.Itoa(rpc.MaxDepth),
		"stored answers of a session":              strconv.Itoa(maxAnswers),
		"octets of stored answers":                 octets(maxAnswersOctets),
		"answer counts as just given":              seconds(repeatWindow),
		"silence before the server pings":          seconds(socket.PingInterval),
		"silence until others are told":            seconds(socket.QuietAfter),
		"a lost socket until others are told":      seconds(missedAfter),
		"silence of a peer":                        seconds(socket.PeerTimeout),
		"silence before the first request":         seconds(speechTimeout),
		"default ping interval":                    seconds(defaultPingInterval),
		"closing handshake":                        seconds(socket.CloseTimeout),
		// Room's own, see room.Options.
		"user and room names": octets(256),
		"chat message":        octets(64 << 10),
		"what a session does that everybody hears of": fmt.Sprintf("%d a second, %d at once", utteranceRate, utteranceBurst),
		"octets of that": fmt.Sprintf("%d octets a second, %d at once", utteredOctetsRate, utteredOctetsBurst),
		"negotiations, moderation and lists of a session": fmt.Sprintf("%d a second, %d at once", effortRate, effortBurst),
		"data message":                    octets(16 << 10),
		"topic of a data message":         octets(256),
		"senders of one `subscribe`":      strconv.Itoa(maxSenders),
		"reason of a moderator":           octets(1 << 10),
		"metadata of a participant":       octets(2 << 10),
		"metadata of a room":              octets(16 << 10),
		"history of the chat":             octets(128 << 10),
		"early candidates of an endpoint": "32",
		"endpoints with early candidates": "32",
	}
	if diff := gocmp.Diff(want, documented); diff != "" {
		t.Errorf("(-code +document):\n%s", diff)
	}
}

func TestDocumentedCloseReasonsAreTheCodes(t *testing.T) {
	var reasons []string
	for _, e := range []ending{endLeft, endClosed, endReplaced, endRoomClosed, endRevoked, endOverflow, endFault, endShutdown} {
		reasons = append(reasons, e.text)
	}
	reasons = append(reasons, reasonNoPing, reasonSilent, reasonMoved)
	if diff := gocmp.Diff(sorted(reasons), found("(?m)^\\| 1\\d\\d\\d \\| `([^`]+)` \\|", section(t, "Liveness"))); diff != "" {
		t.Errorf("(-code +document):\n%s", diff)
	}
}

// The section about paired connections is an example from top to bottom: what the client says
// in it are requests of methods that there are, with parameters that they take, and what the
// server says are notifications that it sends.
func TestDocumentedPairedConnectionsAreTheCodes(t *testing.T) {
	doc := section(t, "Paired connections")
	for _, m := range regexp.MustCompile(`(?m)^-> (.*)$`).FindAllStringSubmatch(doc, -1) {
		req, err := rpc.Parse([]byte(m[1]))
		if err != nil || !slices.Contains(api.Methods(), req.Method) {
			t.Errorf("%s: %v", m[1], err)
			continue
		}
		params := map[string]api.Params{
			api.Publish: &api.PublishParams{}, api.Subscribe: &api.SubscribeParams{}, api.SubscriberAnswer: &api.SubscriberAnswerParams{},
			api.RestartICE:     &api.LineParams{Connection: api.Word{Of: api.Connections()}},
			api.OnICECandidate: &api.LineCandidateParams{Connection: api.Word{Of: api.Connections()}},
		}[req.Method]
		if params == nil {
			continue
		}
		if err := api.Decode(req.Params, params); err != nil {
			t.Errorf("%s: %v", m[1], err)
		}
	}
	for _, name := range found(`(?m)^<- \{"method":"(\w+)"`, doc) {
		if !slices.Contains(api.Notifications(), name) {
			t.Errorf("there is no notification %s", name)
		}
	}
	words := []string{api.Publish, api.Subscribe, api.Unsubscribe, api.SubscriberAnswer, api.SetOff, api.GetRoom, api.OfferToSubscriber, "connection"}
	if !containsAll(doc, append(words, api.Connections()...)) {
		t.Errorf("not all of %q are in the section", words)
	}
}
