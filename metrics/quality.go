package metrics

import (
	"strconv"
	"time"

	"github.com/atrium-rtc/atrium/internal/histogram"
	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/quality"
)

type (
	distributed = histogram.Snapshot
	shard       = egress.ShardStats
)

// byShard has a sample for each shard, by its index.
func byShard(value func(shard) float64) func(*snapshot) []sample {
	return func(s *snapshot) []sample {
		var list []sample
		for i, one := range s.media.Egress.Shards {
			list = append(list, sample{value(one), []string{strconv.Itoa(i)}})
		}
		return list
	}
}

// ofQuality are the series of what is lost and repaired, of links, and of what people
// see and hear.
func ofQuality() []series[snapshot] {
	list := append(ofRepair(), ofLinks()...)
	return append(list, ofViewers()...)
}

func ofRepair() []series[snapshot] {
	const direction = "direction"
	return []series[snapshot]{
		split("atrium_media_packets_lost_total", "RTP packets that did not arrive at first: from publishers (uplink), those that were asked for or that a copy brought; to receivers (downlink), those that they reported as lost.", "link",
			func(s *snapshot) map[string]uint64 {
				return map[string]uint64{uplink: s.media.Ingress.All().Lost, downlink: s.media.Egress.Lost}
			}),
		split("atrium_media_packets_repaired_total", "Of them, those that arrived later: by retransmission or redundancy (uplink), or as retransmissions whose arrival was reported (downlink).", "link",
			func(s *snapshot) map[string]uint64 {
				return map[string]uint64{uplink: s.media.Ingress.All().Repaired, downlink: s.media.Egress.Repaired}
			}),
		counter("atrium_media_packets_unrepaired_total", "RTP packets of publishers that the server does not wait for any more. What receivers miss for good is not known.",
			func(s *snapshot) uint64 { return s.media.Ingress.All().GivenUp }),
		split("atrium_media_nacked_packets_total", "Packets asked for by NACK, each time: by receivers (in), and by the server of publishers (out).", direction,
			func(s *snapshot) map[string]uint64 {
				return map[string]uint64{inbound: s.media.Egress.NACKed, outbound: s.media.Ingress.All().Nacked}
			}),
		split("atrium_media_rtx_packets_total", "Retransmissions: from publishers (in), and to receivers (out).", direction,
			func(s *snapshot) map[string]uint64 {
				return map[string]uint64{inbound: s.media.Ingress.All().Retransmitted, outbound: s.media.Egress.Retransmitted}
			}),
		split("atrium_media_rtx_refused_total", "Packets that receivers asked for and that were not sent again: not known any more (unknown), asked for too often or too soon (soon), or no room for them on the link (budget).", "cause",
			func(s *snapshot) map[string]uint64 {
				r := &s.media.Egress.Refused
				return map[string]uint64{"unknown": r.Unknown, "soon": r.Soon, "budget": r.Budget}
			}),
		split("atrium_media_keyframe_requests_total", "Requests for a keyframe (PLI and FIR): by receivers (in), and to publishers (out), for all that wait for one together.", direction,
			func(s *snapshot) map[string]uint64 {
				return map[string]uint64{inbound: s.media.Egress.KeyframeRequests, outbound: s.media.Keyframes}
			}),
		counter("atrium_media_keyframes_received_total", "Keyframes that began to arrive from publishers.",
			func(s *snapshot) uint64 { return s.media.Ingress.All().Keyframes }),
	}
}

func ofLinks() []series[snapshot] {
	return []series[snapshot]{
		split("atrium_media_layer_switches_total", "Changes of a receiver from one encoding of simulcast to another: to a larger picture (up), or to a smaller one (down).", "direction",
			func(s *snapshot) map[string]uint64 {
				return map[string]uint64{up: s.media.Egress.Switches.Up, down: s.media.Egress.Switches.Down}
			}),
		levels("atrium_media_paused_videos", "Videos that are not sent at present, by cause: their receiver's link has nothing left for them (bandwidth), nothing comes back from it (silent), or it does not look (hidden).", "cause",
			func(s *snapshot) map[string]int { return byPause(s.media.Egress.Paused) }),
		split("atrium_media_pauses_total", "Times that a video was paused, by cause.", "cause",
			func(s *snapshot) map[string]uint64 { return byPause(s.media.Egress.Pauses) }),
		gauge("atrium_media_downlinks", "Ways to receivers whose bitrate is estimated; the connections of one session share one.",
			func(s *snapshot) int { return s.media.Egress.Downlinks.Estimated }),
		gauge("atrium_media_downlinks_limited", "Of them, those that carry less than their media would need.",
			func(s *snapshot) int { return s.media.Egress.Downlinks.Limited }),
		spread("atrium_media_downlink_estimate_bytes_per_second", "What each of them is believed to carry, observed about once a second.",
			func(s *snapshot) distributed { return s.media.Egress.Estimates }),
		gauge("atrium_media_downlink_demand_bytes_per_second", "What the media on all of them would need.",
			func(s *snapshot) int { return int(s.media.Egress.Downlinks.Demand / 8) }),
		gauge("atrium_media_downlink_allocated_bytes_per_second", "What it is given.",
			func(s *snapshot) int { return int(s.media.Egress.Downlinks.Allocated / 8) }),
		counter("atrium_media_probes_total", "Probes of what a receiver's link carries.", func(s *snapshot) uint64 { return s.media.Egress.Probes }),
		counter("atrium_media_padding_bytes_total", "Bytes of padding sent for them.", func(s *snapshot) uint64 { return s.media.Egress.Padding }),
	}
}

// byPause names the causes for which videos are paused. Those that their publisher
// muted are not among them.
func byPause[N int | uint64, A ~[5]N](counts A) map[string]N {
	return map[string]N{
		"bandwidth": counts[egress.PausedBandwidth], "silent": counts[egress.PausedSilent], "hidden": counts[egress.PausedHidden],
	}
}

func ofViewers() []series[snapshot] {
	return []series[snapshot]{
		spread("atrium_media_first_frame_seconds", "From a receiver's connection to its first picture.",
			func(s *snapshot) distributed { return s.media.Egress.FirstFrame }),
		counter("atrium_media_freezes_total", "Times that a picture stood still for a receiver, as far as the server knows or was told.",
			func(s *snapshot) uint64 { return s.media.Egress.Freezes }),
		seconds("atrium_media_frozen_seconds_total", "For how long, in all.", func(s *snapshot) time.Duration { return s.media.Egress.Frozen }),
		seconds("atrium_media_watched_seconds_total", "For how long receivers had a picture, moving or not, in all. Frozen time divided by this is the share of it that stood still.",
			func(s *snapshot) time.Duration { return s.media.Egress.Watched }),
		spreads("atrium_media_score", "Opinion scores (1 is bad, 5 excellent) of all streams, each observed about once a second.", "kind",
			func(s *snapshot) map[string]distributed {
				return map[string]distributed{audio: s.media.Egress.Score.Audio, video: s.media.Egress.Score.Video}
			}),
		levels("atrium_media_troubled_streams", "Tracks that are received badly at present, by cause.", "cause", func(s *snapshot) map[string]int {
			causes := map[string]int{}
			for cause := quality.Downlink; cause <= quality.Overload; cause++ {
				causes[cause.String()] = max(0, int(s.media.Egress.Troubled[cause]))
			}
			return causes
		}),
	}
}
