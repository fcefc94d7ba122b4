package signaling

import (
	"hash/maphash"
	"time"

	"github.com/atrium-rtc/atrium/signaling/api"
)

// repeats remembers the last answers of a session. The iOS client sends a
// request again under the same id when it has no answer after 5, 10 and 20
// seconds; serving joinRoom or publishVideo twice would fail the second time.
//
// An id alone proves nothing: an Android application chooses its ids and may
// use one for everything. A repetition has the same id, method and parameters,
// and came before the answer had left or shortly after. The methods for which
// serving twice does less harm than not serving are never taken for one: two
// messages may be alike, and who asks for the quality again wants that of now.
// Owned by the session's goroutine.
type repeats struct {
	seed    maphash.Seed
	answers []answered // oldest first
	octets  int
}

type answered struct {
	id     string
	digest uint64
	frame  []byte
	at     time.Time
}

func newRepeats() repeats { return repeats{seed: maphash.MakeSeed()} }

// find returns the stored answer when a is a repetition.
func (r *repeats) find(a *arrival) []byte {
	if !repeatable(a) {
		return nil
	}
	digest := r.digest(a)
	for _, old := range r.answers {
		if old.id == string(a.ID) && old.digest == digest && a.at.Sub(old.at) <= repeatWindow {
			return old.frame
		}
	}
	return nil
}

// store keeps the answer of a, in place of another one under its id.
func (r *repeats) store(a *arrival, frame []byte, now time.Time) {
	if frame == nil || !repeatable(a) || len(frame) > maxAnswersOctets {
		return
	}
	for i, old := range r.answers {
		if old.id == string(a.ID) {
			r.octets -= len(old.frame)
			r.answers = append(r.answers[:i], r.answers[i+1:]...)
			break
		}
	}
	r.answers = append(r.answers, answered{string(a.ID), r.digest(a), frame, now})
	r.octets += len(frame)
	for len(r.answers) > maxAnswers || r.octets > maxAnswersOctets {
		r.octets -= len(r.answers[0].frame)
		r.answers[0] = answered{}
		r.answers = r.answers[1:]
	}
}

// renew lets all that is stored count as just given: its client may have missed it, and
// comes back with the same ids.
func (r *repeats) renew(now time.Time) {
	for i := range r.answers {
		r.answers[i].at = now
	}
}

// forget drops everything: the client or its place in the room is a new one.
func (r *repeats) forget() { r.answers, r.octets = nil, 0 }

func repeatable(a *arrival) bool {
	switch a.Method {
	case api.SendMessage, api.OnICECandidate, api.GetQuality, api.ReportStatistics, api.SendData, api.GetChatHistory,
		api.MuteParticipant, api.Unmute, api.RaiseHand, api.ChangeRoom, api.ChangeGrants, api.ChangeMetadata,
		api.SetOff, api.GetRoom:
		return false
	}
	return a.HasID
}

func (r *repeats) digest(a *arrival) uint64 {
	var h maphash.Hash
	h.SetSeed(r.seed)
	_, _ = h.WriteString(a.Method)
	_ = h.WriteByte(0)
	_, _ = h.Write(a.Params)
	return h.Sum64()
}
