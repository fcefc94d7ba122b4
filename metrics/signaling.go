package metrics

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// ofSignaling are the series of websockets, sessions and requests.
func ofSignaling() []series[snapshot] {
	return []series[snapshot]{
		gauge("atrium_websockets", "Websockets that are open.", func(s *snapshot) int { return s.sessions.Sockets }),
		gauge("atrium_sessions", "Sessions, those that wait for a lost client to come back included.", func(s *snapshot) int { return s.sessions.Sessions }),
		counter("atrium_websockets_opened_total", "Websockets accepted.", func(s *snapshot) uint64 { return s.sessions.SocketsOpened }),
		split("atrium_websockets_refused_total", "Websockets refused, by reason.", "reason", func(s *snapshot) map[string]uint64 { return s.sessions.SocketsRefused }),
		counter("atrium_sessions_started_total", "Sessions made.", func(s *snapshot) uint64 { return s.sessions.SessionsStarted }),
		split("atrium_sessions_ended_total", "Sessions that are over, by reason.", "reason", func(s *snapshot) map[string]uint64 { return s.sessions.SessionsEnded }),
		counter("atrium_session_takeovers_total", "Sessions that went on over another websocket.", func(s *snapshot) uint64 { return s.sessions.Takeovers }),
		counter("atrium_slow_consumers_total", "Websockets closed because the client did not read.", func(s *snapshot) uint64 { return s.sessions.SlowConsumers }),
		{
			name: "atrium_requests_total", help: "Requests of clients, by method and error code (docs/protocol.md); 0 is success.",
			kind: prometheus.CounterValue, labels: []string{"method", "code"}, samples: requestSamples,
		},
		counter("atrium_repeated_requests_total", "Requests that were answered a second time from memory.", func(s *snapshot) uint64 { return s.sessions.Repeats }),
		counter("atrium_notifications_total", "Notifications sent to clients.", func(s *snapshot) uint64 { return s.sessions.Notifications }),
	}
}

func requestSamples(s *snapshot) []sample {
	var list []sample
	for request, count := range s.sessions.Requests {
		list = append(list, sample{float64(count), []string{request.Method, strconv.Itoa(int(request.Code))}})
	}
	return list
}
