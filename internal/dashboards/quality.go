package dashboards

// quality shows what people see and hear.
func quality() Dashboard {
	return Dashboard{
		UID: "atrium-quality", Title: "Atrium / Quality",
		About: "What people see and hear: time to the first picture, freezes, scores, and what is to blame.",
		Rows: []Row{
			{Title: "At a glance", Panels: qualityAtAGlance()},
			{Title: "The first picture", Panels: firstPicture()},
			{Title: "Pictures that stand still", Panels: freezes()},
			{Title: "Scores", Panels: scores()},
			{Title: "What is to blame", Panels: blame()},
		},
	}
}

const (
	firstFrame = "atrium_media_first_frame_seconds"
	score      = "atrium_media_score"
)

func qualityAtAGlance() []Panel {
	return []Panel{
		{
			Title: "First picture, median", Kind: Stat, Unit: Seconds, Limits: rising(0.5, 1),
			About:   "From a receiver's connection to its first picture. Half a second feels immediate.",
			Queries: []Query{ask(quantile("0.5", firstFrame), "")},
		},
		{
			Title: "First picture, 95 %", Kind: Stat, Unit: Seconds, Limits: rising(1, 2),
			About:   "The slowest twentieth. Above 2 s people press reload: look at keyframes on the Media dashboard.",
			Queries: []Query{ask(quantile("0.95", firstFrame), "")},
		},
		{
			Title: "Time frozen", Kind: Stat, Unit: Share, Limits: rising(0.01, 0.03),
			About:   "The part of the watched time in which pictures stood still. Under 1 % few people notice.",
			Queries: []Query{ask(frozenShare(), "")},
		},
		{
			Title: "Freezes an hour", Kind: Stat, Unit: Count, Limits: rising(6, 30),
			About:   "How often a picture stood still for each hour that one was watched.",
			Queries: []Query{ask(freezesPerHour(), "")},
		},
		{
			Title: "Median video score", Kind: Stat, Unit: Count, Limits: falling(4, 3),
			About:   "Estimated opinion of a viewer, 1 (bad) to 5 (excellent), of the middle stream. It should be 4 or more.",
			Queries: []Query{ask(`histogram_quantile(0.5, sum by (le) (rate(`+score+`_bucket{$at,kind="video"}[$window])))`, "")},
		},
		{
			Title: "Poor streams", Kind: Stat, Unit: Share, Limits: rising(0.05, 0.15),
			About:   "The part of all streams with a score of 3 or less.",
			Queries: []Query{ask(poorShare(), "")},
		},
	}
}

func freezesPerHour() string {
	return "3600 * " + share(rate("atrium_media_freezes_total"), rate("atrium_media_watched_seconds_total"))
}

// poorShare is the part of the scores of at most 3; the bound is 3 or 3.0, by the format of the scrape.
func poorShare(by ...string) string {
	return share(rate(score+`_bucket{le=~"3([.]0)?"}`, by...), rate(score+"_count", by...))
}

func firstPicture() []Panel {
	return []Panel{
		{
			Title: "Time to the first picture", Kind: Heatmap, Unit: Seconds,
			About:   "First pictures by how long they took. A second band above a second is people who waited for a keyframe.",
			Queries: buckets(firstFrame),
		},
		{
			Title: "Time to the first picture", Kind: Lines, Unit: Seconds, Limits: rising(1, 2),
			About:   "From a receiver's connection to its first picture. When it rises alone: publishers are slow with keyframes. When everything beside rises too: the server is busy.",
			Queries: quantiles(firstFrame),
		},
		{
			Title: "Where the time goes", Kind: Lines, Unit: Seconds,
			About: "The medians of the steps from the button to the picture. They follow each other; the longest is the one to look at.",
			Queries: []Query{
				ask(quantile("0.5", "atrium_join_seconds"), "join"),
				ask(quantile("0.5", "atrium_negotiation_seconds"), "negotiation"),
				ask(quantile("0.5", "atrium_media_ice_seconds"), "ICE"),
				ask(quantile("0.5", "atrium_media_dtls_seconds"), "DTLS"),
				ask(quantile("0.5", firstFrame), "first picture"),
			},
		},
	}
}

func freezes() []Panel {
	return []Panel{
		{
			Title: "Time frozen", Kind: Lines, Unit: Share, Limits: rising(0.01, 0.03),
			About:   "The part of the watched time in which pictures stood still, by server. Compare with loss and with what links carry on the Media dashboard.",
			Queries: []Query{ask(share(rate("atrium_media_frozen_seconds_total", "instance"), rate("atrium_media_watched_seconds_total", "instance")), "{{instance}}")},
		},
		{
			Title: "Freezes an hour of watching", Kind: Lines, Unit: Count, Limits: rising(6, 30),
			About:   "How often pictures stood still. Few and long: lost links. Many and short: loss that repair is late for.",
			Queries: []Query{ask(freezesPerHour(), "freezes")},
		},
		{
			Title: "Mean length of a freeze", Kind: Lines, Unit: Seconds,
			About:   "How long pictures stood still each time. Over a second: keyframes come late, or links are lost.",
			Queries: []Query{ask(share(rate("atrium_media_frozen_seconds_total"), rate("atrium_media_freezes_total")), "length")},
		},
		{
			Title: "Pictures that are watched", Kind: Lines, Unit: Count,
			About:   "Watched seconds in each second: how many moving pictures there are. With few of them the shares beside say little.",
			Queries: []Query{ask(rate("atrium_media_watched_seconds_total"), "pictures")},
		},
	}
}

func scores() []Panel {
	return []Panel{
		{
			Title: "Scores of video", Kind: Heatmap, Unit: Count,
			About:   "Streams of video by their estimated opinion score. Most belong above 4. A band at the bottom is a group of people with one trouble in common.",
			Queries: []Query{ask(`sum by (le) (increase(`+score+`_bucket{$at,kind="video"}[$window]))`, "{{le}}")},
		},
		{
			Title: "Score", Kind: Lines, Unit: Count, Min: 1, Max: 5, Limits: falling(4, 3),
			About: "The middle stream and the worst tenth, by kind. A median below 4 is everybody's trouble; a tail below 3 with a good median is that of some.",
			Queries: []Query{
				ask(quantile("0.5", score, "kind"), "{{kind}}, median"),
				ask(quantile("0.1", score, "kind"), "{{kind}}, worst tenth"),
			},
		},
		{
			Title: "Poor streams", Kind: Lines, Unit: Share, Limits: rising(0.05, 0.15),
			About:   "The part of the streams with a score of 3 or less.",
			Queries: []Query{ask(poorShare("kind"), "{{kind}}")},
		},
	}
}

func blame() []Panel {
	return []Panel{
		{
			Title: "Troubled streams by cause", Kind: Stack, Unit: Count,
			About:   "Streams that are received badly at present. downlink: the receiver's network. uplink: the publisher's network, seen by its whole room. publisher: sends nothing or too little. overload: this server.",
			Queries: []Query{ask(total("atrium_media_troubled_streams", "cause"), "{{cause}}")},
		},
		{
			Title: "Loss", Kind: Lines, Unit: Share, Limits: rising(0.02, 0.05),
			About: "Packets that did not arrive at first. With the cause uplink or downlink it should be visible here.",
			Queries: []Query{
				ask(uplinkLoss(), "uplink"),
				ask(downlinkLoss(), "downlink"),
			},
		},
		{
			Title: "Paused for lack of bandwidth", Kind: Lines, Unit: Share, Limits: rising(0.1, 0.3),
			About:   "The part of the videos that is not sent because links have nothing left for them. Their viewers see a still picture and a note.",
			Queries: []Query{ask(total(`atrium_media_paused_videos{cause="bandwidth"}`)+" / clamp_min("+total(`atrium_media_streams{kind="video"}`)+", 1)", "paused")},
		},
		{
			Title: "The server's own part", Kind: Lines, Unit: Seconds, Limits: rising(0.02, 0.05),
			About:   "Forwarding latency, 99 %. While it is low, trouble comes from people's networks and not from here.",
			Queries: []Query{ask(quantile("0.99", "atrium_media_forward_latency_seconds", "instance"), "{{instance}}")},
		},
	}
}
