package metrics

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/atrium-rtc/atrium/internal/histogram"
)

// ofSignaling are the series of websockets, sessions and requests.
func ofSignaling() []series[snapshot] {
	return []series[snapshot]{
		gauge("atrium_websockets", "Websockets that are open.", func(s *snapshot) int { return s.sessions.Sockets }),
		sessionStates(),
		boolean("atrium_draining", "1 while the server lets nobody in any more.", func(s *snapshot) bool { return s.sessions.Draining }),
		gauge("atrium_inbox_requests", "Requests that wait for their turn, of all sessions.", func(s *snapshot) int { return s.sessions.Inbox }),
		gauge("atrium_outbox_bytes", "Bytes that wait to be written, of all websockets.", func(s *snapshot) int { return s.sessions.Outbox }),
		split("atrium_websocket_messages_total", "Messages on websockets.", "direction", func(s *snapshot) map[string]uint64 {
			return map[string]uint64{"in": s.sessions.Traffic.MessagesIn, "out": s.sessions.Traffic.MessagesOut}
		}),
		split("atrium_websocket_bytes_total", "Bytes of text in them.", "direction", func(s *snapshot) map[string]uint64 {
			return map[string]uint64{"in": s.sessions.Traffic.OctetsIn, "out": s.sessions.Traffic.OctetsOut}
		}),
		counter("atrium_websockets_opened_total", "Websockets accepted.", func(s *snapshot) uint64 { return s.sessions.SocketsOpened }),
		split("atrium_websockets_refused_total", "Websockets refused, by reason.", "reason", func(s *snapshot) map[string]uint64 { return s.sessions.SocketsRefused }),
		counter("atrium_http_accept_errors_total", "Failures to accept a connection on the listeners for HTTP, as when there are no file descriptors left.", func(s *snapshot) uint64 { return s.acceptErrors }),
		counter("atrium_sessions_started_total", "Sessions made.", func(s *snapshot) uint64 { return s.sessions.SessionsStarted }),
		split("atrium_sessions_ended_total", "Sessions that are over, by reason.", "reason", func(s *snapshot) map[string]uint64 { return s.sessions.SessionsEnded }),
		counter("atrium_session_takeovers_total", "Sessions that went on over another websocket.", func(s *snapshot) uint64 { return s.sessions.Takeovers }),
		counter("atrium_slow_consumers_total", "Websockets closed because the client did not read.", func(s *snapshot) uint64 { return s.sessions.SlowConsumers }),
		{
			name: "atrium_requests_total", help: "Requests of clients, by method and error code (docs/protocol.md); 0 is success.",
			kind: prometheus.CounterValue, labels: []string{"method", "code"}, samples: requestSamples,
		},
		spreads("atrium_request_seconds", "From reading a request to its answer, waiting for earlier requests of the session included.", "method",
			func(s *snapshot) map[string]histogram.Snapshot { return s.sessions.RequestSeconds }),
		counter("atrium_repeated_requests_total", "Requests that were answered a second time from memory.", func(s *snapshot) uint64 { return s.sessions.Repeats }),
		counter("atrium_notifications_total", "Notifications sent to clients.", func(s *snapshot) uint64 { return s.sessions.Notifications }),
	}
}

// sessionStates are the sessions by whether their client is there.
func sessionStates() series[snapshot] {
	s := split("atrium_sessions", "Sessions, by whether their client is connected or they wait for a lost one to come back.", "state",
		func(s *snapshot) map[string]uint64 {
			waiting := s.sessions.Waiting
			return map[string]uint64{
				"connected": uint64(s.sessions.Sessions - waiting), //nolint:gosec // those that wait are some of all
				"waiting":   uint64(waiting),                       //nolint:gosec // not negative
			}
		})
	s.kind = prometheus.GaugeValue
	return s
}

func requestSamples(s *snapshot) []sample {
	var list []sample
	for request, count := range s.sessions.Requests {
		list = append(list, sample{float64(count), []string{request.Method, strconv.Itoa(int(request.Code))}})
	}
	return list
}
