package room

import "fmt"

// What is taken from a participant, by a moderator or with its grants, is told to it like
// a lost connection: clients of every age know that a MediaErrorEvent means that it is
// gone. The Manager's own methods end only what the participant asked to end, and tell
// the others alone.

// takeStream ends a stream that its owner would have kept.
func (r *room) takeStream(who *member, stream string) error {
	at := who.publication(stream)
	heard := at != nil && at.live != nil
	if err := r.unpublish(who, stream, nil); err != nil {
		return err
	}
	if heard {
		r.tellTaken(who, streamName{who.user, stream})
	}
	return nil
}

// takeSubscription ends a subscription likewise.
func (r *room) takeSubscription(who *member, from streamName) {
	at := who.receive[from]
	heard := at != nil && at.live != nil
	r.unsubscribe(who, from)
	if heard {
		r.tellTaken(who, from)
	}
}

func (r *room) tellTaken(who *member, of streamName) {
	event := MediaErrorEvent{
		To: r.state.info(who), Endpoint: of.user, Stream: of.id,
		Text: fmt.Sprintf("NOT_PERMITTED: ended by a moderator(errCode=%d)", CodeNotPermitted),
	}
	r.emit("OnMediaError", func(h EventHandler) { h.OnMediaError(event) })
}
