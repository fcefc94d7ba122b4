package signaling_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The offers of real clients reach the media server without a changed octet,
// and the answer comes back likewise.
func TestOffersOfRealClientsPassUnchanged(t *testing.T) {
	offers, err := filepath.Glob("testdata/sdp/*.sdp")
	if err != nil || len(offers) < 4 {
		t.Fatalf("%d offers, %v", len(offers), err)
	}
	for _, path := range offers {
		t.Run(filepath.Base(path), func(t *testing.T) {
			offer, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			f := start(t)
			c := f.member("ann", `[]`)
			request := `{"method":"publishVideo","params":{"sdpOffer":%s,"doLoopback":true},"id":2}`
			if strings.HasPrefix(filepath.Base(path), "subscribe") {
				f.connect().join("r", "pub", `[{"id":"ann"}]`)
				c.text()
				request = `{"method":"receiveVideoFrom","params":{"sender":"pub_webcam","sdpOffer":%s},"id":2}`
				pub := f.connect()
				pub.join("r", "other", `[{"id":"ann"},{"id":"pub"}]`)
				pub.publish()
				request = strings.Replace(request, "pub_webcam", "other_webcam", 1)
				c.text()
				c.text()
			}
			quoted, err := json.Marshal(string(offer))
			if err != nil {
				t.Fatal(err)
			}
			c.send(request, quoted)
			var got struct{ Result struct{ SDPAnswer string } }
			if err := json.Unmarshal([]byte(c.text()), &got); err != nil {
				t.Fatal(err)
			}
			if got.Result.SDPAnswer != "answer to "+string(offer) {
				t.Errorf("the offer arrived as %q", got.Result.SDPAnswer)
			}
		})
	}
}
