package metrics

import (
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/signaling"
)

func TestScrapeShowsTheRequestsOfApplications(t *testing.T) {
	from := fixed(room.Stats{}, signaling.Stats{}, sfu.Stats{})
	from.API = func() []APIRequests {
		return []APIRequests{{"GET", "/rooms/{room}", "2xx", 7}, {"GET", "/rooms/{room}", "4xx", 0}}
	}
	text := scrape(t, from)
	for _, want := range []string{
		`atrium_api_requests_total{class="2xx",method="GET",route="/rooms/{room}"} 7`,
		`atrium_api_requests_total{class="4xx",method="GET",route="/rooms/{room}"} 0`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("the scrape lacks %q", want)
		}
	}
}
