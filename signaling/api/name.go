package api

// Methods that a client calls. Ping, Connect and CloseSession belong to
// Kurento's JSON-RPC layer, the others to the room; SetPreferredLayers,
// SetVideoPreferences, GetQuality, ReportStatistics and RestartICE are ours.
const (
	Ping         = "ping"
	Connect      = "connect"
	CloseSession = "closeSession"

	JoinRoom             = "joinRoom"
	PublishVideo         = "publishVideo"
	UnpublishVideo       = "unpublishVideo"
	ReceiveVideoFrom     = "receiveVideoFrom"
	UnsubscribeFromVideo = "unsubscribeFromVideo"
	SetPreferredLayers   = "setPreferredLayers"
	SetVideoPreferences  = "setVideoPreferences"
	GetQuality           = "getQuality"
	ReportStatistics     = "reportStatistics"
	RestartICE           = "restartIce"
	OnICECandidate       = "onIceCandidate"
	SendMessage          = "sendMessage"
	LeaveRoom            = "leaveRoom"
	CustomRequest        = "customRequest"
)

// Methods of moderation, and of what people do together besides talking. They are
// ours, too.
const (
	MuteParticipant      = "muteParticipant"
	MuteAll              = "muteAll"
	AskToUnmute          = "askToUnmute"
	UnpublishParticipant = "unpublishParticipant"
	EvictParticipant     = "evictParticipant"
	UnbanParticipant     = "unbanParticipant"
	AdmitParticipant     = "admitParticipant"
	DenyParticipant      = "denyParticipant"
	ChangeRoom           = "changeRoom"
	ChangeGrants         = "changeGrants"
	CloseRoom            = "closeRoom"

	Unmute         = "unmute"
	RaiseHand      = "raiseHand"
	ChangeMetadata = "changeMetadata"
	SendData       = "sendData"
	GetChatHistory = "getChatHistory"
)

// Methods of paired connections, and what comes with them. They are ours, too.
const (
	Publish          = "publish"
	Subscribe        = "subscribe"
	Unsubscribe      = "unsubscribe"
	SubscriberAnswer = "subscriberAnswer"
	SetOff           = "setOff"
	GetRoom          = "getRoom"
)

// Methods returns every method, the JSON-RPC layer's first.
func Methods() []string {
	return []string{
		Ping, Connect, CloseSession,
		JoinRoom, PublishVideo, UnpublishVideo, ReceiveVideoFrom, UnsubscribeFromVideo, SetPreferredLayers,
		SetVideoPreferences, GetQuality, ReportStatistics, RestartICE,
		OnICECandidate, SendMessage, LeaveRoom, CustomRequest,
		MuteParticipant, MuteAll, AskToUnmute, UnpublishParticipant, EvictParticipant, UnbanParticipant,
		AdmitParticipant, DenyParticipant, ChangeRoom, ChangeGrants, CloseRoom,
		Unmute, RaiseHand, ChangeMetadata, SendData, GetChatHistory,
		Publish, Subscribe, Unsubscribe, SubscriberAnswer, SetOff, GetRoom,
	}
}

// Notifications that the server sends. NotifyMessage has the name of the
// method that causes it; SubscribedLayers, VideoPaused, VideoResumed and
// SpeakersChanged are ours.
const (
	ParticipantJoined      = "participantJoined"
	ParticipantPublished   = "participantPublished"
	ParticipantUnpublished = "participantUnpublished"
	ParticipantLeft        = "participantLeft"
	ParticipantEvicted     = "participantEvicted"
	NotifyMessage          = "sendMessage"
	NotifyICECandidate     = "iceCandidate"
	SubscribedLayers       = "subscribedLayers"
	VideoPaused            = "videoPaused"
	VideoResumed           = "videoResumed"
	SpeakersChanged        = "speakersChanged"
	RoomClosed             = "roomClosed"
	MediaError             = "mediaError"
	// CustomNotification is misspelt on the wire, and clients listen for just that.
	CustomNotification = "custonNotification"
)

// Notifications for clients that have declared to understand the extensions.
const (
	ParticipantChanged = "participantChanged"
	RoomChanged        = "roomChanged"
	ParticipantWaiting = "participantWaiting"
	WaitingEnded       = "waitingEnded"
	Admitted           = "admitted"
	Denied             = "denied"
	UnmuteRequested    = "unmuteRequested"
	DataReceived       = "dataReceived"

	OfferToSubscriber = "subscriberOffer"
	SubscriptionEnded = "subscriptionEnded"
)

// Notifications returns every notification.
func Notifications() []string {
	return []string{
		ParticipantJoined, ParticipantPublished, ParticipantUnpublished, ParticipantLeft, ParticipantEvicted,
		NotifyMessage, NotifyICECandidate, SubscribedLayers, VideoPaused, VideoResumed, SpeakersChanged,
		RoomClosed, MediaError, CustomNotification,
		ParticipantChanged, RoomChanged, ParticipantWaiting, WaitingEnded, Admitted, Denied, UnmuteRequested, DataReceived,
		OfferToSubscriber, SubscriptionEnded,
	}
}

// StreamID is the name of the stream that every client knows, and of the only one that
// those of Kurento Room do.
const StreamID = "webcam"
