package main

import (
	"context"
	"strings"

	"github.com/atrium-rtc/atrium/room"
)

func (m *meeting) policy() room.Policy {
	return room.Policy{Join: m.mayJoin, Message: tidy, CustomRequest: m.answer}
}

// mayJoin keeps strangers out of the board's room, calls those by their name who are
// known, and makes hosts moderators.
func (m *meeting) mayJoin(ctx context.Context, req *room.JoinRequest) error {
	who, known := visitorOf(ctx)
	if !known {
		if req.Room == board {
			return &room.Error{Code: room.CodeNotPermitted, Msg: "The board meets behind closed doors"}
		}
		return nil
	}
	req.User, req.Identity = who.name, "invited "+who.name
	grants := room.DefaultGrants()
	if who.host {
		grants.Role = "host"
		grants.Permissions |= room.MayModerate
	}
	req.Grants = &grants
	return nil
}

// tidy rewrites a chat message before anybody gets it.
func tidy(_ context.Context, _ room.ParticipantInfo, msg *room.Message) error {
	msg.Text = strings.ReplaceAll(msg.Text, "darn", "d**n")
	return nil
}
