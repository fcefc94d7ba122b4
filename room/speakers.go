package room

import (
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// speakersInterval is how often a room looks who speaks, while somebody publishes:
// every second time the dominant speaker is elected.
const speakersInterval = speaker.DecisionInterval / 2

// Speaker is somebody who speaks.
type Speaker struct {
	User  string
	Level int8 // smoothed loudness in dBov, -127 (silence) to 0
}

// SpeakersEvent says who speaks in a room, whenever that changes, seven times
// a second at most, and to newcomers soon after they joined: Speakers by loudness, and
// Dominant, who holds the floor. Dominant stays when it falls silent, until somebody
// else speaks; it is empty before anybody has spoken, and when it has left or published
// no more. Who publishes several streams speaks with the loudest of them; ScreenStream is
// not listened to.
type SpeakersEvent struct {
	Room     string
	To       []ParticipantInfo // everybody, or the newcomers alone when nothing changed
	Dominant string
	Speakers []Speaker
}

// floor is who speaks in a room, as it was last told.
type floor struct {
	election speaker.Election[string]
	dominant string
	speaking []string  // by name
	speakers []Speaker // by loudness, when that was told
}

// listen looks who speaks and tells when that has changed.
func (r *room) listen(now time.Time) {
	var candidates []speaker.Candidate[string]
	var speakers []Speaker
	for _, m := range r.state.order {
		heard, ok := m.speech(now)
		if !ok {
			continue
		}
		candidates = append(candidates, speaker.Candidate[string]{ID: m.user, Snapshot: heard})
		if heard.Speaking {
			speakers = append(speakers, Speaker{m.user, heard.Level})
		}
	}
	f := &r.state.floor
	dominant, _ := f.election.Decide(candidates, now)
	names := make([]string, 0, len(speakers))
	for _, s := range speakers {
		names = append(names, s.User)
	}
	slices.Sort(names)
	changed := dominant != f.dominant || !slices.Equal(names, f.speaking)
	f.dominant, f.speaking = dominant, names
	to := r.state.unaware(changed)
	if len(to) == 0 {
		return
	}
	slices.SortStableFunc(speakers, func(a, b Speaker) int { return int(b.Level) - int(a.Level) })
	f.speakers = speakers
	event := SpeakersEvent{Room: r.state.name, To: to, Dominant: dominant, Speakers: speakers}
	r.emit("OnSpeakers", func(h EventHandler) { h.OnSpeakers(event) })
}

// speech returns what a member sounds like: the loudest of its voices.
func (m *member) speech(now time.Time) (heard speaker.Snapshot, ok bool) {
	for _, at := range m.publish {
		if !at.voice() {
			continue
		}
		s, sounds := at.live.publication().Speech(now)
		if sounds && (!ok || s.Level > heard.Level) {
			heard, ok = s, true
		}
	}
	return heard, ok
}

// voice reports a live publication that somebody may be heard on. What a screen
// plays takes nobody's floor.
func (s *slot) voice() bool { return s.live != nil && s.stream.id != ScreenStream }

// unaware returns whom to tell who speaks: everybody when that has changed, else
// newcomers, if there is anything to tell. All are aware from then on.
func (s *state) unaware(changed bool) []ParticipantInfo {
	silent := len(s.floor.speaking) == 0 && s.floor.dominant == ""
	var to []ParticipantInfo
	for _, m := range s.order {
		if changed || !m.aware && !silent {
			to = append(to, s.info(m))
		}
		m.aware = true
	}
	return to
}

// audible reports whether there is anybody to listen to, or to be told silent.
func (s *state) audible() bool {
	return len(s.floor.speaking) > 0 || s.floor.dominant != "" ||
		slices.ContainsFunc(s.order, func(m *member) bool { return slices.ContainsFunc(m.publish, (*slot).voice) })
}
