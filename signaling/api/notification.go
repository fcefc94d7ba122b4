package api

// Participant is the params object of participantJoined, and with streams of
// participantPublished.
type Participant = Peer

// Name is the params object of participantLeft and participantUnpublished,
// which call "name" what the joining ones call "id".
type Name struct {
	Name string `json:"name"`
}

// Nothing is the params object of participantEvicted.
type Nothing struct{}

// ChatMessage is the params object of sendMessage.
type ChatMessage struct {
	Room    string `json:"room"`
	User    string `json:"user"`
	Message string `json:"message"`
}

// Candidate is the params object of iceCandidate. Clients need all four
// members, the index 0 included.
type Candidate struct {
	EndpointName  string `json:"endpointName"`
	SDPMLineIndex uint16 `json:"sdpMLineIndex"`
	SDPMid        string `json:"sdpMid"`
	Candidate     string `json:"candidate"`
	Stream        string `json:"stream,omitempty"` // for clients that understand the extensions
}

// Layers is the params object of subscribedLayers.
type Layers struct {
	Layers []Layer `json:"layers"`
	Stream string  `json:"stream,omitempty"` // for clients that understand the extensions
}

// Layer is one encoding of a publisher of simulcast, and whether it is worth
// sending.
type Layer struct {
	RID    string `json:"rid"`
	Active bool   `json:"active"`
}

// Closed is the params object of roomClosed.
type Closed struct {
	Room   string `json:"room"`
	Reason string `json:"reason,omitempty"` // for clients that understand the extensions
}

// Trouble is the params object of mediaError.
type Trouble struct {
	Error        string `json:"error"`
	EndpointName string `json:"endpointName,omitempty"` // for clients that understand the extensions
	Stream       string `json:"stream,omitempty"`       // likewise
	Connection   string `json:"connection,omitempty"`   // for those with paired connections
}
