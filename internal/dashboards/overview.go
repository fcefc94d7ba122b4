package dashboards

// overview answers three questions: is it healthy, how full is it, who suffers.
func overview() Dashboard {
	return Dashboard{
		UID: "atrium-overview", Title: "Atrium / Overview",
		About: "Is it healthy, how full is it, and who suffers?",
		Rows: []Row{
			{Title: "At a glance", Panels: atAGlance()},
			{Title: "Alerts", Height: 5, Panels: []Panel{firing()}},
			{Title: "How full", Panels: howFull()},
			{Title: "Who suffers", Panels: whoSuffers()},
			{Title: "Can people come in", Panels: comingIn()},
			{Title: "Each server", Height: 6, Panels: []Panel{eachServer()}},
		},
	}
}

func atAGlance() []Panel {
	return []Panel{
		{
			Title: "Servers down", Kind: Stat, Unit: Count, Limits: rising(1, 1),
			About:   "Servers that Prometheus knows and that do not answer. Good is 0. Otherwise look at the machine and the log of each; the table at the bottom names those that do answer.",
			Queries: []Query{ask("count(up{$at} == 0) or (0 * count(up{$at}))", "")},
		},
		{
			Title: "Participants", Kind: Stat, Unit: Count,
			About:   "People in all rooms. A sudden fall to near 0 is an outage, wherever it comes from.",
			Queries: []Query{ask(total("atrium_participants"), "")},
		},
		{
			Title: "Rooms", Kind: Stat, Unit: Count,
			About:   "Rooms that exist. It follows the number of participants; rooms that stay without people are a bug of the application.",
			Queries: []Query{ask(total("atrium_rooms"), "")},
		},
		{
			Title: "Fullest server", Kind: Stat, Unit: Share, Limits: rising(0.8, 1),
			About:   "How full the fullest server is, by processor time and by its configured limits; 100 % is full. From 80 % on, add servers or send new rooms elsewhere.",
			Queries: []Query{ask("max(atrium_capacity_used_ratio{$at})", "")},
		},
		{
			Title: "Time frozen", Kind: Stat, Unit: Share, Limits: rising(0.01, 0.03),
			About:   "The part of the watched time in which pictures stood still. Under 1 % few people notice. Above 3 %: the Quality dashboard says why.",
			Queries: []Query{ask(frozenShare(), "")},
		},
		{
			Title: "Troubled streams", Kind: Stat, Unit: Share, Limits: rising(0.05, 0.15),
			About:   "The part of all received streams that is received badly at present. Some per cent are people with bad networks. More than 15 %: see the causes under 'Who suffers'.",
			Queries: []Query{ask(share(total("atrium_media_troubled_streams"), total("atrium_media_streams")), "")},
		},
	}
}

// frozenShare is the frozen part of the watched time.
func frozenShare() string {
	return share(rate("atrium_media_frozen_seconds_total"), rate("atrium_media_watched_seconds_total"))
}

func firing() Panel {
	return Panel{
		Title: "Firing alerts", Kind: Table, Unit: Words,
		About: "Alerts of deploy/prometheus that fire now. Each has a section in docs/operations.md that says what to do.",
		Queries: []Query{{
			Expr:   `sum by (alertname, severity, instance) (ALERTS{alertname=~"Atrium.+",alertstate="firing"})`,
			Legend: "Firing", Unit: Count, MayBeEmpty: "nothing fires while all is well",
		}},
	}
}

func howFull() []Panel {
	return []Panel{
		{
			Title: "Participants", Kind: Stack, Unit: Count,
			About:   "People on each server. The load of a server follows what they send and receive more than their number.",
			Queries: []Query{ask(total("atrium_participants", "instance"), "{{instance}}")},
		},
		{
			Title: "Capacity used", Kind: Lines, Unit: Share, Limits: rising(0.8, 1), Max: 1.2,
			About:   "How full each server is; 100 % is full. Above 80 %, add servers. The Capacity dashboard says what runs out first.",
			Queries: []Query{ask("max by (instance) (atrium_capacity_used_ratio{$at})", "{{instance}}")},
		},
		{
			Title: "Media traffic", Kind: Lines, Unit: BitRate,
			About: "UDP payload on the media port. Outgoing is the load: it grows with receivers. A ceiling that it does not cross while people come is the network card or the line.",
			Queries: []Query{
				ask("8 * "+rate(`atrium_udp_bytes_total{direction="in"}`), "received"),
				ask("8 * "+rate(`atrium_udp_bytes_total{direction="out"}`), "sent"),
			},
		},
	}
}

func whoSuffers() []Panel {
	return []Panel{
		{
			Title: "Time frozen", Kind: Lines, Unit: Share, Limits: rising(0.01, 0.03),
			About:   "The part of the watched time in which pictures stood still, by server. One server alone is its machine or its line; all at once is a publisher's, a release's or the provider's trouble.",
			Queries: []Query{ask(share(rate("atrium_media_frozen_seconds_total", "instance"), rate("atrium_media_watched_seconds_total", "instance")), "{{instance}}")},
		},
		{
			Title: "Packet loss", Kind: Lines, Unit: Share, Limits: rising(0.02, 0.05),
			About: "Packets that did not arrive at first, of all: on the way from publishers (uplink) and to receivers (downlink). Up to 2 % is repaired unnoticed. Uplink loss hits whole rooms.",
			Queries: []Query{
				ask(uplinkLoss(), "uplink"),
				ask(downlinkLoss(), "downlink"),
			},
		},
		{
			Title: "Troubled streams by cause", Kind: Stack, Unit: Count,
			About:   "Streams that are received badly, by what is to blame. downlink and uplink: people's networks. publisher: sends nothing or too little. overload: this server; act on it at once.",
			Queries: []Query{ask(total("atrium_media_troubled_streams", "cause"), "{{cause}}")},
		},
	}
}

// uplinkLoss is the part of publishers' packets that did not arrive at first.
func uplinkLoss() string {
	return share(rate(`atrium_media_packets_lost_total{link="uplink"}`), "("+rate("atrium_media_packets_received_total")+" + "+rate("atrium_media_packets_unrepaired_total")+")")
}

// downlinkLoss is the part of receivers' packets that they reported lost.
func downlinkLoss() string {
	return share(rate(`atrium_media_packets_lost_total{link="downlink"}`), rate("atrium_media_packets_sent_total"))
}

func comingIn() []Panel {
	return []Panel{
		{
			Title: "Joins", Kind: Lines, Unit: Rate,
			About: "People who came into a room, and requests to join that were refused. Refusals that grow with joins are name clashes and wrong rooms; refusals alone are an outage or an attack.",
			Queries: []Query{
				ask(rate("atrium_joins_total"), "joined"),
				ask(rate(`atrium_requests_total{method="joinRoom",code!="0"}`)+" or (0 * "+rate("atrium_joins_total")+")", "refused"),
			},
		},
		{
			Title: "Media connections that fail", Kind: Lines, Unit: Share, Limits: rising(0.05, 0.1),
			About: "The part of new media connections that did not come to be: ICE found no way through the network, or DTLS did not agree on keys. Above 10 %, check that the media port is reachable from outside over UDP and TCP.",
			Queries: []Query{
				ask(failedShare("atrium_media_ice_total"), "ICE"),
				ask(failedShare("atrium_media_dtls_total"), "DTLS"),
			},
		},
		{
			Title: "How long it takes", Kind: Lines, Unit: Seconds, Limits: rising(1, 2),
			About: "The slowest twentieth of joins (request to answer) and of first pictures (a receiver's connection to its first picture). First pictures should take less than a second.",
			Queries: []Query{
				ask(quantile("0.95", "atrium_join_seconds"), "join, 95 %"),
				ask(quantile("0.95", "atrium_media_first_frame_seconds"), "first picture, 95 %"),
			},
		},
	}
}

// failedShare is the part of a counter's outcomes that are failures.
func failedShare(counter string) string {
	return share(rate(counter+`{outcome="failed"}`), rate(counter+`{outcome=~"connected|failed"}`))
}

func eachServer() Panel {
	by := func(expr, heading string, unit Unit, limits Limits) Query {
		return Query{Expr: expr, Legend: heading, Unit: unit, Limits: limits}
	}
	return Panel{
		Title: "Servers", Kind: Table, Unit: Count,
		About: "One line for each server that answers. Compare them: what is true for one only is that machine; what is true for all is not.",
		Queries: []Query{
			by("max by (instance, version) ((time() - process_start_time_seconds{$at}) * on (job, instance) group_left (version) atrium_build_info{$at})", "Up for", Seconds, Limits{}),
			by(total("atrium_participants", "instance"), "Participants", Count, Limits{}),
			by("max by (instance) (atrium_cpu_used_ratio{$at})", "CPU", Share, rising(0.7, 0.85)),
			by("max by (instance) (atrium_capacity_used_ratio{$at})", "Full", Share, rising(0.8, 1)),
			by("8 * "+rate(`atrium_udp_bytes_total{direction="out"}`, "instance"), "Sent", BitRate, Limits{}),
			by(quantile("0.99", "atrium_media_forward_latency_seconds", "instance"), "Forwarding, 99 %", Seconds, rising(0.02, 0.05)),
			by(share(rate("atrium_media_frozen_seconds_total", "instance"), rate("atrium_media_watched_seconds_total", "instance")), "Frozen", Share, rising(0.01, 0.03)),
			by("max by (instance) (atrium_draining{$at})", "Drains", Count, rising(1, 1)),
		},
	}
}
