package signaling

import (
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// listener turns what happens in rooms into notifications. It is called on the
// rooms' goroutines; a notification is encoded once and queued, which never
// blocks. What bystanders hear of others may wait a little in large rooms.
type listener struct {
	room.NopHandler // what is not told to clients

	server *Server
}

var _ room.EventHandler = listener{}

func (l listener) OnJoined(e room.JoinedEvent) {
	l.mention(e.Others, phrase{
		method:   api.ParticipantJoined,
		plain:    api.Participant{ID: e.Participant.User},
		extended: peerOf(e.Participant),
	})
}

func (l listener) OnLeft(e room.LeftEvent) {
	l.mention(e.Remaining, phrase{
		method:   api.ParticipantLeft,
		plain:    api.Name{Name: e.Participant.User},
		extended: api.Gone{Name: e.Participant.User, Reason: e.Text},
	})
}

// OnPublished tells of the webcam in the words of Kurento Room, and of other streams
// only those who understand that there are any.
func (l listener) OnPublished(e room.PublishedEvent) {
	p := extension(api.ParticipantPublished, api.Participant{ID: e.Participant.User, Streams: streamsOf(e.Participant, e.Stream)})
	if e.Stream == room.DefaultStream {
		p.plain = api.Participant{ID: e.Participant.User, Streams: api.Webcam()}
	}
	l.mention(e.Others, p)
}

func (l listener) OnUnpublished(e room.UnpublishedEvent) {
	p := extension(api.ParticipantUnpublished, api.Gone{Name: e.Participant.User, Streams: []api.Stream{{ID: e.Stream}}})
	if e.Stream == room.DefaultStream {
		p.plain = api.Name{Name: e.Participant.User}
	}
	l.mention(e.Others, p)
}

func (l listener) OnMessage(e room.MessageEvent) {
	l.tell(e.To, alike(api.NotifyMessage, api.ChatMessage{Room: e.From.Room, User: e.From.User, Message: e.Text}))
}

// OnEvicted leaves the socket open: the session may join again.
func (l listener) OnEvicted(e room.EvictedEvent) {
	l.tell([]room.ParticipantInfo{e.Participant}, phrase{
		method: api.ParticipantEvicted, plain: api.Nothing{}, extended: api.Reason{Reason: e.Text},
	})
	if session := l.server.sessions.get(e.Participant.ID); session != nil {
		session.outside()
	}
}

// OnRoomClosed also closes the sockets: the JavaScript client does not listen
// for roomClosed and would notice nothing.
func (l listener) OnRoomClosed(e room.RoomClosedEvent) {
	for _, p := range e.Participants {
		if session := l.server.sessions.get(p.ID); session != nil {
			session.sayFarewell()
		}
	}
	l.tell(e.Participants, phrase{
		method: api.RoomClosed, plain: api.Closed{Room: e.Room}, extended: api.Closed{Room: e.Room, Reason: e.Text},
	})
	for _, p := range e.Participants {
		if session := l.server.sessions.get(p.ID); session != nil {
			session.outside()
			session.end(endRoomClosed)
		}
	}
}

func (l listener) OnICECandidate(e room.ICECandidateEvent) {
	candidate := api.Candidate{
		EndpointName:  e.Endpoint,
		SDPMLineIndex: e.Candidate.SDPMLineIndex,
		SDPMid:        e.Candidate.SDPMid,
		Candidate:     e.Candidate.Candidate,
	}
	more := candidate
	more.Stream = e.Stream
	l.tell([]room.ParticipantInfo{e.To}, phrase{method: api.NotifyICECandidate, plain: candidate, extended: more})
}

func (l listener) OnSubscribedLayers(e room.SubscribedLayersEvent) {
	layers := make([]api.Layer, 0, len(e.Layers))
	for _, layer := range e.Layers {
		layers = append(layers, api.Layer(layer))
	}
	l.tell([]room.ParticipantInfo{e.To}, phrase{
		method: api.SubscribedLayers, plain: api.Layers{Layers: layers}, extended: api.Layers{Layers: layers, Stream: e.Stream},
	})
}

func (l listener) OnMediaError(e room.MediaErrorEvent) {
	which := api.Trouble{Error: e.Text, EndpointName: e.Endpoint, Stream: e.Stream}
	if e.Connection != "" {
		which = api.Trouble{Error: e.Text, Connection: string(e.Connection)}
	}
	l.tell([]room.ParticipantInfo{e.To}, phrase{method: api.MediaError, plain: api.Trouble{Error: e.Text}, extended: which})
}
