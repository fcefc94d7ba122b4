package signaling_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What one participant says to everybody comes no faster than a room can take, and is
// never refused for that.
func TestWhoTalksTooMuchIsHeardLater(t *testing.T) {
	for name, tc := range map[string]struct {
		method, params string
		times          int
		want           time.Duration
	}{
		"a hundred messages at once":    {"sendMessage", `"message":"m","userMessage":"ann","roomMessage":"r"`, 100, 0},
		"ten more":                      {"sendMessage", `"message":"m","userMessage":"ann","roomMessage":"r"`, 110, 500 * time.Millisecond},
		"hands count as well":           {"raiseHand", `"raised":true`, 104, 200 * time.Millisecond},
		"and metadata":                  {"changeMetadata", `"metadata":{}`, 102, 100 * time.Millisecond},
		"long data":                     {"sendData", `"data":"` + strings.Repeat("x", 16<<10-2) + `"`, 15, 0},
		"a picture that comes and goes": {"unpublishVideo", ``, 102, 100 * time.Millisecond},
		"receiving a whole room":        {"receiveVideoFrom", `"sender":"bob_webcam","sdpOffer":"o"`, 600, 0},
		"and again and again":           {"receiveVideoFrom", `"sender":"bob_webcam","sdpOffer":"o"`, 610, 200 * time.Millisecond},
		"ICE restarts in a loop":        {"restartIce", `"endpointName":"bob","sdpOffer":"o"`, 605, 100 * time.Millisecond},
		"moderating":                    {"muteAll", `"audio":true`, 605, 100 * time.Millisecond},
		"the room in a list":            {"getRoom", ``, 605, 100 * time.Millisecond},
		"what concerns nobody else":     {"getQuality", ``, 500, 0},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				ann := f.member("ann", `[]`)
				begun := time.Now()
				for i := range tc.times {
					ann.send(`{"method":%q,"params":{%s},"id":%d}`, tc.method, tc.params, i)
					for !strings.HasPrefix(ann.text(), fmt.Sprintf(`{"id":%d,`, i)) { // its own messages come between
						continue
					}
				}
				if d := time.Since(begun); d != tc.want {
					t.Errorf("took %v, want %v", d, tc.want)
				}
			})
		})
	}
}

func TestOctetsOfWhatIsSaidArePacedToo(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		ann := f.member("ann", `[]`)
		text := strings.Repeat("x", 60<<10)
		begun := time.Now()
		for i := range 8 {
			ann.send(`{"method":"sendMessage","params":{"message":%q,"userMessage":"ann","roomMessage":"r"},"id":%d}`, text, i)
			ann.text()
			ann.text()
		}
		// 8 times 60 KiB and a little, less the 256 KiB at once, at 64 KiB a second.
		if d := time.Since(begun).Round(100 * time.Millisecond); d != 3500*time.Millisecond {
			t.Errorf("took %v", d)
		}
	})
}
