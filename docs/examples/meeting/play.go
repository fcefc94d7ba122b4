package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// play brings a participant into a room whose picture is a file, again and again until
// the room ends or a moderator evicts it.
func (m *meeting) play(w http.ResponseWriter, r *http.Request) {
	f, err := readFilm(filepath.Join(m.files, filepath.Base(r.PathValue("film"))+".ivf"))
	if err != nil {
		http.Error(w, "there is no such film", http.StatusNotFound)
		return
	}
	id := room.ParticipantID("film-" + rand.Text())
	ctx := as(r.Context(), visitor{name: r.PathValue("film")}) // not the host who asks
	if _, err := m.rooms.Join(ctx, room.JoinRequest{ID: id, User: r.PathValue("film"), Room: r.PathValue("room")}); err != nil {
		refuse(w, err)
		return
	}
	f.screen, err = m.rooms.PublishLocal(ctx, id, room.LocalRequest{
		Tracks:   []room.LocalTrack{{Codec: codec.VP8}},
		Keyframe: func() { f.again.Store(true) },
	})
	if err != nil {
		_, _ = m.rooms.Leave(context.WithoutCancel(ctx), id)
		refuse(w, err)
		return
	}
	go f.run()
}

// film is a picture in memory: frames of VP8, of which the first is a keyframe.
type film struct {
	frames [][]byte
	pace   time.Duration
	again  atomic.Bool // somebody needs a keyframe
	screen *room.LocalStream
}

// run plays until the stream has ended.
func (f *film) run() {
	tick := time.NewTicker(f.pace)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-tick.C:
		case <-f.screen.Done():
			return
		}
		if f.again.Swap(false) || i == len(f.frames) {
			i = 0
		}
		_ = f.screen.WriteSample(room.Video, f.frames[i], f.pace) // when it fails, Done is closed
	}
}

// readFilm reads an IVF file: a header of 32 octets, and one of 12 before each frame.
func readFilm(name string) (*film, error) {
	file, err := os.Open(name) //nolint:gosec // the name has no directory
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	in := bufio.NewReader(file)
	header := make([]byte, 32)
	if _, err := io.ReadFull(in, header); err != nil || string(header[8:12]) != "VP80" {
		return nil, fmt.Errorf("%s: no IVF file of VP8: %w", name, err)
	}
	rate, scale := binary.LittleEndian.Uint32(header[16:]), binary.LittleEndian.Uint32(header[20:])
	if rate == 0 || scale == 0 || rate/scale > 120 {
		return nil, fmt.Errorf("%s: %d/%d frames a second", name, rate, scale)
	}
	f := &film{pace: time.Second * time.Duration(scale) / time.Duration(rate)}
	for {
		size := make([]byte, 12)
		if _, err := io.ReadFull(in, size); err != nil {
			break
		}
		frame := make([]byte, min(binary.LittleEndian.Uint32(size), 1<<20))
		if _, err := io.ReadFull(in, frame); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		f.frames = append(f.frames, frame)
	}
	if len(f.frames) == 0 {
		return nil, fmt.Errorf("%s: no frames", name)
	}
	return f, nil
}
