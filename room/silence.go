package room

import "context"

// maxSilenced bounds the streams of one participant that a moderator may have muted.
const maxSilenced = 16

// silence is what a moderator muted of one stream. It holds whether or not the stream is
// published.
type silence struct {
	kinds MediaKind
	asked MediaKind // of these: what the participant may lift itself
}

// UnmuteAskedEvent asks participant To to unmute what is muted of its stream: it may do so
// now with Manager.Unmute. By is the user name of the moderator; empty: the application, or
// one who is hidden.
type UnmuteAskedEvent struct {
	To     ParticipantInfo
	Stream string
	Kinds  MediaKind
	By     string
}

// Mute says of which kinds of a user's stream nobody gets anything; 0 lifts it all. It
// holds until it is lifted, also for a stream that begins later. The participant cannot
// lift it unless it is asked to. Errors: 307 for unknown kinds; 999 for the seventeenth
// stream.
func (o Moderator) Mute(ctx context.Context, user, stream string, kinds MediaKind) error {
	return o.at(ctx, user, func(r *room, who, by *member) error {
		if kinds != 0 && !kinds.valid() {
			return refuseMuteKind()
		}
		if !ValidStream(streamID(stream)) {
			return refuseStreamID()
		}
		if len(who.silenced) >= maxSilenced && kinds != 0 {
			if _, is := who.silenced[streamID(stream)]; !is {
				return refuseSetting("no more streams of one participant can be muted")
			}
		}
		if r.silence(who, streamID(stream), silence{kinds: kinds}) {
			r.log.Info("muted by a moderator", "user", user, "stream", streamID(stream), "kinds", kinds.Names(), "by", nameOf(by))
			r.tellChanged(who, ChangedMute, nameOf(by))
		}
		return nil
	})
}

// MuteAll mutes DefaultStream of everybody who publishes it, but of the participant who
// asks, and returns the names of those of whom it muted something. Others who publish later
// are not muted: Settings.MuteOnEntry is for newcomers. Errors: 307 for none or unknown
// kinds.
func (o Moderator) MuteAll(ctx context.Context, kinds MediaKind) (muted []string, err error) {
	err = o.do(ctx, func(r *room, by *member) error {
		if !kinds.valid() {
			return refuseMuteKind()
		}
		for _, who := range r.state.order {
			if who == by || who.live(DefaultStream) == nil {
				continue
			}
			is := who.silenced[DefaultStream]
			if r.silence(who, DefaultStream, silence{kinds: is.kinds | kinds, asked: is.asked &^ kinds}) {
				muted = append(muted, who.user)
				r.tellChanged(who, ChangedMute, nameOf(by))
			}
		}
		r.log.Info("everybody muted by a moderator", "participants", len(muted), "by", nameOf(by))
		return nil
	})
	return muted, err
}

// AskToUnmute lets a participant lift a moderator's muting of these kinds, and tells it
// so. Errors: 307 for none or unknown kinds.
func (o Moderator) AskToUnmute(ctx context.Context, user, stream string, kinds MediaKind) error {
	return o.at(ctx, user, func(r *room, who, by *member) error {
		if !kinds.valid() {
			return refuseMuteKind()
		}
		if is, muted := who.silenced[streamID(stream)]; muted {
			is.asked |= kinds & is.kinds
			who.silenced[streamID(stream)] = is
		}
		event := UnmuteAskedEvent{To: r.state.info(who), Stream: streamID(stream), Kinds: kinds, By: shownName(by)}
		r.emit("OnUnmuteAsked", func(h EventHandler) { h.OnUnmuteAsked(event) })
		return nil
	})
}

// Unmute lifts what a moderator, or the entry into the room, muted of the participant's
// own stream. Errors: 102, 203; 307 for none or unknown kinds; CodeNotPermitted when one of
// them was muted by a moderator who has not asked to unmute it.
func (m *Manager) Unmute(ctx context.Context, id ParticipantID, stream string, kinds MediaKind) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		who, err := r.state.member(id)
		if err != nil {
			return err
		}
		is := who.silenced[streamID(stream)]
		switch {
		case !kinds.valid():
			return refuseMuteKind()
		case kinds&is.kinds&^is.asked != 0:
			return refuseNotPermitted("unmute before a moderator asks for it")
		}
		if r.silence(who, streamID(stream), silence{kinds: is.kinds &^ kinds, asked: is.asked &^ kinds}) {
			r.tellChanged(who, ChangedMute, "")
		}
		return nil
	})
}

// silence mutes a stream of m, or lifts it, and reports whether that changed anything.
func (r *room) silence(m *member, stream string, to silence) (changed bool) {
	changed = m.silenced[stream].kinds != to.kinds
	if to.kinds == 0 {
		delete(m.silenced, stream)
	} else {
		if m.silenced == nil {
			m.silenced = make(map[string]silence)
		}
		m.silenced[stream] = to
	}
	if c := m.live(stream); c != nil {
		c.setSilenced(to.kinds)
	}
	return changed
}
