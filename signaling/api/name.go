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

// Methods returns every method, the JSON-RPC layer's first.
func Methods() []string {
	return []string{
		Ping, Connect, CloseSession,
		JoinRoom, PublishVideo, UnpublishVideo, ReceiveVideoFrom, UnsubscribeFromVideo, SetPreferredLayers,
		SetVideoPreferences, GetQuality, ReportStatistics, RestartICE,
		OnICECandidate, SendMessage, LeaveRoom, CustomRequest,
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

// Notifications returns every notification.
func Notifications() []string {
	return []string{
		ParticipantJoined, ParticipantPublished, ParticipantUnpublished, ParticipantLeft, ParticipantEvicted,
		NotifyMessage, NotifyICECandidate, SubscribedLayers, VideoPaused, VideoResumed, SpeakersChanged,
		RoomClosed, MediaError, CustomNotification,
	}
}

// StreamID is the name of the one stream a participant can publish.
const StreamID = "webcam"
