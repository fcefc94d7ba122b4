package metrics

import "github.com/prometheus/client_golang/prometheus"

// ofConnecting are the series of how media connections come up.
func ofConnecting() []series[snapshot] {
	return []series[snapshot]{
		split("atrium_media_ice_total", "Media connections by what became of ICE: each is connected, failed, or was closed before it was either. Those that were connected and got lost are counted as disconnected besides.", "outcome",
			func(s *snapshot) map[string]uint64 {
				ice := &s.media.Handshakes.ICE
				return map[string]uint64{connected: ice.Connected, failed: ice.Failed, closed: ice.Closed, disconnected: ice.Disconnected}
			}),
		spread("atrium_media_ice_seconds", "From the answer to the selected candidate pair.", func(s *snapshot) distributed { return s.media.Handshakes.ICESeconds }),
		split("atrium_media_dtls_total", "Media connections that ICE connected, by whether DTLS brought keys.", "outcome", func(s *snapshot) map[string]uint64 {
			dtls := &s.media.Handshakes.DTLS
			return map[string]uint64{connected: dtls.Connected, failed: dtls.Failed}
		}),
		spread("atrium_media_dtls_seconds", "From the selected candidate pair to the keys.", func(s *snapshot) distributed { return s.media.Handshakes.DTLSSeconds }),
		table("atrium_media_selected_pairs_total", "Candidate pairs that media connections began with: how packets go, what kind of candidate the client's is (RFC 8445), and the family of its address.",
			prometheus.CounterValue, pairSamples, "transport", "remote", "family"),
	}
}

func pairSamples(s *snapshot) []sample {
	var list []sample
	for _, pair := range s.media.Handshakes.Pairs {
		list = append(list, sample{float64(pair.Connections), []string{pair.Transport, pair.Remote, pair.Family}})
	}
	return list
}
