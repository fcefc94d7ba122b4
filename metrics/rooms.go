package metrics

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/atrium-rtc/atrium/internal/histogram"
)

// ofRooms are the series of what happens in rooms.
func ofRooms() []series[snapshot] {
	return []series[snapshot]{
		gauge("atrium_rooms", "Rooms that exist.", func(s *snapshot) int { return s.rooms.Rooms }),
		gauge("atrium_participants", "Participants in all rooms.", func(s *snapshot) int { return s.rooms.Participants }),
		gauge("atrium_publications", "Streams that are published.", func(s *snapshot) int { return s.rooms.Publications }),
		gauge("atrium_subscriptions", "Streams that are received by participants.", func(s *snapshot) int { return s.rooms.Subscriptions }),
		counter("atrium_rooms_created_total", "Rooms made since the start.", func(s *snapshot) uint64 { return s.rooms.RoomsCreated }),
		counter("atrium_rooms_ended_total", "Rooms that have ended.", func(s *snapshot) uint64 { return s.rooms.RoomsEnded }),
		gauge("atrium_room_commands", "Commands that wait for the goroutine of their room, of all rooms.", func(s *snapshot) int { return s.rooms.Commands }),
		counter("atrium_joins_total", "Joins that succeeded.", func(s *snapshot) uint64 { return s.rooms.Joins }),
		spread("atrium_join_seconds", "How long joins that succeeded took, from the request to the room to its answer.",
			func(s *snapshot) histogram.Snapshot { return s.rooms.JoinSeconds }),
		split("atrium_leaves_total", "Participants who are gone, by reason.", "reason", func(s *snapshot) map[string]uint64 {
			reasons := map[string]uint64{}
			for reason, count := range s.rooms.Leaves {
				reasons[string(reason)] = count
			}
			return reasons
		}),
		split("atrium_refusals_total", "Requests that rooms refused, by error code (docs/protocol.md); 0 is a caller who gave up.", "code",
			func(s *snapshot) map[string]uint64 {
				codes := map[string]uint64{}
				for code, count := range s.rooms.Errors {
					codes[strconv.Itoa(int(code))] = count
				}
				return codes
			}),
		{
			name: "atrium_negotiations_total", help: "Offers, by what the connection is for and how it ended: answered; refused, because of what the client asked for, of a limit, or because nobody wanted the answer any more; failed, by a fault of the server.",
			kind: prometheus.CounterValue, labels: []string{"role", "outcome"}, samples: negotiationSamples,
		},
		spreads("atrium_negotiation_seconds", "From the offer to the answer, of offers that were answered.", "role",
			func(s *snapshot) map[string]histogram.Snapshot {
				roles := map[string]histogram.Snapshot{}
				for role, seconds := range s.rooms.NegotiationSeconds {
					roles[string(role)] = seconds
				}
				return roles
			}),
		counter("atrium_messages_total", "Chat messages accepted.", func(s *snapshot) uint64 { return s.rooms.Messages }),
		counter("atrium_media_failures_total", "Media connections that were lost while in use.", func(s *snapshot) uint64 { return s.rooms.MediaFailures }),
		counter("atrium_handler_panics_total", "Panics of the application's event handlers. Above 0 is a bug of the application.", func(s *snapshot) uint64 { return s.rooms.HandlerPanics }),
		split("atrium_candidates_dropped_total", "ICE candidates dropped, by where they came from: remote ones were too many or too early, local ones faster than the room.", "from",
			func(s *snapshot) map[string]uint64 {
				return map[string]uint64{"remote": s.rooms.RemoteCandidatesDropped, "local": s.rooms.LocalCandidatesDropped}
			}),
	}
}

func negotiationSamples(s *snapshot) []sample {
	var list []sample
	for n, count := range s.rooms.Negotiations {
		list = append(list, sample{float64(count), []string{string(n.Role), string(n.Outcome)}})
	}
	return list
}
