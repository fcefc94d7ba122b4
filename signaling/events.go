package signaling

import (
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
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
	l.mention(e.Others, api.ParticipantJoined, api.Participant{ID: e.Participant.User})
}

func (l listener) OnLeft(e room.LeftEvent) {
	l.mention(e.Remaining, api.ParticipantLeft, api.Name{Name: e.Participant.User})
}

func (l listener) OnPublished(e room.PublishedEvent) {
	l.mention(e.Others, api.ParticipantPublished, api.Participant{ID: e.Participant.User, Streams: api.Webcam()})
}

func (l listener) OnUnpublished(e room.UnpublishedEvent) {
	l.mention(e.Others, api.ParticipantUnpublished, api.Name{Name: e.Participant.User})
}

// OnSubscribed and OnUnsubscribed are for applications: who receives whom is
// nobody else's business.
func (l listener) OnSubscribed(room.SubscribedEvent)     {}
func (l listener) OnUnsubscribed(room.UnsubscribedEvent) {}

func (l listener) OnMessage(e room.MessageEvent) {
	l.tell(e.To, api.NotifyMessage, api.ChatMessage{Room: e.From.Room, User: e.From.User, Message: e.Text})
}

// OnEvicted leaves the socket open: the session may join again.
func (l listener) OnEvicted(e room.EvictedEvent) {
	l.tell([]room.ParticipantInfo{e.Participant}, api.ParticipantEvicted, api.Nothing{})
	if session := l.server.sessions.get(e.Participant.ID); session != nil {
		session.outside()
	}
}

// OnRoomClosed also closes the sockets: the JavaScript client does not listen
// for roomClosed and would notice nothing.
func (l listener) OnRoomClosed(e room.RoomClosedEvent) {
	l.tell(e.Participants, api.RoomClosed, api.Closed{Room: e.Room})
	for _, p := range e.Participants {
		if session := l.server.sessions.get(p.ID); session != nil {
			session.outside()
			session.end(endRoomClosed)
		}
	}
}

func (l listener) OnICECandidate(e room.ICECandidateEvent) {
	l.tell([]room.ParticipantInfo{e.To}, api.NotifyICECandidate, api.Candidate{
		EndpointName:  e.Endpoint,
		SDPMLineIndex: e.Candidate.SDPMLineIndex,
		SDPMid:        e.Candidate.SDPMid,
		Candidate:     e.Candidate.Candidate,
	})
}

func (l listener) OnSubscribedLayers(e room.SubscribedLayersEvent) {
	layers := make([]api.Layer, 0, len(e.Layers))
	for _, layer := range e.Layers {
		layers = append(layers, api.Layer(layer))
	}
	l.tell([]room.ParticipantInfo{e.To}, api.SubscribedLayers, api.Layers{Layers: layers})
}

func (l listener) OnMediaError(e room.MediaErrorEvent) {
	l.tell([]room.ParticipantInfo{e.To}, api.MediaError, api.Trouble{Error: e.Text})
}

// mention is tell for news of somebody else, which may wait for more of it.
func (l listener) mention(to []room.ParticipantInfo, method string, params any) {
	var by time.Time
	if d := patience(len(to)); d > 0 {
		by = time.Now().Add(d)
	}
	l.tellBy(by, to, method, params)
}

// tell sends a notification at once.
func (l listener) tell(to []room.ParticipantInfo, method string, params any) {
	l.tellBy(time.Time{}, to, method, params)
}

func (l listener) tellBy(by time.Time, to []room.ParticipantInfo, method string, params any) {
	if len(to) == 0 {
		return
	}
	frame, err := rpc.NotificationFrame(method, params)
	if err != nil {
		l.server.log.Error("encode notification", "method", method, "error", err)
		return
	}
	for _, p := range to {
		if session := l.server.sessions.get(p.ID); session != nil {
			session.sendBy(frame, by)
		}
	}
	l.server.counters.notifications.Add(uint64(len(to)))
}
