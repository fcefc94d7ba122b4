package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/client"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/signaling"
)

// meeting is the application.
type meeting struct {
	logger *slog.Logger
	media  *sfu.Engine
	rooms  *room.Manager
	wire   *signaling.Server
	files  string // where recordings go, and films are

	recordings sync.Map // of room.ParticipantID to *recorder.Recorder
}

func newMeeting(media *sfu.Engine, files string, logger *slog.Logger) (*meeting, error) {
	m := &meeting{logger: logger, media: media, files: files}
	m.rooms = room.NewManager(room.SFU(media, logger), room.Options{
		Logger:          logger,
		MaxParticipants: 50,
		Settings:        room.Settings{ChatHistory: 100},
		Policy:          m.policy(),
	})
	m.rooms.Handle(doorbell{logger: logger})
	m.rooms.Handle(hangup{rooms: m.rooms})
	m.wire = signaling.NewServer(signaling.Options{
		Manager:    m.rooms,
		Logger:     logger,
		AutoCreate: true,
		Static:     client.Web(), // the call page; an application has its own
	})
	return m, m.openBoard()
}

// routes is the application's own mux. The protocol takes what nothing else takes: the
// websocket is at /room.
func (m *meeting) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /enter/{invitation}", m.enter)
	mux.HandleFunc("POST /app/{room}/quiet", hosts(m.quiet))
	mux.HandleFunc("POST /app/{room}/recordings/{user}", hosts(m.record))
	mux.HandleFunc("DELETE /app/{room}/recordings/{user}", hosts(m.stopRecording))
	mux.HandleFunc("POST /app/{room}/films/{film}", hosts(m.play))
	mux.HandleFunc("POST /own/{room}/{user}", m.publishOwn)
	mux.HandleFunc("POST /own/{room}/{user}/invitation", m.inviteOwn)
	mux.HandleFunc("PUT /own/{id}", m.answerOwn)
	mux.HandleFunc("DELETE /own/{id}", m.leaveOwn)
	mux.Handle("/", m.wire.Handler())
	return m.known(mux)
}

// close ends everything in the order in which nobody misses anything: no newcomers, the
// goodbye on the websockets, the rooms, the ports.
func (m *meeting) close(ctx context.Context, web *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	m.wire.Drain()
	return errors.Join(
		m.wire.Close(ctx),
		m.rooms.Close(ctx),
		web.Shutdown(ctx),
		m.media.Close(),
	)
}
