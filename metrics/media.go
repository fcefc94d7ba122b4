package metrics

import (
	"runtime"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// The values of labels.
const (
	audio, video         = "audio", "video"
	publisher, receiver  = "publisher", "subscriber"
	uplink, downlink     = "uplink", "downlink"
	inbound, outbound    = "in", "out"
	up, down             = "up", "down"
	connected, failed    = "connected", "failed"
	closed, disconnected = "closed", "disconnected"
)

// kindOf names what a codec carries.
func kindOf(c codec.Codec) string {
	if c.IsVideo() {
		return video
	}
	return audio
}

// byCodec is a series with a sample for each codec.
func byCodec[N int | uint64](name, help string, kind prometheus.ValueType, value func(*snapshot, codec.Codec) N) series[snapshot] {
	samples := func(s *snapshot) []sample {
		var list []sample
		for _, c := range codec.All() {
			list = append(list, sample{float64(value(s, c)), []string{kindOf(c), strings.ToLower(c.String())}})
		}
		return list
	}
	return table(name, help, kind, samples, "kind", "codec")
}

// ofMedia are the series of connections, and of the media on them.
func ofMedia() []series[snapshot] {
	return []series[snapshot]{
		split("atrium_panics_total", "Faults of the server that have ended a session or a media connection, and nothing else. Above 0 is a bug: the stack is in the log.", "where", func(s *snapshot) map[string]uint64 {
			return map[string]uint64{"session": s.sessions.Panics, "connection": s.media.Panics}
		}),
		levels("atrium_media_connections", "Media connections, one for each stream published or received.", "role", func(s *snapshot) map[string]int {
			return map[string]int{publisher: s.media.Publications, receiver: s.media.Peers - s.media.Publications}
		}),
		split("atrium_media_connections_total", "Media connections made since the start.", "role", func(s *snapshot) map[string]uint64 {
			return map[string]uint64{publisher: s.media.Published, receiver: s.media.Connections - s.media.Published}
		}),
		byCodec("atrium_media_tracks", "Tracks that are published.", prometheus.GaugeValue,
			func(s *snapshot, c codec.Codec) int { return s.media.Tracks[c] }),
		byCodec("atrium_media_streams", "Tracks that are forwarded, one for each track and receiver.", prometheus.GaugeValue,
			func(s *snapshot, c codec.Codec) int { return s.media.Egress.Streams[c] }),
		byCodec("atrium_media_packets_received_total", "RTP packets accepted from publishers, each once, repaired ones included.", prometheus.CounterValue,
			func(s *snapshot, c codec.Codec) uint64 { return s.media.Ingress.Codecs[c].Packets }),
		byCodec("atrium_media_bytes_received_total", "Bytes of payload in them.", prometheus.CounterValue,
			func(s *snapshot, c codec.Codec) uint64 { return s.media.Ingress.Codecs[c].Octets }),
		split("atrium_media_packets_sent_total", "RTP packets forwarded to receivers, retransmissions not included.", "kind", func(s *snapshot) map[string]uint64 {
			sent := &s.media.Egress.Sent
			return map[string]uint64{audio: sent.Audio.Packets, video: sent.Video.Packets}
		}),
		split("atrium_media_bytes_sent_total", "Bytes of payload in them.", "kind", func(s *snapshot) map[string]uint64 {
			sent := &s.media.Egress.Sent
			return map[string]uint64{audio: sent.Audio.Octets, video: sent.Video.Octets}
		}),
		counter("atrium_media_redundant_packets_total", "RTP packets of sound that repeat earlier ones for receivers that report loss.",
			func(s *snapshot) uint64 { return s.media.Egress.Redundant }),
		split("atrium_media_sealed_connections_total", "Connections to receivers, by who encrypts their media: the forwarding shard, or Pion where the keys could not be had.", "sealer",
			func(s *snapshot) map[string]uint64 {
				return map[string]uint64{"shard": s.media.SealedByShard, "pion": s.media.SealedByPion}
			}),
		rejected(), withheld(), dropped(),
	}
}

func rejected() series[snapshot] {
	return split("atrium_media_packets_rejected_total",
		"Packets received from publishers and not used, by reason: no RTP or no repair of anything (malformed), of no track that was agreed (unrouted) or not of its codec (foreign), come already (duplicate), or sent to probe the link (padding).",
		"reason", func(s *snapshot) map[string]uint64 {
			in := &s.media.Ingress
			all := in.All()
			return map[string]uint64{
				"malformed": in.Malformed + all.Unusable, "unrouted": in.Unrouted, "foreign": in.Foreign,
				"duplicate": all.Duplicates, "padding": all.Padding,
			}
		})
}

func withheld() series[snapshot] {
	return split("atrium_media_packets_withheld_total",
		"RTP packets that were not forwarded to a receiver on purpose, once for each receiver: of a layer that it does not get, while its video was paused or muted, sound that was not among the loudest of its room (unheard), or come before the first keyframe.",
		"cause", func(s *snapshot) map[string]uint64 {
			w := &s.media.Egress.Withheld
			return map[string]uint64{
				"layer": w.Layer, "paused": w.Paused, "muted": w.Muted, "unheard": w.Unheard, "keyframe": w.Keyframe,
			}
		})
}

func dropped() series[snapshot] {
	return split("atrium_media_packets_dropped_total",
		"RTP packets that should have been forwarded and were not: because a shard was behind (mailbox, once for all its receivers: the machine is overloaded), because video waited too long for its turn on a narrow link (late), or because the packet could not be encrypted or written (writer). What the kernel refuses later is in atrium_media_queue_dropped_total.",
		"cause", func(s *snapshot) map[string]uint64 {
			d := &s.media.Egress.Dropped
			return map[string]uint64{"mailbox": d.Mailbox, "late": d.Late, "writer": d.Writer}
		})
}

// ofForwarding are the series of the shards.
func ofForwarding() []series[snapshot] {
	return []series[snapshot]{
		gauge("atrium_cpus", "Processors that the server may use (GOMAXPROCS, which follows the quota of a container).",
			func(*snapshot) int { return runtime.GOMAXPROCS(0) }),
		gauge("atrium_media_shards", "Forwarding shards.", func(s *snapshot) int { return len(s.media.Egress.Shards) }),
		table("atrium_media_shard_busy_seconds_total", "Time that forwarding shards were awake, by shard; its rate is how much of a processor each uses.",
			prometheus.CounterValue, byShard(func(s shard) float64 { return s.Busy.Seconds() }), "shard"),
		table("atrium_media_mailbox_items", "Packets and commands that wait for a forwarding shard.",
			prometheus.GaugeValue, byShard(func(s shard) float64 { return float64(s.Waiting) }), "shard"),
		counter("atrium_media_batches_total", "Wake-ups of forwarding shards by packets or commands.", func(s *snapshot) uint64 { return s.media.Egress.Batches }),
		spread("atrium_media_batch_packets", "Packets that a forwarding shard took at once, when there were any.", func(s *snapshot) distributed { return s.media.Egress.BatchPackets }),
		spread("atrium_media_forward_latency_seconds", "From the arrival of a packet to the end of the batch that gave it to the kernel, once for each packet and shard. What a pacer held back is not in it.",
			func(s *snapshot) distributed { return s.media.Egress.ForwardLatency }),
		spread("atrium_media_pacing_delay_seconds", "How long packets of video waited for their turn in the pacer, of those that had to, once for each receiver.",
			func(s *snapshot) distributed { return s.media.Egress.PacingDelay }),
		counter("atrium_media_feedback_drops_total", "Messages and requests of receivers, lost because too many waited.",
			func(s *snapshot) uint64 { return s.media.Egress.FeedbackDrops }),
		gauge("atrium_media_packets_held", "Received packets in buffers and queues.", func(s *snapshot) int { return int(s.media.Packets) }),
		split("atrium_media_pool_buffers_total", "Buffers for received packets, by whether they were made or used before.", "origin", func(s *snapshot) map[string]uint64 {
			return map[string]uint64{"made": s.media.Pool.Made, "reused": s.media.Pool.Reused}
		}),
	}
}
