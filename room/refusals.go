package room

import (
	"errors"
	"fmt"
)

// This file is the one place where refusals get their sentences. Those of
// Kurento Room are reproduced to the letter, unbalanced quotes included,
// because old clients and their users' log searches know them. Sentences the
// original does not have say so.

// errSuperseded and errWithdrawn are causes, never seen by a client: a
// negotiation was overtaken by a newer request of the same participant.
var (
	errSuperseded = errors.New("replaced by a newer request for the same stream")
	errWithdrawn  = errors.New("withdrawn by the participant during the negotiation")
	errNoAnswer   = errors.New("media gave no answer")

	errNoTaps  = errors.New("the media server has no taps")
	errNoLocal = errors.New("the media server takes no packets from applications")
)

func refuseEmptyUser() error { return errorf(CodeGeneric, "Empty user name is not allowed") }

// The original does not look at these; ours are 999 like the empty user name.
func refuseEmptyRoom() error { return errorf(CodeGeneric, "Empty room name is not allowed") }
func refuseEmptyID() error   { return errorf(CodeGeneric, "Empty participant id is not allowed") }
func refuseLongName(what string, limit int) error {
	return errorf(CodeGeneric, "The %s name is longer than %d bytes", what, limit)
}

func refuseLongMessage(limit int) error {
	return errorf(CodeGeneric, "The message is longer than %d bytes", limit)
}

func refuseLongTopic(limit int) error {
	return errorf(CodeGeneric, "The topic is longer than %d bytes", limit)
}

func refuseLongData(limit int) error {
	return errorf(CodeGeneric, "The data is longer than %d bytes", limit)
}

func refuseLongReason(limit int) error {
	return errorf(CodeGeneric, "The reason is longer than %d bytes", limit)
}

func refuseBrokenData() error { return errorf(CodeGeneric, "The data is no JSON value") }

func refuseDuplicateUser(user, room string) error {
	return errorf(CodeUserExists, "User '%s' already exists in room '%s'", user, room)
}

// refuseSecondRoom is ours: the original lets one session into two rooms and
// then serves whichever it finds first.
func refuseSecondRoom(user, room string) error {
	return errorf(CodeRoomGeneric, "Already in room '%s' as '%s', leave it first", room, user)
}

// refuseFullRoom is ours: the original has no such limit.
func refuseFullRoom(room string, limit int) error {
	return errorf(CodeRoomGeneric, "Room '%s' is full: %d participants are allowed", room, limit)
}

func refuseJoinClosing(user, room string) error {
	return errorf(CodeRoomClosed, "'%s' is trying to join room '%s' but it is closing", user, room)
}

func refuseJoinAbsent(user, room string) error {
	return errorf(CodeRoomNotFound, "Room '%s' was not found, must be created before '%s' can join", room, user)
}

func refusePolicy(cause error) error {
	return &Error{Code: CodeRoomNotCreated, Msg: "User cannot create a new room", Err: cause}
}

func refuseMoreRooms() error {
	return errorf(CodeRoomNotCreated, "No resources left to create new room")
}

func refuseRoomExists(room string) error {
	return errorf(CodeRoomNotCreated, "Room '%s' already exists", room)
}

func refuseRoomAbsent(room string) error {
	return errorf(CodeRoomNotFound, "Room '%s' not found", room)
}

func refuseRoomClosing(room string) error {
	return errorf(CodeRoomClosed, "Room '%s' already closed", room)
}

func refuseRoomClosed(room string) error {
	return errorf(CodeRoomClosed, "The room '%s' is closed", room)
}

func refuseUnknownID(id ParticipantID) error {
	return errorf(CodeUserNotFound, "No participant with id '%s' was found", id)
}

func refuseUserClosed(user string) error {
	return errorf(CodeUserClosed, "Participant '%s' has been closed", user)
}

// refuseUnknownSender has the quotation marks of the original: one too few.
func refuseUnknownSender(user, room string) error {
	return errorf(CodeUserNotFound, "User '%s not found in room '%s'", user, room)
}

// refuseUnknownUser is the sentence of unsubscribe and mute, without quotes.
func refuseUnknownUser(user, room string) error {
	return errorf(CodeUserNotFound, "User %s not found in room %s", user, room)
}

func refuseSenderSilent(from streamName, room string) error {
	if !from.usual() { // ours
		return errorf(CodeUserNotStreaming, "User '%s' is not streaming '%s' in room '%s'", from.user, from.id, room)
	}
	return errorf(CodeUserNotStreaming, "User '%s not streaming media in room '%s'", from.user, room)
}

func refuseSilentRoom(room string) error {
	return errorf(CodeUserNotStreaming, "Nobody in room '%s' is streaming media", room)
}

func refuseNotStreaming(stream streamName) error {
	if !stream.usual() { // ours
		return errorf(CodeUserNotStreaming, "Participant '%s' is not streaming '%s'", stream.user, stream.id)
	}
	return errorf(CodeUserNotStreaming, "Participant '%s' is not streaming media", stream.user)
}

// refuseNotReceiving is ours: the original lets nobody choose what of a stream it
// gets.
func refuseNotReceiving(user string, from streamName) error {
	if !from.usual() {
		return errorf(CodeUserNotStreaming, "Participant '%s' does not receive '%s' of user '%s'", user, from.id, from.user)
	}
	return errorf(CodeUserNotStreaming, "Participant '%s' does not receive user '%s'", user, from.user)
}

func refuseSelfSubscription() error {
	return errorf(CodeUserNotStreaming, "Can loopback only when publishing media")
}

// refuseSecondPublication is ours: the original fails inside the media server
// with code -1, which says nothing to anybody.
func refuseSecondPublication(stream streamName) error {
	if !stream.usual() {
		return errorf(CodeMediaGeneric, "Participant '%s' is already publishing '%s', unpublish it first", stream.user, stream.id)
	}
	return errorf(CodeMediaGeneric, "Participant '%s' is already publishing media, unpublish it first", stream.user)
}

// The original has one stream for each participant; ours are 301 like a second
// publication, and 999 like other names that cannot be.
func refuseMoreStreams(user string, limit int) error {
	return errorf(CodeMediaGeneric, "Participant '%s' may publish at most %d streams", user, limit)
}

func refuseStreamID() error {
	return errorf(CodeGeneric, "The id of a stream is 1 to %d letters, digits and hyphens", maxStreamID)
}

// refuseMoreSubscriptions is ours: the original has no such limit.
func refuseMoreSubscriptions(user string, limit int) error {
	return errorf(CodeMediaEndpoint, "Participant '%s' may receive at most %d streams", user, limit)
}

func refusePublishSDP(user string, cause error) error {
	return &Error{
		Code: CodeSDP, Err: cause,
		Msg: "Error generating SDP response for publishing user " + user,
	}
}

func refuseSubscribeSDP(user, publisher string, cause error) error {
	return &Error{
		Code: CodeSDP, Err: cause,
		Msg: "Unable to generate SDP answer when subscribing '" + user + "' to '" + publisher + "'",
	}
}

func refuseRestart(user, endpoint string, cause error) error {
	return &Error{
		Code: CodeSDP, Err: cause,
		Msg: fmt.Sprintf("Unable to restart ICE on the connection '%s' of '%s'", endpoint, user),
	}
}

func refuseSetting(what string) error { return errorf(CodeGeneric, "Not possible: %s", what) }

func refuseMetadata(limit int) error {
	return errorf(CodeGeneric, "Metadata is a JSON object of at most %d bytes", limit)
}

// refuseNotPermitted and the sentences below it are ours: the original lets everybody do
// everything.
func refuseNotPermitted(what string) error {
	return errorf(CodeNotPermitted, "It is not permitted to %s", what)
}

func refuseBanned(user, room string) error {
	return errorf(CodeNotPermitted, "User '%s' may not come into room '%s' for some time", user, room)
}

func refuseLocked(room string) error { return errorf(CodeRoomLocked, "Room '%s' is locked", room) }

func refuseWaiting(room string) error {
	return errorf(CodeWaiting, "Room '%s' has a lobby: wait there until somebody lets you in", room)
}

func refuseFullLobby(room string) error {
	return errorf(CodeRoomGeneric, "The lobby of room '%s' is full", room)
}

func refuseMorePublishers(room string, limit int) error {
	return errorf(CodeMediaGeneric, "Room '%s' has its %d publishers already", room, limit)
}

func refuseMuteKind() error { return errorf(CodeMuteFailed, "Mute type cannot be null") }

func refuseForeignUser(user string) error {
	return errorf(CodeUserNotFound, "Provided username '%s' differs from the participant's name", user)
}

func refuseForeignRoom(room string) error {
	return errorf(CodeRoomNotFound, "Provided room name '%s' differs from the participant's room", room)
}

// mediaErrorText is not a refusal but has its form: the text of a mediaError
// notification, "TYPE: description(errCode=n)". The type is ours; clients show
// the text and do not parse it.
func mediaErrorText(reason string) string {
	return fmt.Sprintf("CONNECTION_LOST: %s(errCode=%d)", reason, CodeMediaEndpoint)
}

// Of taps only the codes are the original's, of its media elements.
func refuseTap() error {
	return errorf(CodeGeneric, "A tap must be something that can be found again, such as a pointer")
}

func refuseSecondTap(stream streamName) error {
	return errorf(CodeWebRTCEndpoint, "This tap is on stream '%s' of participant '%s' already", stream.id, stream.user)
}

func refuseNoTap(stream streamName) error {
	return errorf(CodeMediaEndpoint, "This tap is not on stream '%s' of participant '%s'", stream.id, stream.user)
}

func refuseTapping(stream streamName, cause error) error {
	return &Error{
		Code: CodeMediaEndpoint, Err: cause,
		Msg: fmt.Sprintf("Stream '%s' of participant '%s' cannot be tapped", stream.id, stream.user),
	}
}

// refuseNoOffer is ours: the original gives the answer to whatever endpoint there is.
func refuseNoOffer(stream streamName) error {
	return errorf(CodeSDP, "No offer waits for an answer to publish stream '%s' of participant '%s'", stream.id, stream.user)
}

// Of paired connections everything is ours.
func refusePaired(user string) error {
	return errorf(CodeMediaGeneric, "Participant '%s' has paired connections: use publish and subscribe", user)
}

func refuseUnpaired(user string) error {
	return errorf(CodeMediaGeneric, "Participant '%s' has no paired connections: join with \"connections\":\"paired\"", user)
}

func refuseSecondNegotiation(user string) error {
	return errorf(CodeMediaGeneric, "An offer of participant '%s' is being answered already", user)
}

func refuseOtherSections(stream streamName) error {
	return errorf(CodeMediaGeneric, "Stream '%s' of participant '%s' is on other media sections: end it first, and publish it anew", stream.id, stream.user)
}

func refuseTwice(stream string) error {
	return errorf(CodeMediaGeneric, "Stream '%s' is there twice", stream)
}

func refuseWithoutOffer(stream string) error {
	return errorf(CodeSDP, "Stream '%s' is new: to publish it takes an offer", stream)
}

func refuseSections(stream string) error {
	return errorf(CodeSDP, "The media sections of stream '%s' must be in the offer, one of sound and one of picture at most, and of no other stream", stream)
}

// refuseLostLine is what those are told who worked on a paired connection that was dropped.
func refuseLostLine(user string) error {
	return errorf(CodeUserClosed, "The connection of participant '%s' has ended", user)
}

func refuseAnswer(user string, cause error) error {
	return &Error{Code: CodeSDP, Err: cause, Msg: fmt.Sprintf("Unable to use the SDP answer of participant '%s'", user)}
}

func refuseStrayAnswer(number int) error {
	return errorf(CodeSDP, "Offer %d does not wait for an answer", number)
}
