package signaling

import (
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// phrase is a notification in two wordings: the one of Kurento Room, to the octet, and
// the one for clients that have declared to understand the extensions. Those for whom
// the wording is nil hear nothing.
type phrase struct {
	method          string
	plain, extended any
	alike           bool // plain is for all
}

// alike is a notification that everybody gets in the same words.
func alike(method string, params any) phrase {
	return phrase{method: method, plain: params, alike: true}
}

// extension is a notification for clients that understand the extensions alone.
func extension(method string, params any) phrase { return phrase{method: method, extended: params} }

// frames encodes each wording of a phrase when it is first needed.
type frames struct {
	phrase
	done [2][]byte
}

// of returns the frame for a session, or nil when it is to hear nothing.
func (f *frames) of(s *Session) []byte {
	which, params := 0, f.plain
	if !f.alike && s.extended.Load() {
		which, params = 1, f.extended
	}
	if params == nil || f.done[which] != nil {
		return f.done[which]
	}
	frame, err := rpc.NotificationFrame(f.method, params)
	if err != nil {
		s.server.log.Error("encode notification", "method", f.method, "error", err)
		return nil
	}
	f.done[which] = frame
	return frame
}

// mention is tell for news of somebody else, which may wait for more of it.
func (l listener) mention(to []room.ParticipantInfo, p phrase) {
	var by time.Time
	if d := patience(len(to)); d > 0 {
		by = time.Now().Add(d)
	}
	l.tellBy(by, to, p)
}

// tell sends a notification at once.
func (l listener) tell(to []room.ParticipantInfo, p phrase) { l.tellBy(time.Time{}, to, p) }

func (l listener) tellBy(by time.Time, to []room.ParticipantInfo, p phrase) {
	words := frames{phrase: p}
	told := uint64(0)
	for _, info := range to {
		session := l.server.sessions.get(info.ID)
		if session == nil {
			continue
		}
		if frame := words.of(session); frame != nil {
			session.sendBy(frame, by)
			told++
		}
	}
	l.server.counters.notifications.Add(told)
}
