package dashboards

// capacity shows what is used up first, and how many more people fit.
func capacity() Dashboard {
	return Dashboard{
		UID: "atrium-capacity", Title: "Atrium / Capacity",
		About: "What runs out first, how many more people fit, and how well packets are batched.",
		Rows: []Row{
			{Title: "At a glance", Panels: capacityAtAGlance()},
			{Title: "Processor", Panels: processor()},
			{Title: "Headroom", Panels: headroom()},
			{Title: "Batching", Panels: batching()},
			{Title: "Signs of overload", Panels: overload()},
			{Title: "Memory and descriptors", Panels: memory()},
			{Title: "Packet buffers", Panels: buffers()},
		},
	}
}

const (
	cpuPerPacket = "rate(process_cpu_seconds_total{$at}[$window])"
	runLength    = "Packets of one receiver that went in one message. Longer runs cost less: 1 is none. It falls when few packets wait for each receiver, as with little traffic, and when routes refuse segmentation."
)

func capacityAtAGlance() []Panel {
	return []Panel{
		{
			Title: "CPU, busiest server", Kind: Stat, Unit: Share, Limits: rising(0.7, 0.85),
			About:   "Processor time used of what the server may use. Above 85 % media gets late.",
			Queries: []Query{ask("max(atrium_cpu_used_ratio{$at})", "")},
		},
		{
			Title: "Busiest shard", Kind: Stat, Unit: Share, Limits: rising(0.7, 0.9),
			About:   "How much of its time the busiest forwarding shard works. One shard at its end while others rest: one room is too large for it.",
			Queries: []Query{ask("max(rate(atrium_media_shard_busy_seconds_total{$at}[$window]))", "")},
		},
		{
			Title: "CPU for a packet", Kind: Stat, Unit: Seconds,
			About:   "Processor time of the whole server for each packet forwarded. docs/bench/forwarding.md has figures to compare with. With little traffic it is high and says nothing.",
			Queries: []Query{ask(share(sum(cpuPerPacket), rate("atrium_media_packets_sent_total")), "")},
		},
		{
			Title: "Participants that still fit", Kind: Stat, Unit: Count, Limits: falling(100, 20),
			About: "How many more participants like the present ones fit, on all servers. A straight line through the present load: it needs some load to be worth anything, shows nothing without, and errs on the low side, as packets get cheaper with load.",
			Queries: []Query{{
				Expr: "sum(instance:atrium_headroom_participants:estimate{$at})", MayBeEmpty: "needs load to extrapolate from",
			}},
		},
		{
			Title: "Run length", Kind: Stat, Unit: Count,
			About:   runLength,
			Queries: []Query{ask(share(rate("atrium_media_queue_datagrams_total"), rate("atrium_media_queue_messages_total")), "")},
		},
		{
			Title: "Packets a system call", Kind: Stat, Unit: Count,
			About:   "Packets that one system call took. More is cheaper; it grows with the load by itself.",
			Queries: []Query{ask(share(rate("atrium_media_queue_datagrams_total"), rate("atrium_media_queue_calls_total")), "")},
		},
	}
}

func processor() []Panel {
	return []Panel{
		{
			Title: "CPU", Kind: Lines, Unit: Share, Limits: rising(0.7, 0.85), Max: 1,
			About: "Processor time used of what each server may use. Plan for peaks of 70 %. Whoever refuses newcomers is at 100 % of the second line.",
			Queries: []Query{
				ask("max by (instance) (atrium_cpu_used_ratio{$at})", "{{instance}}"),
				ask("max by (instance) (atrium_overloaded{$at})", "{{instance}} refuses newcomers"),
			},
		},
		{
			Title: "Shards", Kind: Lines, Unit: Share, Limits: rising(0.7, 0.9), Max: 1,
			About:   "How much of its time each forwarding shard works. They should be alike; one alone at the top is one large room.",
			Queries: []Query{ask("rate(atrium_media_shard_busy_seconds_total{$at}[$window])", "{{instance}} {{shard}}")},
		},
		{
			Title: "CPU for a packet", Kind: Lines, Unit: Seconds,
			About:   "Processor time for each packet forwarded, all included. It falls with load, because batches grow. A step up after a release is a regression.",
			Queries: []Query{ask(share(sum(cpuPerPacket, "instance"), rate("atrium_media_packets_sent_total", "instance")), "{{instance}}")},
		},
	}
}

func headroom() []Panel {
	return []Panel{
		{
			Title: "Capacity used", Kind: Lines, Unit: Share, Limits: rising(0.8, 1), Max: 1.2,
			About:   "The fullest of processor time, participants, rooms and sessions on each server, against its limits; 100 % is full. Autoscalers follow this.",
			Queries: []Query{ask("max by (instance) (atrium_capacity_used_ratio{$at})", "{{instance}}")},
		},
		{
			Title: "Participants that still fit", Kind: Stack, Unit: Count,
			About: "How many more like the present ones fit on each server. Add servers before it comes near the number that joins within the time in which a server starts.",
			Queries: []Query{{
				Expr: "sum by (instance) (instance:atrium_headroom_participants:estimate{$at})", Legend: "{{instance}}", MayBeEmpty: "needs load to extrapolate from",
			}},
		},
		{
			Title: "Participants", Kind: Stack, Unit: Count,
			About:   "Who is there now, to compare.",
			Queries: []Query{ask(total("atrium_participants", "instance"), "{{instance}}")},
		},
	}
}

func batching() []Panel {
	return []Panel{
		{
			Title: "Packets a wake-up", Kind: Heatmap, Unit: Count,
			About:   "How many packets a shard found when it woke. Small numbers are low latency with idle processors; it moves up by itself under load, which is what makes load cheap.",
			Queries: buckets("atrium_media_batch_packets"),
		},
		{
			Title: "Run length and packets a system call", Kind: Lines, Unit: Count,
			About: runLength,
			Queries: []Query{
				ask(share(rate("atrium_media_queue_datagrams_total"), rate("atrium_media_queue_messages_total")), "run length"),
				ask(share(rate("atrium_media_queue_datagrams_total"), rate("atrium_media_queue_calls_total")), "packets a system call"),
				ask(share(rate(`atrium_udp_datagrams_total{direction="in"}`), rate("atrium_udp_reads_total")), "received a system call"),
			},
		},
		{
			Title: "Sent in runs, received joined", Kind: Lines, Unit: Share, Max: 1,
			About: "The part of the datagrams that the kernel cut from runs (UDP_SEGMENT) and that it handed over joined (UDP_GRO). 0 on systems that can do neither.",
			Queries: []Query{
				ask(share(rate("atrium_media_queue_segmented_total"), rate("atrium_media_queue_datagrams_total")), "sent"),
				ask(share(rate("atrium_udp_coalesced_total"), rate(`atrium_udp_datagrams_total{direction="in"}`)), "received"),
			},
		},
	}
}

func overload() []Panel {
	return []Panel{
		{
			Title: "Lost to overload", Kind: Lines, Unit: PacketRate, Limits: rising(1, 100),
			About: "Packets lost because the server was behind: in the mailbox of a shard, in the queue of a reader, at the socket. Good is 0. Move people to another server now, and find the cause after.",
			Queries: []Query{
				ask(rate(`atrium_media_packets_dropped_total{cause="mailbox"}`), "mailbox"),
				ask(rate(`atrium_udp_dropped_total{reason="queue full"}`), "receive queue"),
				ask(rate("atrium_media_queue_dropped_total"), "send queue"),
			},
		},
		{
			Title: "Mailboxes", Kind: Lines, Unit: Count,
			About:   "Packets that wait for a shard now. Some hundred in a burst are normal; a level that does not go back to 0 is a shard at its end.",
			Queries: []Query{ask("max by (instance) (atrium_media_mailbox_items{$at})", "{{instance}}, longest")},
		},
		{
			Title: "Flight recordings", Kind: Lines, Unit: Count,
			About:   "Seconds in which packets were forwarded late while the flight recorder was on, by what came of them. written: a file of operator.flight_directory has the moment, for go tool trace.",
			Queries: []Query{ask("sum by (outcome) (increase(atrium_flight_recordings_total{$at}[$window]))", "{{outcome}}")},
		},
		{
			Title: "Forwarding, 99 %", Kind: Lines, Unit: Seconds, Limits: rising(0.02, 0.05),
			About:   "The first to rise when a server is at its end, before packets are lost.",
			Queries: []Query{ask(quantile("0.99", "atrium_media_forward_latency_seconds", "instance"), "{{instance}}")},
		},
	}
}

func memory() []Panel {
	return []Panel{
		{
			Title: "Memory", Kind: Lines, Unit: Bytes,
			About: "Memory of the process, and of it the heap of Go. It follows connections. A floor that rises from day to day with the same number of people is a leak.",
			Queries: []Query{
				ask("max by (instance) (process_resident_memory_bytes{$at})", "{{instance}} in all"),
				ask("max by (instance) (go_memstats_heap_inuse_bytes{$at})", "{{instance}} heap"),
			},
		},
		{
			Title: "Goroutines", Kind: Lines, Unit: Count,
			About:   "It follows websockets and media connections, some dozen for each, and returns when they end.",
			Queries: []Query{ask("max by (instance) (go_goroutines{$at})", "{{instance}}")},
		},
		{
			Title: "File descriptors", Kind: Lines, Unit: Share, Limits: rising(0.6, 0.8), Max: 1,
			About:   "Open files of those that the process may open. Websockets need one each. Raise LimitNOFILE in time.",
			Queries: []Query{ask("max by (instance) (process_open_fds{$at} / process_max_fds{$at})", "{{instance}}")},
		},
	}
}

func buffers() []Panel {
	return []Panel{
		{
			Title: "Packet buffers", Kind: Lines, Unit: Count,
			About:   "Received packets in buffers and queues. It follows the published tracks, as repairs are answered from there.",
			Queries: []Query{ask(total("atrium_media_packets_held", "instance"), "{{instance}}")},
		},
		{
			Title: "Buffers from the pool", Kind: Lines, Unit: Rate,
			About:   "Buffers that received packets were put into: reused ones, and made ones, which cost memory and its collection. Made ones belong to times when people come; many at a steady load are a leak.",
			Queries: []Query{ask(rate("atrium_media_pool_buffers_total", "origin"), "{{origin}}")},
		},
		{
			Title: "Garbage collection", Kind: Lines, Unit: Share, Limits: rising(0.02, 0.1),
			About:   "The part of the time in which the collector stopped the whole process. It should be far below 1 %.",
			Queries: []Query{ask("sum by (instance) (rate(go_gc_duration_seconds_sum{$at}[$window]))", "{{instance}}")},
		},
	}
}
