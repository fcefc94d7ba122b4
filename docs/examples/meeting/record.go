package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/room/recorder"
)

// record writes what somebody publishes to a file, until the stream ends or nobody wants it
// any more. A recorder is a tap: it gets the stream's packets on a goroutine of its own, and
// when the disk is slow it loses some and delays nobody.
func (m *meeting) record(w http.ResponseWriter, r *http.Request) {
	who, err := m.rooms.Find(r.Context(), r.PathValue("room"), r.PathValue("user"))
	if err != nil {
		refuse(w, err)
		return
	}
	name := url.PathEscape(who.Room) + "-" + url.PathEscape(who.User) + ".webm"
	file, err := os.OpenFile(filepath.Join(m.files, name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		http.Error(w, "there is a recording already", http.StatusConflict)
		return
	}
	rec := recorder.New(file)
	if err := m.rooms.AddTap(r.Context(), who.ID, room.DefaultStream, room.All, rec); err != nil {
		_ = file.Close()
		_ = os.Remove(file.Name())
		refuse(w, err)
		return
	}
	m.recordings.Store(who.ID, rec)
	go func() {
		select {
		case <-rec.Failed(): // the disk is full, say: the file plays up to here
			_ = m.rooms.RemoveTap(context.WithoutCancel(r.Context()), who.ID, room.DefaultStream, rec) // it may have ended
		case <-rec.Done():
		}
		m.logger.Info("recorded", "file", name, "error", rec.Err()) // waits until all is written
		m.recordings.CompareAndDelete(who.ID, rec)
	}()
	fmt.Fprintln(w, name)
}

// stopRecording answers when the file is complete.
func (m *meeting) stopRecording(w http.ResponseWriter, r *http.Request) {
	who, err := m.rooms.Find(r.Context(), r.PathValue("room"), r.PathValue("user"))
	if err != nil {
		refuse(w, err)
		return
	}
	found, ok := m.recordings.Load(who.ID)
	if !ok {
		http.Error(w, "nobody records "+who.User, http.StatusNotFound)
		return
	}
	rec, _ := found.(*recorder.Recorder)
	_ = m.rooms.RemoveTap(r.Context(), who.ID, room.DefaultStream, rec) // it may have ended by itself
	if err := rec.Err(); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}
