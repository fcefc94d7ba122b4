package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// ofTokens are the series of tokens that clients bring, and of the keys to check them with.
func ofTokens() []series[snapshot] {
	return []series[snapshot]{
		counter("atrium_tokens_accepted_total", "Tokens that allowed what was asked for.", func(s *snapshot) uint64 { return s.admission.Accepted }),
		split("atrium_tokens_refused_total", "Tokens that did not, by reason (docs/tokens.md).", "reason", func(s *snapshot) map[string]uint64 {
			refused := make(map[string]uint64)
			for _, reason := range auth.Reasons() {
				refused[string(reason)] = s.admission.Refused[reason]
			}
			return refused
		}),
		gauge("atrium_tokens_revoked", "Tokens and users that are remembered as revoked.", func(s *snapshot) int { return s.admission.Revoked }),
		gauge("atrium_token_keys", "Keys that tokens are checked with; 0 where none are asked for.", func(s *snapshot) int { return s.admission.Keys.Count }),
		single("atrium_token_keys_loaded_timestamp_seconds", "When the key set of auth.jwks was last loaded, in Unix time; 0 before the first time, and without one.",
			prometheus.GaugeValue, func(s *snapshot) float64 {
				if s.admission.Keys.Loaded.IsZero() {
					return 0
				}
				return float64(s.admission.Keys.Loaded.UnixMilli()) / 1e3
			}),
		gauge("atrium_token_key_load_failures", "Attempts to load it that failed since then.", func(s *snapshot) int { return s.admission.Keys.Failures }),
	}
}
