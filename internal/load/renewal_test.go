package load

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/session"
)

// offering is a server that offers what a test says.
type offering struct {
	session.Paired
	asked []string
}

func (o *offering) SubscribeTo(_ context.Context, users []string, fresh bool) (map[string]error, error) {
	o.asked = append(o.asked, fmt.Sprintf("%s, fresh %v", strings.Join(users, " "), fresh))
	return nil, nil
}

func (o *offering) Answer(_ context.Context, number int, _ string) error {
	o.asked = append(o.asked, fmt.Sprintf("answer %d", number))
	return nil
}

// offerFor is of a sound for each user, on a connection of these credentials.
func offerFor(number int, ufrag string, users ...string) session.Offer {
	o := session.Offer{Number: number, MIDs: make(map[string][]string)}
	sum := strings.TrimSuffix(strings.Repeat("AB:", 32), ":")
	o.SDP = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:" + ufrag + "\r\na=ice-pwd:0123456789012345678901\r\n" +
		"a=fingerprint:sha-256 " + sum + "\r\na=setup:actpass\r\n"
	for i, user := range users {
		o.MIDs[user] = []string{fmt.Sprint(i)}
		o.SDP += fmt.Sprintf("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:%d\r\na=sendonly\r\n"+
			"a=rtpmap:111 opus/48000/2\r\na=ssrc:%d cname:x\r\n", i, 100*number+i)
	}
	return o
}

// A server that has lost the receiving connection forgets what came on it, and
// begins another with the next subscription, perhaps before the client notices.
func TestAnOfferOfAnotherConnectionBeginsAnew(t *testing.T) {
	p := plan(t, func(f *scenario.Flags) { f.Publishers, f.Subscribers, f.Connections = 0, 1, scenario.Paired })
	r, err := NewRunner(Options{Target: Target{Rooms: true}, Plan: p})
	if err != nil {
		t.Fatal(err)
	}
	r.begin(t.Context())
	defer r.end()
	c, server := r.clients[0], &offering{}
	c.session, c.present = server, []string{"ann", "bob"}
	c.receive(t.Context())
	c.offered(t.Context(), offerFor(1, "first", "ann", "bob"))
	lost := c.down

	c.present = append(c.present, "cy")
	c.receive(t.Context())
	c.offered(t.Context(), offerFor(1, "second", "cy"))

	want := []string{"ann bob, fresh true", "answer 1", "cy, fresh false", "answer 1", "ann bob, fresh false"}
	if diff := cmp.Diff(want, server.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	var users []string
	for user := range c.subscription {
		users = append(users, user)
	}
	slices.Sort(users)
	if diff := cmp.Diff([]string{"ann", "bob", "cy"}, users); diff != "" || c.down == lost {
		t.Errorf("receives (-want +got):\n%s", diff)
	}
	if c.account.failures != 0 {
		t.Errorf("%d failures", c.account.failures)
	}
	c.closeDownlink()
	c.session = nil
}
