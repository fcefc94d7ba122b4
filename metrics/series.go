package metrics

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/quality"
	"github.com/atrium-rtc/atrium/sfu/udp"
	"github.com/atrium-rtc/atrium/signaling"
)

// series is one metric: its description, and its samples in a snapshot of type
// S.
type series[S any] struct {
	name    string
	help    string
	kind    prometheus.ValueType
	labels  []string
	samples func(*S) []sample
	// distributions, instead of kind and samples, make it a histogram.
	distributions func(*S) []distribution
}

// sample is one value; labels are in the order of the series' own.
type sample struct {
	value  float64
	labels []string
}

// snapshot is what one scrape sees.
type snapshot struct {
	rooms    room.Stats
	sessions signaling.Stats
	media    sfu.Stats
	reloads  Reloads
	usage    Usage
	flight   Flight
}

func gauge[S any](name, help string, value func(*S) int) series[S] {
	return single(name, help, prometheus.GaugeValue, func(s *S) float64 { return float64(value(s)) })
}

func counter[S any](name, help string, value func(*S) uint64) series[S] {
	return single(name, help, prometheus.CounterValue, func(s *S) float64 { return float64(value(s)) })
}

func single[S any](name, help string, kind prometheus.ValueType, value func(*S) float64) series[S] {
	return series[S]{name: name, help: help, kind: kind, samples: func(s *S) []sample { return []sample{{value: value(s)}} }}
}

func seconds(name, help string, value func(*snapshot) float64) series[snapshot] {
	return single(name, help, prometheus.CounterValue, value)
}

// troubled are the streams that are received badly, by cause.
func troubled() series[snapshot] {
	s := split("atrium_media_troubled_streams", "Tracks that are received badly at present, by cause.", "cause", func(s *snapshot) map[string]uint64 {
		list := map[string]uint64{}
		for cause := quality.Downlink; cause <= quality.Overload; cause++ {
			list[cause.String()] = uint64(max(0, s.media.Egress.Troubled[cause])) //nolint:gosec // not negative
		}
		return list
	})
	s.kind = prometheus.GaugeValue
	return s
}

// split is a counter with one label, whose values are known beforehand or few.
func split(name, help, label string, values func(*snapshot) map[string]uint64) series[snapshot] {
	samples := func(s *snapshot) []sample {
		var list []sample
		for value, count := range values(s) {
			list = append(list, sample{float64(count), []string{value}})
		}
		return list
	}
	return series[snapshot]{name: name, help: help, kind: prometheus.CounterValue, labels: []string{label}, samples: samples}
}

// all lists every series of our own.
func all() []series[snapshot] {
	return slices.Concat(ofRooms(), ofSignaling(), ofMedia(), ofNetwork(), ofTCP(), ofQueues(), ofReloads(), ofUsage(), ofFlight())
}

func ofMedia() []series[snapshot] {
	return []series[snapshot]{
		gauge("atrium_media_connections", "Media connections, one for each stream published or received.", func(s *snapshot) int { return s.media.Peers }),
		counter("atrium_media_connections_total", "Media connections made since the start.", func(s *snapshot) uint64 { return s.media.Connections }),
		gauge("atrium_media_packets_held", "Received packets in buffers and queues.", func(s *snapshot) int { return int(s.media.Packets) }),
		gauge("atrium_media_forwarded_streams", "Tracks that are forwarded, one for each track and receiver.", func(s *snapshot) int { return s.media.Egress.Subscribers }),
		counter("atrium_media_batches_total", "Wake-ups of forwarding shards.", func(s *snapshot) uint64 { return s.media.Egress.Batches }),
		counter("atrium_media_packets_sent_total", "RTP packets forwarded to receivers, retransmissions not included.",
			func(s *snapshot) uint64 { return s.media.Egress.Packets }),
		counter("atrium_media_octets_sent_total", "Octets of RTP payload in them.", func(s *snapshot) uint64 { return s.media.Egress.Octets }),
		counter("atrium_media_packets_retransmitted_total", "RTP packets sent again to receivers that asked for them.",
			func(s *snapshot) uint64 { return s.media.Egress.Retransmitted }),
		counter("atrium_media_layer_switches_total", "Changes of a receiver from one encoding of simulcast to another.",
			func(s *snapshot) uint64 { return s.media.Egress.Switches }),
		counter("atrium_media_redundant_packets_total", "RTP packets of sound that repeat earlier ones for receivers that report loss.",
			func(s *snapshot) uint64 { return s.media.Egress.Redundant }),
		gauge("atrium_media_paused_videos", "Videos that are not sent because their receiver's link has nothing left for them.",
			func(s *snapshot) int { return s.media.Egress.Paused }),
		counter("atrium_media_pauses_total", "Times that a video was paused for that.", func(s *snapshot) uint64 { return s.media.Egress.Pauses }),
		counter("atrium_media_freezes_total", "Times that a picture stood still for a receiver, as far as the server knows or was told.",
			func(s *snapshot) uint64 { return s.media.Egress.Freezes }),
		seconds("atrium_media_frozen_seconds_total", "For how long, in all.", func(s *snapshot) float64 { return s.media.Egress.Frozen.Seconds() }),
		counter("atrium_media_first_frames_total", "Pictures that began for a receiver.", func(s *snapshot) uint64 { return s.media.Egress.FirstFrames }),
		seconds("atrium_media_first_frame_seconds_total", "From the connections to their first pictures, in all.",
			func(s *snapshot) float64 { return s.media.Egress.FirstFrameWait.Seconds() }),
		troubled(),
		counter("atrium_media_probes_total", "Probes of what a receiver's link carries.", func(s *snapshot) uint64 { return s.media.Egress.Probes }),
		counter("atrium_media_padding_octets_total", "Octets of padding sent for them.", func(s *snapshot) uint64 { return s.media.Egress.Padding }),
		counter("atrium_media_abandoned_packets_total", "Packets of video that waited too long for their turn on a narrow link.",
			func(s *snapshot) uint64 { return s.media.Egress.Abandoned }),
		counter("atrium_media_unheard_packets_total", "Packets of sound that were not among the loudest of their room.",
			func(s *snapshot) uint64 { return s.media.Egress.Unheard }),
		counter("atrium_media_feedback_drops_total", "Messages of receivers about what arrived, lost because too many waited.",
			func(s *snapshot) uint64 { return s.media.Egress.FeedbackDrops }),
		counter("atrium_media_keyframe_requests_total", "Requests for a keyframe sent to publishers, for all that waited for one together.",
			func(s *snapshot) uint64 { return s.media.Keyframes }),
		split("atrium_media_sealed_connections_total", "Connections to receivers, by who encrypts their media: the forwarding shard, or Pion where the keys could not be had.", "sealer",
			func(s *snapshot) map[string]uint64 {
				return map[string]uint64{"shard": s.media.SealedByShard, "pion": s.media.SealedByPion}
			}),
		counter("atrium_media_mailbox_drops_total", "Packets and requests lost because a forwarding shard was behind. Above 0 the machine is overloaded.",
			func(s *snapshot) uint64 { return s.media.Egress.MailboxDrops }),
	}
}

func ofNetwork() []series[snapshot] {
	const direction = "direction"
	return []series[snapshot]{
		split("atrium_udp_datagrams_total", "Datagrams on the media port.", direction, func(s *snapshot) map[string]uint64 {
			return map[string]uint64{"in": s.media.Network.DatagramsIn, "out": s.media.Network.DatagramsOut}
		}),
		split("atrium_udp_octets_total", "Octets of UDP payload on the media port.", direction, func(s *snapshot) map[string]uint64 {
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
		counter("atrium_media_queue_octets_total", "Octets of UDP payload in them.", queue(func(q *udp.QueueStats) uint64 { return q.Octets })),
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
