package whip

import "github.com/atrium-rtc/atrium/room"

// listener ends sessions when what they stand for has ended. It is called on the
// rooms' goroutines.
type listener struct {
	room.NopHandler
	server *Server
}

// OnLeft implements room.EventHandler, also for those who were evicted.
func (l listener) OnLeft(e room.LeftEvent) {
	l.endOf(e.Participant, false, string(e.Reason))
	for _, stream := range e.Participant.Streams {
		l.endPlayers(e.Participant.User, stream.ID, e.Remaining)
	}
}

// OnRoomClosed implements room.EventHandler.
func (l listener) OnRoomClosed(e room.RoomClosedEvent) {
	for _, p := range e.Participants {
		l.endOf(p, false, "room closed")
	}
}

// OnUnpublished implements room.EventHandler.
func (l listener) OnUnpublished(e room.UnpublishedEvent) {
	if session := l.server.sessions.get(e.Participant.ID); session != nil && session.kind == whip && session.stream == e.Stream {
		l.server.end(session, true, "unpublished")
	}
	l.endPlayers(e.Participant.User, e.Stream, e.Others)
}

// OnWaitingEnded implements room.EventHandler: who was not let in is told when it asks.
func (l listener) OnWaitingEnded(e room.WaitingEndedEvent) {
	if e.Outcome == room.Denied {
		l.server.lobby.deny(e.Waiting.ID, e.Reason)
	}
}

// OnMediaError implements room.EventHandler: the connection is lost, and a session
// has only the one.
func (l listener) OnMediaError(e room.MediaErrorEvent) { l.endOf(e.To, true, "connection lost") }

func (l listener) endOf(p room.ParticipantInfo, leave bool, why string) {
	if session := l.server.sessions.get(p.ID); session != nil {
		l.server.end(session, leave, why)
	}
}

// endPlayers ends the sessions that play a stream, of those who are told that it is
// published no more.
func (l listener) endPlayers(publisher, stream string, told []room.ParticipantInfo) {
	for _, p := range told {
		if session := l.server.sessions.get(p.ID); session != nil && session.kind == whep && session.endpoint == publisher && session.stream == stream {
			l.server.end(session, true, "publisher gone")
		}
	}
}
