package room

import (
	"context"
	"time"
)

// Message has a chat message delivered: to those who are named, or to everybody when
// nobody is. From the application and from a hidden moderator it comes without a name.
// Only what everybody gets is kept in the history. Errors: 102 for one of to; 999 for a
// text that is too long.
func (o Moderator) Message(ctx context.Context, text string, to ...string) error {
	if most := o.manager.opts.MaxMessageBytes; len(text) > most {
		return o.manager.counters.refused(refuseLongMessage(most))
	}
	return o.do(ctx, func(r *room, by *member) error {
		event := MessageEvent{From: ParticipantInfo{Room: r.state.name}, Text: text, To: r.state.infos(nil)}
		if by != nil && !by.grants.Has(MayHide) {
			event.From = r.state.info(by)
		}
		if len(to) > 0 {
			named, err := r.state.addressees(to, nil)
			if err != nil {
				return err
			}
			event.To = named
		}
		r.deliver(event, len(to) == 0)
		return nil
	})
}

// SendData passes data on, as Manager.SendData does. From the application and from a hidden
// moderator it comes without a name; Policy is not asked. Errors: 102 for one of Data.To; 999
// for what is too long or no JSON.
func (o Moderator) SendData(ctx context.Context, d Data) error {
	if err := o.manager.checkData(&d); err != nil {
		return o.manager.counters.refused(err)
	}
	return o.do(ctx, func(r *room, by *member) error {
		to, err := r.state.addressees(d.To, by)
		if err != nil {
			return err
		}
		event := DataEvent{From: ParticipantInfo{Room: r.state.name}, Topic: d.Topic, Payload: d.Payload, To: to}
		if by != nil && !by.grants.Has(MayHide) {
			event.From = r.state.info(by)
		}
		r.emit("OnData", func(h EventHandler) { h.OnData(event) })
		return nil
	})
}

// deliver passes a chat message on, and keeps one that is for everybody.
func (r *room) deliver(event MessageEvent, keep bool) {
	r.counters.messages.Add(1)
	if keep {
		sent := ChatMessage{User: event.From.User, Text: event.Text, Time: time.Now()}
		r.state.history.add(sent, r.state.settings.ChatHistory)
	}
	r.emit("OnMessage", func(h EventHandler) { h.OnMessage(event) })
}
