package signaling

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// pipe returns a Conn and the lines of frames that reach its far end.
func pipe(t *testing.T) (*rpc.Conn, func() []string) {
	t.Helper()
	near, far := net.Pipe()
	request, _ := http.NewRequest(http.MethodGet, "/", nil)
	request.Header = http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
	}
	br := bufio.NewReader(far)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		resp, err := http.ReadResponse(br, request)
		if err == nil {
			_ = resp.Body.Close()
		}
	}()
	conn, err := rpc.NewUpgrader(rpc.Config{}).Upgrade(hijack{near}, request)
	if err != nil {
		t.Fatal(err)
	}
	<-answered
	go func() { _ = conn.Serve(func(rpc.Request) {}) }()
	var got []string
	go func() {
		for {
			var h [2]byte
			if _, err := br.Read(h[:1]); err != nil {
				return
			}
			n, _ := br.ReadByte()
			b := make([]byte, n)
			for i := range b {
				b[i], _ = br.ReadByte()
			}
			if h[0] == 0x81 {
				got = append(got, string(b))
			}
		}
	}()
	t.Cleanup(func() { _ = far.Close() })
	return conn, func() []string { synctest.Wait(); return got }
}

type hijack struct{ conn net.Conn }

func (hijack) Header() http.Header         { return http.Header{} }
func (hijack) Write(b []byte) (int, error) { return len(b), nil }
func (hijack) WriteHeader(int)             {}
func (h hijack) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReader(h.conn), bufio.NewWriter(h.conn)), nil
}

func TestLinkPutsTheAnswerBeforeWhatWasHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l link
		first, got := pipe(t)
		l.attach(first, nil)
		l.hold() // joinRoom begins
		l.sendBy([]byte("notified"), time.Time{})
		if frames := got(); len(frames) != 0 {
			t.Fatalf("not held: %q", frames)
		}
		l.release([]byte("answer"))
		l.sendBy([]byte("later"), time.Time{})
		if frames := strings.Join(got(), " "); frames != "answer notified later" {
			t.Errorf("order %q", frames)
		}
	})
}

func TestLinkTakenOverDuringAJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l link
		first, lost := pipe(t)
		l.attach(first, nil)
		l.hold()
		l.sendBy([]byte("notified"), time.Time{})
		if _, ok := l.detach(first); !ok {
			t.Fatal("not detached")
		}
		second, got := pipe(t)
		l.attach(second, []byte("reconnected"))
		if frames := strings.Join(got(), " "); frames != "reconnected" {
			t.Errorf("before the answer: %q", frames)
		}
		l.release([]byte("answer"))
		if frames := strings.Join(got(), " "); frames != "reconnected answer notified" {
			t.Errorf("order %q", frames)
		}
		if frames := lost(); len(frames) != 0 {
			t.Errorf("the old socket got %q", frames)
		}
	})
}

func TestLinkKeepsAJoinsAnswerWhileTheSocketIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l link
		first, _ := pipe(t)
		l.attach(first, nil)
		l.hold()
		l.sendBy([]byte("notified"), time.Time{})
		loss, _ := l.detach(first)
		l.release([]byte("answer"))
		if !l.lostSince(loss) || !l.socketless() {
			t.Error("not lost")
		}
		second, got := pipe(t)
		if old, ok := l.attach(second, nil); old != nil || !ok {
			t.Error("attach failed")
		}
		if frames := strings.Join(got(), " "); frames != "answer notified" {
			t.Errorf("order %q", frames)
		}
		if l.lostSince(loss) {
			t.Error("still lost")
		}
	})
}

func TestLinkKeepsWhatWaitedAtASocketThatItLoses(t *testing.T) {
	for name, lose := range map[string]bool{"lost": true, "taken over": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l link
				first, old := pipe(t)
				l.attach(first, nil)
				l.sendBy([]byte("before"), time.Time{})
				old()
				l.sendBy([]byte("waits"), time.Now().Add(time.Minute))
				if lose {
					if _, ok := l.lose(first); !ok {
						t.Fatal("not lost")
					}
					l.sendBy([]byte("held"), time.Now().Add(time.Minute))
				}
				second, got := pipe(t)
				l.attach(second, []byte("reconnected"))
				l.sendBy([]byte("after"), time.Time{})
				want := "reconnected waits after"
				if lose {
					want = "reconnected waits held after"
				}
				if frames := strings.Join(got(), " "); frames != want {
					t.Errorf("order %q, want %q", frames, want)
				}
				if frames := strings.Join(old(), " "); frames != "before" {
					t.Errorf("the old socket got %q", frames)
				}
			})
		})
	}
}

// A session that gives its socket to another does not take the other's frames.
func TestLinkThatGivesItsSocketAwayRecallsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var own, taker link
		conn, got := pipe(t)
		own.attach(conn, nil)
		taker.attach(conn, nil)
		taker.sendBy([]byte("news"), time.Now().Add(time.Second))
		own.detach(conn)
		time.Sleep(time.Second)
		if frames := strings.Join(got(), " "); frames != "news" {
			t.Errorf("got %q", frames)
		}
	})
}

func TestLinkHoldsUpToItsCapAndNothingAfterItsEnd(t *testing.T) {
	var l link
	frame := make([]byte, maxHeld/2)
	for i, want := range []bool{true, true, false} {
		if got := l.sendBy(frame, time.Time{}); got != want {
			t.Errorf("frame %d: %v", i, got)
		}
	}
	if _, ok := l.finish(); !ok {
		t.Error("finish was not the first")
	}
	if _, ok := l.finish(); ok {
		t.Error("finish was the first twice")
	}
	if !l.sendBy(frame, time.Time{}) || len(l.held) != 0 {
		t.Error("a finished link holds frames")
	}
	if _, ok := l.attach(nil, nil); ok {
		t.Error("a finished link was attached")
	}
}

func TestResolveSenderFindsEverybody(t *testing.T) {
	name := rapid.StringMatching(`[ab_]{1,6}`)
	rapid.Check(t, func(t *rapid.T) {
		users := rapid.SliceOfNDistinct(name, 1, 6, rapid.ID).Draw(t, "users")
		user := rapid.SampledFrom(users).Draw(t, "user")
		if got := resolveSender(user+"_webcam", users); got != user {
			t.Fatalf("%s_webcam is %q among %q", user, got, users)
		}
		stream := rapid.StringMatching(`[c-z]{1,4}`).Draw(t, "stream")
		if got := resolveSender(user+"_"+stream, users); got != user {
			t.Fatalf("%s_%s is %q among %q", user, stream, got, users)
		}
	})
}

func TestResolveStreamFindsEveryStreamOfEverybody(t *testing.T) {
	name := rapid.StringMatching(`[ab_]{1,6}`)
	rapid.Check(t, func(t *rapid.T) {
		users := rapid.SliceOfNDistinct(name, 1, 6, rapid.ID).Draw(t, "users")
		user := rapid.SampledFrom(users).Draw(t, "user")
		stream := rapid.StringMatching(`[a-z0-9-]{1,8}`).Draw(t, "stream")
		if gotUser, gotStream := resolveStream(user+"_"+stream, users); gotUser != user || gotStream != stream {
			t.Fatalf("%s_%s is %q of %q among %q", user, stream, gotStream, gotUser, users)
		}
	})
	for sender, want := range map[string]string{"ann": "ann", "zoe_webcam": "zoe", "zoe_screen": "zoe_screen", "a_b": "a_b"} {
		if user, stream := resolveStream(sender, []string{"ann", "a_b"}); user != want || stream != api.StreamID {
			t.Errorf("%s is %q of %q, want the webcam of %q", sender, stream, user, want)
		}
	}
}

func TestStoredAnswersAreBounded(t *testing.T) {
	r := newRepeats()
	now := time.Now()
	ask := func(id int, params string) *arrival {
		return &arrival{Request: rpc.Request{ID: []byte(fmt.Sprint(id)), HasID: true, Method: api.JoinRoom, Params: []byte(params)}, at: now}
	}
	for id := range 100 {
		r.store(ask(id, "{}"), make([]byte, 100), now)
	}
	if len(r.answers) != maxAnswers || r.octets != 100*maxAnswers {
		t.Errorf("%d answers, %d octets", len(r.answers), r.octets)
	}
	r.store(ask(200, "{}"), make([]byte, maxAnswersOctets), now)
	if len(r.answers) != 1 || r.find(ask(200, "{}")) == nil || r.find(ask(200, "[]")) != nil {
		t.Errorf("%d answers", len(r.answers))
	}
	r.store(ask(200, "[]"), make([]byte, 1), now) // the same id for something else
	if r.octets != 1 || r.find(ask(200, "{}")) != nil {
		t.Errorf("%d octets", r.octets)
	}
	late := ask(200, "[]")
	late.at = now.Add(repeatWindow + 1)
	if r.find(late) != nil {
		t.Error("a repetition after the window")
	}
	r.forget()
	if r.find(ask(200, "[]")) != nil {
		t.Error("not forgotten")
	}
}

// What a session hears last must not be lost because an answer was to go first.
func TestFinishSendsWhatWasHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, lines := pipe(t)
		var l link
		if _, ok := l.attach(conn, nil); !ok {
			t.Fatal("not attached")
		}
		l.hold()
		l.sendBy([]byte("roomClosed"), time.Time{})
		ended, ok := l.finish()
		if ended != conn || !ok {
			t.Fatal("not the socket")
		}
		ended.Close(rpc.CloseNormal, "over")
		synctest.Wait()
		if got := lines(); len(got) == 0 || !strings.Contains(got[0], "roomClosed") {
			t.Errorf("received %q, want what was held first", got)
		}
	})
}
