package rest

import "net/http"

// routes are the operations, in the order of the document.
func (h *handler) routes() []route {
	const (
		get, post, put = http.MethodGet, http.MethodPost, http.MethodPut
		patch, del     = http.MethodPatch, http.MethodDelete

		aRoom   = "/rooms/{room}"
		aPerson = aRoom + "/participants/{user}"
		aStream = aPerson + "/streams/{stream}"
	)
	page, why := []string{"offset", "limit", "search"}, []string{"reason"}
	return []route{
		{get, "/rooms", rooms, []string{"after", "limit", "search"}, h.listRooms},
		{post, "/rooms", rooms, nil, h.createRoom},
		{get, aRoom, oneRoom, nil, h.readRoom},
		{patch, aRoom, oneRoom, nil, h.changeRoom},
		{del, aRoom, oneRoom, why, h.closeRoom},
		{post, aRoom + "/mute", oneRoom, nil, h.muteAll},

		{get, aRoom + "/participants", oneRoom, page, h.listParticipants},
		{get, aPerson, oneRoom, nil, h.readParticipant},
		{del, aPerson, oneRoom, why, h.evict},
		{patch, aPerson + "/grants", oneRoom, nil, h.changeGrants},
		{del, aPerson + "/hand", oneRoom, nil, h.lowerHand},
		{get, aPerson + "/subscriptions", oneRoom, []string{"offset", "limit"}, h.listSubscriptions},

		{get, aPerson + "/streams", oneRoom, nil, h.listStreams},
		{del, aStream, oneRoom, nil, h.unpublish},
		{put, aStream + "/muted", oneRoom, nil, h.mute},
		{post, aStream + "/unmute-request", oneRoom, nil, h.askToUnmute},

		{get, aRoom + "/bans", oneRoom, nil, h.listBans},
		{put, aRoom + "/bans/{user}", oneRoom, nil, h.ban},
		{del, aRoom + "/bans/{user}", oneRoom, nil, h.unban},

		{get, aRoom + "/lobby", oneRoom, nil, h.listWaiting},
		{post, aRoom + "/lobby/{user}/admit", oneRoom, nil, h.admit},
		{del, aRoom + "/lobby/{user}", oneRoom, why, h.deny},

		{get, aRoom + "/messages", oneRoom, nil, h.listMessages},
		{post, aRoom + "/messages", oneRoom, nil, h.sendMessage},
		{post, aRoom + "/data", oneRoom, nil, h.sendData},

		{post, "/tokens", server, nil, h.createToken},
		{post, "/tokens/verify", server, nil, h.verifyToken},
		{post, "/revocations", server, nil, h.revoke},

		{get, "/drain", server, nil, h.readDrain},
		{put, "/drain", server, nil, h.beginDrain},
		{del, "/drain", server, nil, h.endDrain},
		{get, "/statistics", server, nil, h.readStatistics},
		{get, "/version", rooms, nil, h.readVersion},
		{get, "/events", rooms, []string{"room", "types", "last_event_id"}, h.streamEvents},
	}
}
