package room

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// CreateRoom makes an empty room that is run by the settings. It waits for its first
// participant without a time limit and then ends with its last one, or some time after, like
// any other room. Policy is not asked: this is the application's own wish. Errors: 204 when
// the room exists (Kurento meant that too, and silently succeeded) or Options.MaxRooms is
// reached; 203 after Close; 999 for an empty or overlong name, and settings out of bounds.
func (m *Manager) CreateRoom(name string, with Settings) error {
	if err := m.checkRoomName(name); err != nil {
		return m.counters.refused(err)
	}
	if err := with.check(); err != nil {
		return m.counters.refused(err)
	}
	_, err := m.registry.add(name, func(name string) *room { return m.launch(name, with, "", true) })
	return m.counters.refused(err)
}

// CloseRoom closes a room with everybody in it, and returns them as they were.
// All connections are closed, and RoomClosedEvent is emitted instead of a
// LeftEvent for each, before CloseRoom returns. Errors: 202 when there is no
// such room, 203 when it is being closed already.
func (m *Manager) CloseRoom(ctx context.Context, name string) ([]ParticipantInfo, error) {
	r, err := m.registry.beginClose(name)
	if err != nil {
		return nil, m.counters.refused(err)
	}
	var gone []ParticipantInfo
	switch stop := r.call(ctx, func() { gone = r.close("") }); {
	case stop == nil:
		return gone, nil
	case errors.Is(stop, errEnded): // its last participant was faster
		return nil, m.counters.refused(refuseRoomAbsent(name))
	default:
		m.registry.cancelClose(r)
		return nil, m.counters.refused(stop)
	}
}

// Close closes all rooms as CloseRoom does, refuses joins from then on with 203,
// and waits until every room's goroutine and every negotiation has ended. When
// ctx ends first it returns the context's cause, and the closing goes on. More
// calls wait as well.
func (m *Manager) Close(ctx context.Context) error {
	var closing sync.WaitGroup
	for _, r := range m.registry.closeAll() {
		// A room that CloseRoom or an earlier Close got to first has ended or is closed.
		closing.Go(func() { _ = r.call(context.WithoutCancel(ctx), func() { r.close("") }) })
	}
	all := make(chan struct{})
	go func() {
		defer close(all)
		closing.Wait()
		// No room reserves anything once it has ended, so nothing is added to
		// negotiations while it is waited for.
		m.running.Wait()
		m.negotiations.Wait()
	}()
	select {
	case <-all:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close rooms: %w", context.Cause(ctx))
	}
}

// close ends the room for everybody. The name is free after the event, so that
// nobody hears of a new room of this name before the end of the old one.
func (r *room) close(reason string) []ParticipantInfo {
	for _, w := range r.state.lobby.all() {
		r.endWaiting(w, Denied, reason)
	}
	gone, members := r.state.infos(nil), r.state.order
	r.release(r.state.close())
	for _, m := range members {
		r.hangUpAll(m, refuseRoomClosed(r.state.name))
	}
	r.counters.left(LeftByClose, len(gone))
	r.tally.participants.Add(-int64(len(gone)))
	r.counters.roomsEnded.Add(1)
	r.log.Info("room closed", "participants", len(gone))
	event := RoomClosedEvent{Room: r.state.name, Participants: gone, Text: reason}
	r.emit("OnRoomClosed", func(h EventHandler) { h.OnRoomClosed(event) })
	r.registry.endClose(r, gone)
	return gone
}
