package room

// EventHandler hears what happens in rooms: it is Kurento Room's
// NotificationRoomHandler and RoomHandler in one. Every call for one room comes
// from that room's goroutine, in the order in which things happened, so a
// handler must not block and must not call the Manager synchronously about the
// same room. Rooms run beside each other: calls for different rooms may come at
// once. The slices in an event are shared by all handlers and must not be
// changed. A handler's panic is logged and counted, and the room goes on. Embed
// NopHandler to implement only some methods.
type EventHandler interface {
	OnJoined(JoinedEvent)
	OnLeft(LeftEvent)
	OnPublished(PublishedEvent)
	OnUnpublished(UnpublishedEvent)
	OnSubscribed(SubscribedEvent)
	OnUnsubscribed(UnsubscribedEvent)
	OnMessage(MessageEvent)
	OnData(DataEvent)
	OnEvicted(EvictedEvent)
	OnRoomCreated(RoomCreatedEvent)
	OnRoomChanged(RoomChangedEvent)
	OnRoomClosed(RoomClosedEvent)
	OnRoomEnded(RoomEndedEvent)
	OnParticipantChanged(ParticipantChangedEvent)
	OnWaiting(WaitingEvent)
	OnWaitingEnded(WaitingEndedEvent)
	OnUnmuteAsked(UnmuteAskedEvent)
	OnICECandidate(ICECandidateEvent)
	OnSubscribedLayers(SubscribedLayersEvent)
	OnVideoPaused(VideoPausedEvent)
	OnVideoResumed(VideoResumedEvent)
	OnSpeakers(SpeakersEvent)
	OnQuality(QualityEvent)
	OnMediaError(MediaErrorEvent)
	OnSubscriberOffer(SubscriberOfferEvent)
	OnSubscriptionEnded(SubscriptionEndedEvent)
}

// JoinedEvent says that Participant is new in the room; Others were there before.
type JoinedEvent struct {
	Participant ParticipantInfo
	Others      []ParticipantInfo
}

// LeaveReason says why a participant is no longer in the room.
type LeaveReason string

// The reasons for leaving. LeftByClose is seen in Stats only: RoomClosedEvent
// stands for all the leaving when a room is closed.
const (
	LeftByRequest LeaveReason = "left"
	LeftByEvict   LeaveReason = "evicted"
	LeftByClose   LeaveReason = "room closed"
)

// LeftEvent says that Participant, as it was when it left, is gone; Remaining
// are still there. Its streams ended with it, without an UnpublishedEvent. The
// last one's leaving is told too. It is not sent when the whole room is closed.
type LeftEvent struct {
	Participant ParticipantInfo
	Remaining   []ParticipantInfo
	Reason      LeaveReason
	Text        string // of a moderator, for people; may be empty
}

// PublishedEvent says that Participant now publishes Stream; Others are all but it.
type PublishedEvent struct {
	Participant ParticipantInfo
	Stream      string
	Others      []ParticipantInfo
}

// UnpublishedEvent says that Participant no longer publishes Stream; Others are all
// but it. Their subscriptions to it are closed already. A publication whose
// connection is lost ends in the same way, before the MediaErrorEvent for its
// owner.
type UnpublishedEvent struct {
	Participant ParticipantInfo
	Stream      string
	Others      []ParticipantInfo
}

// SubscribedEvent says that Participant now receives Stream of user Publisher. A
// subscription that replaces an earlier one is no news.
type SubscribedEvent struct {
	Participant ParticipantInfo
	Publisher   string
	Stream      string
}

// UnsubscribedEvent says that Participant no longer receives Stream of user
// Publisher, because it unsubscribed or may receive no more, or its connection is
// lost, and then before the MediaErrorEvent. When the stream itself ends, or one of the two leaves, or the
// room is closed, the event of that stands for all the subscriptions that ended
// with it.
type UnsubscribedEvent struct {
	Participant ParticipantInfo
	Publisher   string
	Stream      string
}

// MessageEvent is a chat message from From for everybody in To, From included.
type MessageEvent struct {
	From ParticipantInfo
	Text string
	To   []ParticipantInfo
}

// EvictedEvent tells the evicted participant, after LeftEvent told the others.
// Participant is as it was when it left.
type EvictedEvent struct {
	Participant ParticipantInfo
	Text        string // of a moderator, for people; may be empty
}

// RoomClosedEvent says that an application closed the room while Participants,
// as they were then, were in it. It is not sent when the last participant leaves.
type RoomClosedEvent struct {
	Room         string
	Participants []ParticipantInfo
	Text         string // why, for people; may be empty
}

// RoomEndedEvent is the last of a room, however it ended: after RoomClosedEvent, or when
// the room had nobody left. In the latter case its name is free already, so a
// RoomCreatedEvent for the next room of that name may come first.
type RoomEndedEvent struct{ Room string }

// ICECandidateEvent is the server's candidate for a connection of participant To:
// Endpoint is To's own user name for a connection on which it publishes Stream,
// else the user name of Stream's publisher. It comes after the answer was delivered and
// never after the connection closed.
type ICECandidateEvent struct {
	To        ParticipantInfo
	Endpoint  string
	Stream    string
	Candidate ICECandidate
}

// SubscribedLayersEvent tells participant To which encodings of the simulcast
// that it publishes as Stream are worth sending: nobody receives the others. Like candidates it comes after
// the answer was delivered and never after the connection closed.
type SubscribedLayersEvent struct {
	To     ParticipantInfo
	Stream string
	Layers []SubscribedLayer
}

// VideoPausedEvent tells participant To that the video of Stream of user
// Publisher, which it receives, is not delivered for now; the sound is. It comes after the answer
// was delivered and never after the connection closed, and ends with the
// connection: a new subscription begins with its video delivered.
type VideoPausedEvent struct {
	To        ParticipantInfo
	Publisher string
	Stream    string
	Reason    PauseReason
	// Estimate is what To's connection carries, in bits per second; 0 is unknown.
	Estimate int64
}

// VideoResumedEvent tells participant To that the video is delivered again,
// after a VideoPausedEvent.
type VideoResumedEvent struct {
	To        ParticipantInfo
	Publisher string
	Stream    string
	Estimate  int64 // as in VideoPausedEvent
}

// MediaErrorEvent says that a connection of participant To, named as in
// ICECandidateEvent, is lost and has been dropped, or was taken from it, see
// Moderator.Unpublish; To may negotiate a new one. Text has Kurento's form
// "TYPE: description(errCode=n)".
//
// Of a participant with paired connections Connection says which of them is lost, with
// everything that was on it; Stream is empty then. When it is empty, the event is of one
// stream or subscription that was taken from it, and the connection goes on.
type MediaErrorEvent struct {
	To         ParticipantInfo
	Endpoint   string
	Stream     string
	Connection Role
	Text       string
}

// SubscriberOfferEvent is an offer of the server's for the receiving connection of participant
// To, who answers it with Manager.AnswerOffer. Streams are all that are received by it. It
// comes after the answer to the request that caused it, and again after Manager.Resume.
type SubscriberOfferEvent struct {
	To      ParticipantInfo
	Number  int
	SDP     string
	Streams []OfferedStream
}

// OfferedStream says on which media sections a stream comes, sound first.
type OfferedStream struct {
	Publisher string
	Stream    string
	MIDs      []string
}

// SubscriptionEndedEvent says that participant To does not receive Stream of user Publisher
// because its answer does not take it. It comes after UnsubscribedEvent.
type SubscriptionEndedEvent struct {
	To        ParticipantInfo
	Publisher string
	Stream    string
	Err       *Error // for the client
}

// NopHandler ignores every event; embed it.
type NopHandler struct{}

var _ EventHandler = NopHandler{}

func (NopHandler) OnJoined(JoinedEvent)                         {}
func (NopHandler) OnLeft(LeftEvent)                             {}
func (NopHandler) OnPublished(PublishedEvent)                   {}
func (NopHandler) OnUnpublished(UnpublishedEvent)               {}
func (NopHandler) OnSubscribed(SubscribedEvent)                 {}
func (NopHandler) OnUnsubscribed(UnsubscribedEvent)             {}
func (NopHandler) OnMessage(MessageEvent)                       {}
func (NopHandler) OnData(DataEvent)                             {}
func (NopHandler) OnEvicted(EvictedEvent)                       {}
func (NopHandler) OnRoomCreated(RoomCreatedEvent)               {}
func (NopHandler) OnRoomChanged(RoomChangedEvent)               {}
func (NopHandler) OnParticipantChanged(ParticipantChangedEvent) {}
func (NopHandler) OnWaiting(WaitingEvent)                       {}
func (NopHandler) OnWaitingEnded(WaitingEndedEvent)             {}
func (NopHandler) OnUnmuteAsked(UnmuteAskedEvent)               {}
func (NopHandler) OnRoomClosed(RoomClosedEvent)                 {}
func (NopHandler) OnRoomEnded(RoomEndedEvent)                   {}
func (NopHandler) OnICECandidate(ICECandidateEvent)             {}
func (NopHandler) OnSubscribedLayers(SubscribedLayersEvent)     {}
func (NopHandler) OnVideoPaused(VideoPausedEvent)               {}
func (NopHandler) OnVideoResumed(VideoResumedEvent)             {}
func (NopHandler) OnSpeakers(SpeakersEvent)                     {}
func (NopHandler) OnQuality(QualityEvent)                       {}
func (NopHandler) OnMediaError(MediaErrorEvent)                 {}
func (NopHandler) OnSubscriberOffer(SubscriberOfferEvent)       {}
func (NopHandler) OnSubscriptionEnded(SubscriptionEndedEvent)   {}
