package dashboards

// media shows what becomes of packets: what came, what went, what was lost and repaired,
// and what was kept back and why.
func media() Dashboard {
	return Dashboard{
		UID: "atrium-media", Title: "Atrium / Media",
		About: "What becomes of the packets: rates, latency, loss and repair, layers, estimates, connections.",
		Rows: []Row{
			{Title: "At a glance", Panels: mediaAtAGlance()},
			{Title: "Rates", Panels: mediaRates()},
			{Title: "What is published and forwarded", Panels: mediaStreams()},
			{Title: "Forwarding latency", Panels: forwardingLatency()},
			{Title: "Loss and repair", Panels: lossAndRepair()},
			{Title: "Retransmission", Panels: retransmission()},
			{Title: "What was not forwarded", Panels: notForwarded()},
			{Title: "Layers and keyframes", Panels: layersAndKeyframes()},
			{Title: "Receivers' links", Panels: receiversLinks()},
			{Title: "Connections", Panels: mediaConnections()},
			{Title: "Media port", Panels: mediaPort()},
		},
	}
}

func mediaAtAGlance() []Panel {
	return []Panel{
		{
			Title: "Received", Kind: Stat, Unit: BitRate,
			About:   "RTP payload accepted from publishers.",
			Queries: []Query{ask("8 * "+rate("atrium_media_bytes_received_total"), "")},
		},
		{
			Title: "Forwarded", Kind: Stat, Unit: BitRate,
			About:   "RTP payload sent to receivers, retransmissions not included. Divided by what is received it is the mean number of receivers.",
			Queries: []Query{ask("8 * "+rate("atrium_media_bytes_sent_total"), "")},
		},
		{
			Title: "Packets forwarded", Kind: Stat, Unit: PacketRate,
			About:   "RTP packets sent to receivers. This is what costs processor time: see CPU per packet on the Capacity dashboard.",
			Queries: []Query{ask(rate("atrium_media_packets_sent_total"), "")},
		},
		{
			Title: "Uplink loss", Kind: Stat, Unit: Share, Limits: rising(0.02, 0.05),
			About:   "Packets of publishers that did not arrive at first. Above 5 % repair comes late, and whole rooms see it.",
			Queries: []Query{ask(uplinkLoss(), "")},
		},
		{
			Title: "Downlink loss", Kind: Stat, Unit: Share, Limits: rising(0.02, 0.05),
			About:   "Packets that receivers reported lost. It hits single people; when it rises for all at once, the line of the server is full.",
			Queries: []Query{ask(downlinkLoss(), "")},
		},
		{
			Title: "Forwarding, 99 %", Kind: Stat, Unit: Seconds, Limits: rising(0.02, 0.05),
			About:   "From the arrival of a packet until the kernel has it for all its receivers. Above 50 ms the server is overloaded.",
			Queries: []Query{ask(quantile("0.99", "atrium_media_forward_latency_seconds"), "")},
		},
	}
}

func mediaRates() []Panel {
	return []Panel{
		{
			Title: "Received by codec", Kind: Stack, Unit: BitRate,
			About:   "RTP payload of publishers. A step down without people leaving means that publishers lost their uplink or turned cameras off.",
			Queries: []Query{ask("8 * "+rate("atrium_media_bytes_received_total", "kind", "codec"), "{{kind}} {{codec}}")},
		},
		{
			Title: "Forwarded", Kind: Stack, Unit: BitRate,
			About:   "RTP payload sent to receivers for the first time.",
			Queries: []Query{ask("8 * "+rate("atrium_media_bytes_sent_total", "kind"), "{{kind}}")},
		},
		{
			Title: "Packets", Kind: Lines, Unit: PacketRate,
			About: "RTP packets received and forwarded. Forwarded ones carry the cost.",
			Queries: []Query{
				ask(rate("atrium_media_packets_received_total", "kind"), "{{kind}} received"),
				ask(rate("atrium_media_packets_sent_total", "kind"), "{{kind}} forwarded"),
			},
		},
	}
}

func mediaStreams() []Panel {
	return []Panel{
		{
			Title: "Published tracks", Kind: Stack, Unit: Count,
			About:   "Tracks that come from publishers, by codec. A codec that nobody should use points at an old client.",
			Queries: []Query{ask(total("atrium_media_tracks", "kind", "codec")+" > 0", "{{kind}} {{codec}}")},
		},
		{
			Title: "Forwarded streams", Kind: Stack, Unit: Count,
			About:   "One for each track and receiver.",
			Queries: []Query{ask(total("atrium_media_streams", "kind", "codec")+" > 0", "{{kind}} {{codec}}")},
		},
	}
}

func forwardingLatency() []Panel {
	const metric = "atrium_media_forward_latency_seconds"
	return []Panel{
		{
			Title: "Forwarding latency", Kind: Heatmap, Unit: Seconds,
			About:   "Packets by how long they were in the server. Nearly all belong below 5 ms. A second band higher up is a shard that falls behind, or a stop of the whole process.",
			Queries: buckets(metric),
		},
		{
			Title: "Forwarding latency", Kind: Lines, Unit: Seconds, Limits: rising(0.02, 0.05),
			About:   "Until the kernel has a packet for all its receivers. Above 50 ms for one packet in a hundred the server is overloaded: see the shards on the Capacity dashboard.",
			Queries: quantiles(metric),
		},
		{
			Title: "Wait for the pacer", Kind: Lines, Unit: Seconds, Limits: rising(0.25, 0.5),
			About:   "How long packets of video waited for their turn, of those that had to. Receivers with narrow links wait longer; above half a second pictures stutter.",
			Queries: quantiles("atrium_media_pacing_delay_seconds"),
		},
	}
}

func lossAndRepair() []Panel {
	return []Panel{
		{
			Title: "Uplink", Kind: Lines, Unit: PacketRate,
			About: "Packets of publishers: lost at first, of them repaired, and given up. What is given up costs a whole room a keyframe. Repaired should follow lost closely.",
			Queries: []Query{
				ask(rate(`atrium_media_packets_lost_total{link="uplink"}`), "lost"),
				ask(rate(`atrium_media_packets_repaired_total{link="uplink"}`), "repaired"),
				ask(rate("atrium_media_packets_unrepaired_total"), "given up"),
			},
		},
		{
			Title: "Downlink", Kind: Lines, Unit: PacketRate,
			About: "Packets that receivers reported lost, and of them repaired.",
			Queries: []Query{
				ask(rate(`atrium_media_packets_lost_total{link="downlink"}`), "lost"),
				ask(rate(`atrium_media_packets_repaired_total{link="downlink"}`), "repaired"),
			},
		},
		{
			Title: "Loss", Kind: Lines, Unit: Share, Limits: rising(0.02, 0.05),
			About: "The same as parts of what was sent. Up to 2 % is repaired unnoticed.",
			Queries: []Query{
				ask(uplinkLoss(), "uplink"),
				ask(downlinkLoss(), "downlink"),
			},
		},
	}
}

func retransmission() []Panel {
	return []Panel{
		{
			Title: "Asked for", Kind: Lines, Unit: PacketRate,
			About:   "Packets asked for by NACK: in by receivers, out of publishers. It follows the loss.",
			Queries: []Query{ask(rate("atrium_media_nacked_packets_total", "direction"), "{{direction}}")},
		},
		{
			Title: "Sent again", Kind: Lines, Unit: PacketRate,
			About: "Retransmissions: in from publishers, out to receivers; and sound that repeats earlier sound for those who lose some. Much less than what was asked for: see beside.",
			Queries: []Query{
				ask(rate("atrium_media_rtx_packets_total", "direction"), "{{direction}}"),
				ask(rate("atrium_media_redundant_packets_total"), "redundant sound"),
			},
		},
		{
			Title: "Not sent again", Kind: Lines, Unit: PacketRate,
			About:   "Packets that receivers asked for in vain. budget: the link has no room for repairs. soon: the last repair may still be on its way. unknown: too old.",
			Queries: []Query{ask(rate("atrium_media_rtx_refused_total", "cause"), "{{cause}}")},
		},
	}
}

func notForwarded() []Panel {
	return []Panel{
		{
			Title: "Withheld on purpose", Kind: Lines, Unit: PacketRate,
			About:   "Packets that receivers did not need: other layers, paused or muted media, sound that was not among the loudest, video before its keyframe. Large with simulcast, and no sign of trouble.",
			Queries: []Query{ask(rate("atrium_media_packets_withheld_total", "cause"), "{{cause}}")},
		},
		{
			Title: "Dropped", Kind: Lines, Unit: PacketRate, Limits: rising(1, 100),
			About:   "Packets that should have gone and did not. mailbox: a shard was behind, the server is overloaded. late: waited too long on a narrow link. writer: the socket or its keys refused.",
			Queries: []Query{ask(rate("atrium_media_packets_dropped_total", "cause"), "{{cause}}")},
		},
		{
			Title: "Rejected at arrival", Kind: Lines, Unit: PacketRate,
			About:   "Packets of publishers that were of no use. padding and duplicate are normal. Many malformed, foreign or unrouted ones are a broken client.",
			Queries: []Query{ask(rate("atrium_media_packets_rejected_total", "reason"), "{{reason}}")},
		},
	}
}

func layersAndKeyframes() []Panel {
	return []Panel{
		{
			Title: "Layer switches", Kind: Lines, Unit: Rate,
			About:   "Receivers that were given a better picture (up) or a smaller one (down). Both high at once: links that swing, or windows that people resize.",
			Queries: []Query{ask(rate("atrium_media_layer_switches_total", "direction"), "{{direction}}")},
		},
		{
			Title: "Paused videos", Kind: Stack, Unit: Count,
			About:   "Videos that are not sent. bandwidth: the link has nothing left for them, people see it. silent: the publisher sends nothing. hidden: the client asked for none.",
			Queries: []Query{ask(total("atrium_media_paused_videos", "cause"), "{{cause}}")},
		},
		{
			Title: "Keyframes", Kind: Lines, Unit: Rate,
			About: "Requests of receivers (in), our merged requests to publishers (out), and the keyframes that came. Out without keyframes: publishers do not react. Out above one a second for each track: somebody loses packets without end.",
			Queries: []Query{
				ask(rate("atrium_media_keyframe_requests_total", "direction"), "asked, {{direction}}"),
				ask(rate("atrium_media_keyframes_received_total"), "received"),
			},
		},
	}
}

func receiversLinks() []Panel {
	return []Panel{
		{
			Title: "What links carry", Kind: Heatmap, Unit: ByteRate,
			About:   "Receivers' links by the estimate of what they carry, in bytes: 125 kB/s is 1 Mbit/s. A band that moves down for many at once is the line of the server or of its provider.",
			Queries: buckets("atrium_media_downlink_estimate_bytes_per_second"),
		},
		{
			Title: "Demand", Kind: Lines, Unit: BitRate,
			About: "What the media of all receivers would need, and what they are given. The gap is what people do not see.",
			Queries: []Query{
				ask("8 * "+total("atrium_media_downlink_demand_bytes_per_second"), "needed"),
				ask("8 * "+total("atrium_media_downlink_allocated_bytes_per_second"), "given"),
			},
		},
		{
			Title: "Links that carry too little", Kind: Lines, Unit: Share, Limits: rising(0.3, 0.6), Max: 1,
			About:   "The part of receivers' links that cannot carry all that their people want to see. Some are mobile networks; most of them at once is our own line.",
			Queries: []Query{ask(total("atrium_media_downlinks_limited")+" / clamp_min("+total("atrium_media_downlinks")+", 1)", "limited")},
		},
		{
			Title: "Probes", Kind: Lines, Unit: ByteRate,
			About:   "Padding that finds out whether a link carries more. It should stay far below the media.",
			Queries: []Query{ask(rate("atrium_media_padding_bytes_total"), "padding")},
		},
	}
}

func mediaConnections() []Panel {
	return []Panel{
		{
			Title: "Connections", Kind: Stack, Unit: Count,
			About:   "Media connections by what they are for.",
			Queries: []Query{ask(total("atrium_media_connections", "role"), "{{role}}")},
		},
		{
			Title: "ICE and DTLS", Kind: Lines, Unit: Rate,
			About: "How connections began and ended. failed: no way through the network, or no keys. closed: given up by the client before. disconnected: lost later. With many failures, check that the media port is reachable.",
			Queries: []Query{
				ask(rate("atrium_media_ice_total", "outcome"), "ICE {{outcome}}"),
				ask(rate("atrium_media_dtls_total", "outcome"), "DTLS {{outcome}}"),
			},
		},
		{
			Title: "Time to connect", Kind: Lines, Unit: Seconds, Limits: rising(1, 2.5),
			About: "From the answer to the way through the network (ICE), and from there to the keys (DTLS). Over a second is a client behind a strict firewall, or a busy server.",
			Queries: []Query{
				ask(quantile("0.5", "atrium_media_ice_seconds"), "ICE, median"),
				ask(quantile("0.95", "atrium_media_ice_seconds"), "ICE, 95 %"),
				ask(quantile("0.5", "atrium_media_dtls_seconds"), "DTLS, median"),
				ask(quantile("0.95", "atrium_media_dtls_seconds"), "DTLS, 95 %"),
			},
		},
		{
			Title: "Ways through the network", Kind: Lines, Unit: Rate,
			About:   "The pairs of candidates that connections began with. tcp: networks that block UDP. relay: clients that use a TURN server.",
			Queries: []Query{ask(rate("atrium_media_selected_pairs_total", "transport", "remote", "family")+" > 0", "{{transport}} {{remote}} {{family}}")},
		},
	}
}

func mediaPort() []Panel {
	return []Panel{
		{
			Title: "Datagrams", Kind: Lines, Unit: PacketRate,
			About:   "UDP datagrams on the media port, with STUN, DTLS and RTCP.",
			Queries: []Query{ask(rate("atrium_udp_datagrams_total", "direction"), "{{direction}}")},
		},
		{
			Title: "Datagrams for nobody", Kind: Lines, Unit: PacketRate,
			About:   "Datagrams received and not used. queue full: the server is overloaded. Others in number: clients that went away without a word, or a scan.",
			Queries: []Query{ask(rate("atrium_udp_dropped_total", "reason"), "{{reason}}")},
		},
		{
			Title: "Datagrams not sent", Kind: Lines, Unit: PacketRate, Limits: rising(1, 100),
			About: "Media that the kernel did not take. full: the socket's send buffer or the network card is at its end. refused: no route to the receiver.",
			Queries: []Query{
				ask(rate("atrium_media_queue_dropped_total", "reason"), "media, {{reason}}"),
				ask(rate("atrium_udp_write_errors_total"), "other, refused"),
			},
		},
		{
			Title: "TCP", Kind: Lines, Unit: Count,
			About:   "Connections of clients whose network blocks UDP. A sudden rise means that UDP is blocked between them and us.",
			Queries: []Query{ask(total("atrium_tcp_connections"), "connections")},
		},
	}
}
