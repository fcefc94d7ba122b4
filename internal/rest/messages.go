package rest

import (
	"encoding/json"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

// messageView is a chat message that everybody got. Without a user it is the application's.
type messageView struct {
	User string    `json:"user"`
	Text string    `json:"text"`
	Time time.Time `json:"time"`
}

// messageList is what a room keeps, oldest first; its settings and the room bound it.
type messageList struct {
	Messages []messageView `json:"messages"`
}

func (h *handler) listMessages(x *exchange) (reply, error) {
	kept, err := h.moderate(x).History(x.r.Context())
	if err != nil {
		return reply{}, err
	}
	list := messageList{make([]messageView, 0, len(kept))}
	for _, m := range kept {
		list.Messages = append(list.Messages, messageView{m.User, m.Text, m.Time})
	}
	return ok(list)
}

// newMessage is for some, or for everybody.
type newMessage struct {
	Text string   `json:"text"`
	To   []string `json:"to"`
}

// maxAddressees bounds those who are named.
const maxAddressees = 256

func (h *handler) sendMessage(x *exchange) (reply, error) {
	var want newMessage
	if err := x.read(&want); err != nil {
		return reply{}, err
	}
	switch {
	case want.Text == "":
		return reply{}, unprocessable("The message has no text.")
	case len(want.To) > maxAddressees:
		return reply{}, unprocessable("A message is for 256 named participants at most, or for everybody.")
	}
	return done(h.moderate(x).Message(x.r.Context(), want.Text, want.To...))
}

// newData is for the clients of the application, some or all.
type newData struct {
	Topic string          `json:"topic"`
	Data  json.RawMessage `json:"data"`
	To    []string        `json:"to"`
}

func (h *handler) sendData(x *exchange) (reply, error) {
	var want newData
	if err := x.read(&want); err != nil {
		return reply{}, err
	}
	switch {
	case want.Data == nil:
		return reply{}, unprocessable("There is no data.")
	case len(want.To) > maxAddressees:
		return reply{}, unprocessable("Data is for 256 named participants at most, or for everybody.")
	}
	return done(h.moderate(x).SendData(x.r.Context(), room.Data{Topic: want.Topic, Payload: want.Data, To: want.To}))
}
