package metrics

import (
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/signaling"
)

func TestScrapeShowsTokensAndTheirKeys(t *testing.T) {
	from := fixed(room.Stats{}, signaling.Stats{}, sfu.Stats{})
	text := scrape(t, from)
	for _, want := range []string{`atrium_tokens_refused_total{reason="wrong_room"} 0`, "atrium_token_keys_loaded_timestamp_seconds 0"} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("without tokens the scrape lacks %q", want)
		}
	}
	from.Admission = func() admission.Stats {
		return admission.Stats{
			Accepted: 3, Refused: map[auth.Reason]uint64{auth.ReasonExpired: 2}, Revoked: 1,
			Keys: admission.Keys{Count: 4, Loaded: time.Unix(1795860000, 5e8), Failures: 5},
		}
	}
	text = scrape(t, from)
	for _, want := range []string{
		"atrium_tokens_accepted_total 3", `atrium_tokens_refused_total{reason="expired"} 2`, `atrium_tokens_refused_total{reason="missing"} 0`,
		"atrium_tokens_revoked 1", "atrium_token_keys 4", "atrium_token_keys_loaded_timestamp_seconds 1.7958600005e+09", "atrium_token_key_load_failures 5",
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("the scrape lacks %q", want)
		}
	}
	if got := strings.Count(text, "atrium_tokens_refused_total{"); got != len(auth.Reasons()) {
		t.Errorf("%d reasons", got)
	}
}
