package metrics

import (
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/signaling"
	"github.com/atrium-rtc/atrium/signaling/whip"
)

func TestScrapeShowsWHIP(t *testing.T) {
	from := fixed(room.Stats{}, signaling.Stats{}, sfu.Stats{})
	from.WHIP = func() whip.Stats {
		return whip.Stats{Sessions: map[string]int{"whip": 2}, Requests: map[whip.Outcome]uint64{{Method: "POST", Status: 201}: 7}}
	}
	text := scrape(t, from)
	for _, want := range []string{
		`atrium_whip_sessions{kind="whip"} 2`,
		`atrium_whip_sessions{kind="whep"} 0`,
		`atrium_whip_requests_total{method="POST",status="201"} 7`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("missing: %s", want)
		}
	}
}
