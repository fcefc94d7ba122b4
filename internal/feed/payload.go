package feed

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

// The data of events. Members that say nothing are left out. None of them is a
// room.ParticipantID.
type (
	roomData struct {
		By       string   `json:"by,omitempty"`
		Settings settings `json:"settings"`
	}
	closedData struct {
		Reason string   `json:"reason"`
		Text   string   `json:"text,omitempty"`
		Users  []string `json:"users,omitempty"`
	}
	participantData struct {
		Participant participant `json:"participant"`
		Changed     []string    `json:"changed,omitempty"`
		Reason      string      `json:"reason,omitempty"`
		Text        string      `json:"text,omitempty"`
		By          string      `json:"by,omitempty"`
	}
	waitingData struct {
		User     string `json:"user"`
		Identity string `json:"identity,omitempty"`
		Role     string `json:"role,omitempty"`
		Since    string `json:"since"`
		Outcome  string `json:"outcome,omitempty"`
		Text     string `json:"text,omitempty"`
	}
	streamData struct {
		User       string `json:"user"`
		Identity   string `json:"identity,omitempty"`
		Publisher  string `json:"publisher,omitempty"`
		Stream     string `json:"stream"`
		Text       string `json:"text,omitempty"`
		Connection string `json:"connection,omitempty"` // of a pair, that is lost as a whole
	}
	messageData struct {
		From     string  `json:"from"`
		Identity string  `json:"identity,omitempty"`
		To       int     `json:"to"`    // participants who got it
		Bytes    int     `json:"bytes"` // of the text
		Text     *string `json:"text,omitempty"`
	}
	speakerData struct {
		User string `json:"user"` // empty: nobody any more
	}
	qualityData struct {
		User     string    `json:"user"`
		Identity string    `json:"identity,omitempty"`
		Streams  []verdict `json:"streams"`
	}
	lostData struct {
		Count uint64 `json:"count,omitempty"`
		Cause string `json:"cause"`
	}
)

// How a room came to its end.
const (
	roomClosed = "closed" // by somebody, or its time was over
	roomEnded  = "ended"  // nobody was left
)

// lostTooOld says that what the subscriber asked for is not kept any more.
const lostTooOld = "not kept"

type settings struct {
	MaxParticipants int             `json:"maxParticipants,omitempty"`
	MaxPublishers   int             `json:"maxPublishers,omitempty"`
	MaxDuration     float64         `json:"maxDurationSeconds,omitempty"`
	IdleTimeout     float64         `json:"idleTimeoutSeconds,omitempty"`
	Locked          bool            `json:"locked"`
	Lobby           bool            `json:"lobby"`
	MuteOnEntry     []string        `json:"muteOnEntry,omitempty"`
	ChatHistory     int             `json:"chatHistory,omitempty"`
	Metadata        json.RawMessage `json:"metadata,omitempty"`
}

func settingsOf(s room.Settings) settings {
	return settings{
		MaxParticipants: s.MaxParticipants, MaxPublishers: s.MaxPublishers,
		MaxDuration: s.MaxDuration.Seconds(), IdleTimeout: s.IdleTimeout.Seconds(),
		Locked: s.Locked, Lobby: s.Lobby, MuteOnEntry: s.MuteOnEntry.Names(),
		ChatHistory: s.ChatHistory, Metadata: s.Metadata,
	}
}

type participant struct {
	User        string          `json:"user"`
	Identity    string          `json:"identity,omitempty"`
	Role        string          `json:"role,omitempty"`
	Permissions []string        `json:"permissions"`
	Hidden      bool            `json:"hidden,omitempty"`
	HandRaised  string          `json:"handRaised,omitempty"`
	Unreachable bool            `json:"unreachable,omitempty"`
	Streams     []stream        `json:"streams"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
}

type stream struct {
	ID    string   `json:"id"`
	Muted []string `json:"muted,omitempty"`
	Off   []string `json:"off,omitempty"`
}

func participantOf(p room.ParticipantInfo) participant {
	list := make([]stream, 0, len(p.Streams))
	for _, s := range p.Streams {
		list = append(list, stream{s.ID, s.Muted.Names(), s.Off.Names()})
	}
	return participant{
		User: p.User, Identity: p.Identity, Role: p.Role, Permissions: strings.Fields(p.Permissions.String()), Hidden: p.Hidden,
		HandRaised: timeOf(p.HandRaised), Unreachable: p.Unreachable, Streams: list, Metadata: p.Metadata,
	}
}

// verdict is how well a stream is received.
type verdict struct {
	Publisher string   `json:"publisher"`
	Stream    string   `json:"stream"`
	Verdict   string   `json:"verdict"`
	Kinds     []string `json:"kinds,omitempty"`
	Score     float64  `json:"score"`
	Cause     string   `json:"cause,omitempty"`
}

func qualityOf(e room.QualityEvent) qualityData {
	data := qualityData{User: e.To.User, Identity: e.To.Identity, Streams: make([]verdict, 0, len(e.Changed))}
	for _, v := range e.Changed {
		data.Streams = append(data.Streams, verdict{
			v.Publisher, v.Stream, string(v.Verdict), v.Kind.Names(), math.Round(v.Score*100) / 100, string(v.Cause),
		})
	}
	return data
}

func waitingOf(w room.WaitingInfo) waitingData {
	return waitingData{User: w.User, Identity: w.Identity, Role: w.Role, Since: timeOf(w.Since)}
}

func usersOf(list []room.ParticipantInfo) []string {
	users := make([]string, 0, len(list))
	for _, p := range list {
		users = append(users, p.User)
	}
	return users
}

func changesOf(c room.Change) []string {
	var words []string
	for _, change := range []struct {
		bit  room.Change
		word string
	}{
		{room.ChangedHand, "hand"}, {room.ChangedMetadata, "metadata"}, {room.ChangedGrants, "grants"}, {room.ChangedMute, "mute"}, {room.ChangedOff, "off"}, {room.ChangedReach, "reach"},
	} {
		if c&change.bit != 0 {
			words = append(words, change.word)
		}
	}
	return words
}

// timeOf returns "" for the zero time.
func timeOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeFormat)
}
