package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

// board is the room that is there before anybody is in it.
const board = "board"

// openBoard makes the room, which stays when everybody has left.
func (m *meeting) openBoard() error {
	return m.rooms.CreateRoom(board, room.Settings{
		MaxParticipants: 12,
		MaxDuration:     4 * time.Hour,
		IdleTimeout:     30 * 24 * time.Hour,
		MuteOnEntry:     room.Audio,
		ChatHistory:     1000,
		Metadata:        json.RawMessage(`{"agenda":["minutes","budget","any other business"]}`),
	})
}

// answer serves customRequest: {"ask":"agenda"} gets the agenda of one's room.
func (m *meeting) answer(ctx context.Context, from room.ParticipantInfo, params json.RawMessage) (any, error) {
	var request struct {
		Ask string `json:"ask"`
	}
	if err := json.Unmarshal(params, &request); err != nil || request.Ask != "agenda" {
		return nil, &room.Error{Code: room.CodeGeneric, Msg: "Ask for the agenda"}
	}
	info, err := m.rooms.Room(ctx, from.Room)
	if err != nil {
		return nil, err
	}
	if info.Metadata == nil {
		return map[string]any{"agenda": []string{}}, nil
	}
	return info.Metadata, nil
}
