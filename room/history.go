package room

import (
	"context"
	"slices"
	"time"
)

// ChatMessage is a chat message that everybody got.
type ChatMessage struct {
	User string // empty: the application
	Text string
	Time time.Time
}

// maxHistoryBytes bounds what the history of one room's chat holds, and with it what
// one participant is told at once: escaped as JSON it is six times as long at most.
// messageOverhead is what a message counts besides its text and its sender's name.
const (
	maxHistoryBytes = 128 << 10
	messageOverhead = 64
)

// history keeps the last messages of a room's chat, oldest first. The room's
// goroutine owns it.
type history struct {
	list  []ChatMessage
	bytes int
}

// add keeps a message, and of all that are kept the last ones.
func (h *history) add(msg ChatMessage, most int) {
	if most > 0 {
		h.list = append(h.list, msg)
		h.bytes += msg.size()
	}
	h.keep(most)
}

// keep forgets all but the last messages, so many at most.
func (h *history) keep(most int) {
	drop := 0
	for drop < len(h.list) && (len(h.list)-drop > most || h.bytes > maxHistoryBytes) {
		h.bytes -= h.list[drop].size()
		drop++
	}
	if drop > 0 {
		// In place, so that what is forgotten is not kept alive.
		h.list = slices.Delete(h.list, 0, drop)
	}
}

func (m ChatMessage) size() int { return len(m.User) + len(m.Text) + messageOverhead }

// History returns the messages that everybody in the participant's room got and that are
// still kept, oldest first; see Settings.ChatHistory. Errors: 102, 203.
func (m *Manager) History(ctx context.Context, id ParticipantID) (list []ChatMessage, err error) {
	err = m.withParticipantRoom(ctx, id, func(r *room) error {
		if _, err := r.state.member(id); err != nil {
			return err
		}
		list = slices.Clone(r.state.history.list)
		return nil
	})
	return list, err
}

// History returns the messages that everybody in the room got and that are still kept,
// oldest first; see Settings.ChatHistory. Errors: those of Moderator.
func (o Moderator) History(ctx context.Context) (list []ChatMessage, err error) {
	err = o.do(ctx, func(r *room, _ *member) error {
		list = slices.Clone(r.state.history.list)
		return nil
	})
	return list, err
}
