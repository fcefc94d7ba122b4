package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is against a broken test, not a measure.
const patience = time.Minute

// stage is the application, running.
type stage struct {
	*meeting
	t   *testing.T
	ctx context.Context
	web *httptest.Server
}

func newStage(t *testing.T) *stage {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	engine, err := openMedia(ctx, 0, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	m, err := newMeeting(engine, t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{m, t, ctx, httptest.NewServer(m.routes())}
	t.Cleanup(func() {
		s.web.Client().CloseIdleConnections()
		if err := m.close(context.Background(), s.web.Config); err != nil {
			t.Errorf("close: %v", err)
		}
		s.web.Close()
	})
	return s
}

// dial opens a websocket; an invitation may be empty.
func (s *stage) dial(invitation string) *rpc.Client {
	s.t.Helper()
	header := http.Header{}
	if invitation != "" {
		header.Set("Cookie", cookie+"="+invitation)
	}
	c, err := rpc.Dial(s.ctx, "ws"+strings.TrimPrefix(s.web.URL, "http")+"/room", rpc.DialOptions{Header: header})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		c.Close(rpc.CloseNormal, "")
		<-c.Done()
	})
	return c
}

type params map[string]any

// call asks for a method and returns the result.
func (s *stage) call(c *rpc.Client, method string, p params) map[string]any {
	s.t.Helper()
	var result map[string]any
	if err := c.Call(s.ctx, method, p, &result); err != nil {
		s.t.Fatalf("%s: %v", method, err)
	}
	return result
}

// do sends a request of HTTP and returns the answer.
func (s *stage) do(method, path, invitation, body string) (status int, header http.Header, answer string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.ctx, method, s.web.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if invitation != "" {
		r.AddCookie(&http.Cookie{Name: cookie, Value: invitation})
	}
	resp, err := s.web.Client().Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(b)
}

func TestStrangersDoNotGetIntoTheBoardsRoom(t *testing.T) {
	s := newStage(t)
	err := s.dial("").Call(s.ctx, "joinRoom", params{"user": "ann", "room": board}, nil)
	var refused *rpc.Error
	if !errors.As(err, &refused) || refused.Code != 403 || refused.Message != "The board meets behind closed doors" {
		t.Fatalf("joining ended with %v", err)
	}
	s.call(s.dial(""), "joinRoom", params{"user": "eve", "room": "kitchen"}) // other rooms are open

	me := s.call(s.dial("tulip"), "joinRoom", params{"user": "whatever", "room": board, "extensions": true})["me"]
	list, err := s.rooms.Participants(board)
	if err != nil || len(list) != 1 || list[0].User != "ann" || list[0].Role != "host" {
		t.Errorf("in the room: %+v, %v; told: %v", list, err, me)
	}
}

func TestTheApplicationAnswersRequestsAndRewritesMessages(t *testing.T) {
	s := newStage(t)
	heard := make(chan string, 16)
	header := http.Header{"Cookie": {cookie + "=rose"}}
	bob, err := rpc.Dial(s.ctx, "ws"+strings.TrimPrefix(s.web.URL, "http")+"/room", rpc.DialOptions{
		Header: header,
		Notify: func(method string, p json.RawMessage) { heard <- method + " " + string(p) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		bob.Close(rpc.CloseNormal, "")
		<-bob.Done()
	}()
	s.call(bob, "joinRoom", params{"user": "bob", "room": board})
	if got, _ := json.Marshal(s.call(bob, "customRequest", params{"ask": "agenda"})["agenda"]); string(got) != `["minutes","budget","any other business"]` { //nolint:errchkjson // what came as JSON
		t.Errorf("the agenda is %s", got)
	}
	var refused *rpc.Error
	if err := bob.Call(s.ctx, "customRequest", params{"ask": "tea"}, nil); !errors.As(err, &refused) || refused.Code != 999 {
		t.Errorf("asking for tea: %v", err)
	}
	s.call(bob, "sendMessage", params{"userMessage": "bob", "roomMessage": board, "message": "darn!"})
	if got := <-heard; !strings.Contains(got, "d**n!") {
		t.Errorf("heard %s", got)
	}

	if status, _, _ := s.do("POST", "/app/board/quiet", "rose", ""); status != http.StatusForbidden {
		t.Errorf("a guest asked for quiet and got %d", status)
	}
	if status, _, answer := s.do("POST", "/app/board/quiet", "tulip", ""); status != http.StatusOK {
		t.Errorf("a host asked for quiet and got %d %s", status, answer)
	}
	if got := <-heard; !strings.Contains(got, "Quiet, please") {
		t.Errorf("heard %s", got)
	}
}

// camera publishes a picture that can be decoded.
type camera struct {
	pc    *webrtc.PeerConnection
	track *webrtc.TrackLocalStaticSample
}

func newCamera(t *testing.T) *camera {
	t.Helper()
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "picture", "camera")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pc.AddTrack(track); err != nil {
		t.Fatal(err)
	}
	return &camera{pc, track}
}

// negotiate has ask answer an offer that has all candidates.
func (c *camera) negotiate(t *testing.T, ask func(offer string) string) {
	t.Helper()
	offer, err := c.pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(c.pc)
	if err := c.pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	answer := ask(c.pc.LocalDescription().SDP)
	if err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
}

// film sends the clip until ctx ends.
func (c *camera) film(ctx context.Context, t *testing.T) {
	videos, err := clip.Videos(codec.VP8)
	if err != nil {
		t.Error(err)
		return
	}
	tick := time.NewTicker(time.Second / clip.FramesPerSecond)
	defer tick.Stop()
	for i := 0; ; i = (i + 1) % len(videos[0].Frames) {
		select {
		case <-tick.C:
			sample := media.Sample{Data: videos[0].Frames[i], Duration: time.Second / clip.FramesPerSecond}
			if err := c.track.WriteSample(sample); err != nil && !errors.Is(err, io.ErrClosedPipe) {
				t.Error(err)
			}
		case <-ctx.Done():
			return
		}
	}
}

func TestTheOwnProtocolPublishesAndLeaves(t *testing.T) {
	s := newStage(t)
	c, location := newCamera(t), ""
	c.negotiate(t, func(offer string) string {
		status, header, answer := s.do("POST", "/own/kitchen/cam", "", offer)
		if location = header.Get("Location"); status != http.StatusCreated || location == "" {
			t.Fatalf("%d %s", status, answer)
		}
		return answer
	})
	if list, err := s.rooms.Publishers("kitchen"); err != nil || len(list) != 1 || list[0].User != "cam" {
		t.Errorf("publishers: %+v, %v", list, err)
	}
	if status, _, _ := s.do("POST", "/own/board/cam", "", "v=0"); status != http.StatusForbidden {
		t.Errorf("a stranger at the board: %d", status)
	}
	if status, _, answer := s.do("POST", "/own/hall/cam", "", "no SDP"); status != http.StatusConflict || len(s.rooms.Rooms()) != 2 {
		t.Errorf("a bad offer: %d %s, rooms %v", status, answer, s.rooms.Rooms())
	}
	if status, _, answer := s.do("DELETE", location, "", ""); status != http.StatusNoContent {
		t.Errorf("leaving: %d %s", status, answer)
	}
	if status, _, _ := s.do("DELETE", location, "", ""); status != http.StatusNotFound {
		t.Errorf("leaving again: %d", status)
	}
	if got := s.rooms.Rooms(); len(got) != 1 {
		t.Errorf("rooms are left: %v", got)
	}
}
