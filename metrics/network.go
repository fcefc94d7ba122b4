package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/atrium-rtc/atrium/sfu/udp"
)

// ofNetwork are the series of the media port.
func ofNetwork() []series[snapshot] {
	const direction = "direction"
	return []series[snapshot]{
		split("atrium_udp_datagrams_total", "Datagrams on the media port.", direction, func(s *snapshot) map[string]uint64 {
			return map[string]uint64{"in": s.media.Network.DatagramsIn, "out": s.media.Network.DatagramsOut}
		}),
		split("atrium_udp_bytes_total", "Bytes of UDP payload on the media port.", direction, func(s *snapshot) map[string]uint64 {
			return map[string]uint64{"in": s.media.Network.OctetsIn, "out": s.media.Network.OctetsOut}
		}),
		counter("atrium_udp_write_errors_total", "Datagrams that the kernel refused.", func(s *snapshot) uint64 { return s.media.Network.WriteErrors }),
		split("atrium_udp_dropped_total", "Datagrams received for nobody, by reason.", "reason", func(s *snapshot) map[string]uint64 {
			dropped := s.media.Network.Dropped
			return map[string]uint64{
				"unknown source": dropped.UnknownSource, "bad STUN": dropped.BadSTUN, "unclassified": dropped.Unclassified,
				"oversize": dropped.Oversize, "queue full": dropped.QueueFull,
			}
		}),
		counter("atrium_udp_contested_total", "Attempts to take over another connection's address.", func(s *snapshot) uint64 { return s.media.Network.Contested }),
		gauge("atrium_udp_addresses", "Remote addresses known to the media port.", func(s *snapshot) int { return s.media.Network.Addresses }),
	}
}

// ofTCP are the series of ICE over TCP.
func ofTCP() []series[snapshot] {
	return []series[snapshot]{
		gauge("atrium_tcp_connections", "TCP connections to the media port that belong to a media connection.",
			func(s *snapshot) int { return s.media.TCP.Connections }),
		split("atrium_tcp_dropped_total", "Frames over TCP that reached nobody, by reason: the client reads too slowly (full), somebody else than the shard which holds the keys tried to send (sealed, a bug), or what was received could not be used.", "reason",
			func(s *snapshot) map[string]uint64 {
				dropped := s.media.TCP.Dropped
				return map[string]uint64{
					"full": dropped.Full, "sealed": dropped.Sealed, "unknown source": dropped.UnknownSource,
					"unclassified": dropped.Unclassified, "oversize": dropped.Oversize,
				}
			}),
		split("atrium_tcp_refused_total", "TCP connections to the media port that were closed before they belonged to a media connection, by reason.", "reason",
			func(s *snapshot) map[string]uint64 {
				refused := s.media.TCP.Refused
				return map[string]uint64{
					"too many": refused.TooMany, "silent": refused.Silent, "no request": refused.NoRequest,
					"unknown": refused.NoAgent, "connection full": refused.AgentFull,
				}
			}),
		counter("atrium_tcp_accept_errors_total", "Failures to accept a TCP connection on the media port, as when there are no file descriptors left.",
			func(s *snapshot) uint64 { return s.media.TCP.AcceptErrors }),
	}
}

// ofQueues are the series of what forwarding shards give to the kernel.
func ofQueues() []series[snapshot] {
	queue := func(value func(*udp.QueueStats) uint64) func(*snapshot) uint64 {
		return func(s *snapshot) uint64 { return value(&s.media.Network.Queues) }
	}
	return []series[snapshot]{
		counter("atrium_media_queue_datagrams_total", "Datagrams of media that the kernel took from forwarding shards.",
			queue(func(q *udp.QueueStats) uint64 { return q.Datagrams })),
		counter("atrium_media_queue_bytes_total", "Bytes of UDP payload in them.", queue(func(q *udp.QueueStats) uint64 { return q.Octets })),
		counter("atrium_media_queue_messages_total", "Messages in which they went: a run of packets to one receiver is one. Datagrams divided by messages is the mean run length.",
			queue(func(q *udp.QueueStats) uint64 { return q.Messages })),
		counter("atrium_media_queue_calls_total", "System calls that took them.", queue(func(q *udp.QueueStats) uint64 { return q.Calls })),
		counter("atrium_media_queue_segmented_total", "Datagrams that went as part of a run of two or more.",
			queue(func(q *udp.QueueStats) uint64 { return q.Segmented })),
		split("atrium_media_queue_dropped_total", "Datagrams of media that were not sent, by reason: the socket had no room for longer than the queue could wait, or the kernel refused.", "reason",
			func(s *snapshot) map[string]uint64 {
				return map[string]uint64{"full": s.media.Network.Queues.Full, "refused": s.media.Network.Queues.Failed}
			}),
		counter("atrium_media_queue_fallbacks_total", "Receivers whose route refused segmentation; they get single datagrams.",
			queue(func(q *udp.QueueStats) uint64 { return q.Fallbacks })),
		{
			name: "atrium_media_send_mode", help: "1 for the way in which media is given to the kernel (media.send in docs/configuration.md).",
			kind: prometheus.GaugeValue, labels: []string{"mode"},
			samples: func(s *snapshot) []sample { return []sample{{1, []string{s.media.SendMode.String()}}} },
		},
		counter("atrium_udp_sealed_refusals_total", "RTP that somebody else than the shard which holds the keys tried to send. Above 0 is a bug.",
			func(s *snapshot) uint64 { return s.media.Network.Sealed }),
		counter("atrium_udp_reads_total", "System calls that received something on the media port.", func(s *snapshot) uint64 { return s.media.Network.Reads }),
		counter("atrium_udp_coalesced_total", "Datagrams that the kernel handed over joined with others (UDP_GRO).",
			func(s *snapshot) uint64 { return s.media.Network.Coalesced }),
	}
}
