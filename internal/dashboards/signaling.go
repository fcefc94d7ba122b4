package dashboards

// signaling shows the websockets and what is said over them.
func signaling() Dashboard {
	return Dashboard{
		UID: "atrium-signaling", Title: "Atrium / Signaling",
		About: "Requests, errors and latency, joins, sessions, websockets and queues.",
		Rows: []Row{
			{Title: "At a glance", Panels: signalingAtAGlance()},
			{Title: "Requests", Panels: requests()},
			{Title: "Latency", Panels: requestLatency()},
			{Title: "Joins", Panels: joins()},
			{Title: "Tokens", Panels: tokens()},
			{Title: "Negotiation", Panels: negotiation()},
			{Title: "Sessions", Panels: sessions()},
			{Title: "Websockets", Panels: websockets()},
			{Title: "Queues", Panels: queues()},
			{Title: "WHIP and WHEP", Panels: whip()},
			{Title: "TURN", Panels: turn()},
			{Title: "Events for applications", Panels: events()},
		},
	}
}

const requestSeconds = "atrium_request_seconds"

// errorShare is the part of requests that were not answered with a result.
func errorShare() string {
	return share("("+rate(`atrium_requests_total{code!="0"}`)+" or (0 * "+rate("atrium_requests_total")+"))", rate("atrium_requests_total"))
}

func signalingAtAGlance() []Panel {
	return []Panel{
		{
			Title: "Websockets", Kind: Stat, Unit: Count,
			About:   "Open websockets, one for each client.",
			Queries: []Query{ask(total("atrium_websockets"), "")},
		},
		{
			Title: "Waiting for clients", Kind: Stat, Unit: Count,
			About:   "Sessions whose client is away and may come back. Some are people on trains. A jump is a lost network or a proxy that restarted.",
			Queries: []Query{ask(total(`atrium_sessions{state="waiting"}`), "")},
		},
		{
			Title: "Requests", Kind: Stat, Unit: Requests,
			About:   "Requests of clients in each second, pings included.",
			Queries: []Query{ask(rate("atrium_requests_total"), "")},
		},
		{
			Title: "Errors", Kind: Stat, Unit: Share, Limits: rising(0.02, 0.1),
			About:   "The part of requests that was answered with an error. Some are people's mistakes; the graphs below say which.",
			Queries: []Query{ask(errorShare(), "")},
		},
		{
			Title: "Request, 99 %", Kind: Stat, Unit: Seconds, Limits: rising(0.25, 1),
			About:   "The slowest hundredth of requests, from reading to answer. Negotiations are the slow ones.",
			Queries: []Query{ask(quantile("0.99", requestSeconds), "")},
		},
		{
			Title: "Joins", Kind: Stat, Unit: Rate,
			About:   "People who come into rooms in each second.",
			Queries: []Query{ask(rate("atrium_joins_total"), "")},
		},
	}
}

func requests() []Panel {
	return []Panel{
		{
			Title: "Requests by method", Kind: Stack, Unit: Requests,
			About:   "What clients ask for. A method far out of proportion is a client in a loop.",
			Queries: []Query{ask(rate("atrium_requests_total", "method")+" > 0", "{{method}}")},
		},
		{
			Title: "Errors by method", Kind: Lines, Unit: Requests,
			About: "Requests that were answered with an error.",
			Queries: []Query{{
				Expr: rate(`atrium_requests_total{code!="0"}`, "method") + " > 0", Legend: "{{method}}", MayBeEmpty: "no request was answered with an error",
			}},
		},
		{
			Title: "Errors by code", Kind: Lines, Unit: Requests,
			About: "The same by error code (docs/protocol.md). 104: the name is taken. 202: no such room. 302: an offer that cannot be used. -32603: a fault of the server.",
			Queries: []Query{{
				Expr: rate(`atrium_requests_total{code!="0"}`, "code") + " > 0", Legend: "{{code}}", MayBeEmpty: "no request was answered with an error",
			}},
		},
	}
}

func requestLatency() []Panel {
	return []Panel{
		{
			Title: "Latency", Kind: Heatmap, Unit: Seconds,
			About:   "Requests by how long their answers took. The upper band is negotiation.",
			Queries: buckets(requestSeconds),
		},
		{
			Title: "Latency", Kind: Lines, Unit: Seconds, Limits: rising(0.25, 1),
			About:   "From reading a request to its answer. A tail that rises with the processor time is a busy server.",
			Queries: quantiles(requestSeconds),
		},
		{
			Title: "Slowest tenth by method", Kind: Lines, Unit: Seconds, Limits: rising(0.25, 1),
			About:   "Which requests are slow. publishVideo, publish and receiveVideoFrom negotiate and take longest; the others should take a few milliseconds.",
			Queries: []Query{ask(quantile("0.9", requestSeconds, "method")+" >= 0", "{{method}}")},
		},
	}
}

func joins() []Panel {
	return []Panel{
		{
			Title: "Joins and leaves", Kind: Lines, Unit: Rate,
			About: "People who come and go. Both high at once is people who reload the page: something is wrong for them.",
			Queries: []Query{
				ask(rate("atrium_joins_total"), "joined"),
				ask(rate("atrium_leaves_total"), "left"),
			},
		},
		{
			Title: "Leaves by reason", Kind: Lines, Unit: Rate,
			About:   "Why people are gone. left: by themselves, or their connection was lost for good. The others were sent away, or their room was closed.",
			Queries: []Query{ask(rate("atrium_leaves_total", "reason"), "{{reason}}")},
		},
		{
			Title: "Time to join", Kind: Lines, Unit: Seconds, Limits: rising(0.25, 1),
			About:   "Successful joins. They wait for the goroutine of the room only: tens of milliseconds mean a busy processor.",
			Queries: quantiles("atrium_join_seconds"),
		},
		{
			Title: "Refusals by code", Kind: Lines, Unit: Rate,
			About: "What rooms refused, by error code (docs/protocol.md). 102 and 105 follow people who come and go. 104: the name is taken. 201: the room is full.",
			Queries: []Query{{
				Expr: rate("atrium_refusals_total", "code") + " > 0", Legend: "{{code}}", MayBeEmpty: "nothing was refused",
			}},
		},
	}
}

func tokens() []Panel {
	const loaded = "atrium_token_keys_loaded_timestamp_seconds{$at}"
	return []Panel{
		{
			Title: "Tokens", Kind: Lines, Unit: Rate,
			About: "Tokens that clients brought. All is 0 on servers that ask for none.",
			Queries: []Query{
				ask(rate("atrium_tokens_accepted_total"), "accepted"),
				ask(rate("atrium_tokens_refused_total"), "refused"),
			},
		},
		{
			Title: "Refused tokens by reason", Kind: Lines, Unit: Rate,
			About: "Why tokens were refused (docs/tokens.md). expired and wrong_room are clients' affairs. Many of unknown_key, issuer or audience at once: the application and the server do not agree. signature: somebody guesses, or signs with another key.",
			Queries: []Query{{
				Expr: rate("atrium_tokens_refused_total", "reason") + " > 0", Legend: "{{reason}}", MayBeEmpty: "no token was refused",
			}},
		},
		{
			Title: "Age of the keys", Kind: Lines, Unit: Seconds, Limits: rising(900, 3600),
			About: "How long ago the key set of auth.jwks was loaded. It is loaded every five minutes; when that fails the old keys stay, and tokens with newer ones are refused.",
			Queries: []Query{{
				Expr: "max(time() - (" + loaded + " > 0))", Legend: "age", MayBeEmpty: "auth.jwks is not set",
			}},
		},
	}
}

func negotiation() []Panel {
	return []Panel{
		{
			Title: "Negotiations", Kind: Lines, Unit: Rate,
			About:   "Offers by what became of them. refused: the client's fault or a limit. failed: the server's fault, and worth a look into the log.",
			Queries: []Query{ask(rate("atrium_negotiations_total", "role", "outcome"), "{{role}} {{outcome}}")},
		},
		{
			Title: "Time from offer to answer", Kind: Lines, Unit: Seconds, Limits: rising(0.25, 1),
			About: "Successful negotiations. Most of it is processor time.",
			Queries: []Query{
				ask(quantile("0.5", "atrium_negotiation_seconds", "role"), "{{role}}, median"),
				ask(quantile("0.95", "atrium_negotiation_seconds", "role"), "{{role}}, 95 %"),
			},
		},
		{
			Title: "Candidates dropped", Kind: Lines, Unit: Rate,
			About:   "ICE candidates that were of no use. remote: too many or too early from clients. local: faster than the room took them.",
			Queries: []Query{ask(rate("atrium_candidates_dropped_total", "from"), "{{from}}")},
		},
	}
}

func sessions() []Panel {
	return []Panel{
		{
			Title: "Sessions", Kind: Stack, Unit: Count,
			About:   "Sessions of clients. waiting: the client is away and may come back.",
			Queries: []Query{ask(total("atrium_sessions", "state"), "{{state}}")},
		},
		{
			Title: "Begun and taken over", Kind: Lines, Unit: Rate,
			About: "New sessions, and those that went on over another websocket. Many takeovers: unstable networks, or a proxy that cuts long connections.",
			Queries: []Query{
				ask(rate("atrium_sessions_started_total"), "begun"),
				ask(rate("atrium_session_takeovers_total"), "taken over"),
			},
		},
		{
			Title: "Ended by reason", Kind: Lines, Unit: Rate,
			About: "Why sessions are over. lost: the client did not come back in time. too much unsent: it did not read.",
			Queries: []Query{{
				Expr: rate("atrium_sessions_ended_total", "reason"), Legend: "{{reason}}", MayBeEmpty: "no session has ended yet",
			}},
		},
	}
}

func websockets() []Panel {
	return []Panel{
		{
			Title: "Opened and refused", Kind: Lines, Unit: Rate,
			About: "Websockets accepted, and refused by reason. full: the limit of this server. address: that of one client address. origin: a page of somebody else. draining: the server is about to stop.",
			Queries: []Query{
				ask(rate("atrium_websockets_opened_total"), "opened"),
				{Expr: rate("atrium_websockets_refused_total", "reason"), Legend: "refused, {{reason}}", MayBeEmpty: "none was refused"},
			},
		},
		{
			Title: "Messages", Kind: Lines, Unit: Rate,
			About:   "Messages over all websockets. Outgoing ones grow with the size of rooms times the people who come and go.",
			Queries: []Query{ask(rate("atrium_websocket_messages_total", "direction"), "{{direction}}")},
		},
		{
			Title: "Traffic", Kind: Lines, Unit: ByteRate,
			About:   "Payload of the websockets.",
			Queries: []Query{ask(rate("atrium_websocket_bytes_total", "direction"), "{{direction}}")},
		},
	}
}

func queues() []Panel {
	return []Panel{
		{
			Title: "Requests that wait", Kind: Lines, Unit: Count,
			About: "Requests that wait for their session, and commands that wait for their room. Some in a burst are normal; a level that stays is a busy processor.",
			Queries: []Query{
				ask(total("atrium_inbox_requests"), "requests"),
				ask(total("atrium_room_commands"), "commands of rooms"),
			},
		},
		{
			Title: "Waiting to be written", Kind: Lines, Unit: Bytes,
			About:   "What waits for all websockets. It grows with clients that read slowly.",
			Queries: []Query{ask(total("atrium_outbox_bytes"), "outboxes")},
		},
		{
			Title: "Slow clients", Kind: Lines, Unit: Rate,
			About:   "Websockets closed because the client did not read. Single ones are people with bad networks; many at once point at the network of the server.",
			Queries: []Query{ask(rate("atrium_slow_consumers_total"), "closed")},
		},
		{
			Title: "Notifications", Kind: Lines, Unit: Rate,
			About: "Notifications sent to clients, chat messages among them, and answers repeated for clients that asked twice.",
			Queries: []Query{
				ask(rate("atrium_notifications_total"), "notifications"),
				ask(rate("atrium_messages_total"), "chat messages"),
				ask(rate("atrium_repeated_requests_total"), "answers repeated"),
			},
		},
	}
}

func whip() []Panel {
	const unused = "nobody uses WHIP or WHEP"
	return []Panel{
		{
			Title: "Encoders and players", Kind: Stack, Unit: Count,
			About:   "Sessions over HTTP: encoders that publish by WHIP and players that receive by WHEP.",
			Queries: []Query{{Expr: total("atrium_whip_sessions", "kind"), Legend: "{{kind}}", MayBeEmpty: unused}},
		},
		{
			Title: "HTTP requests", Kind: Lines, Unit: Requests,
			About:   "Requests of encoders and players by method and status. 401 and 403: tokens. 429 and 503: limits. 500: a fault of the server.",
			Queries: []Query{{Expr: rate("atrium_whip_requests_total", "method", "status") + " > 0", Legend: "{{method}} {{status}}", MayBeEmpty: unused}},
		},
	}
}

func turn() []Panel {
	const unused = "the embedded TURN server is off, or nobody needs it"
	return []Panel{
		{
			Title: "Relayed clients", Kind: Stack, Unit: Count,
			About: "Allocations of the embedded TURN server, by what clients reach it over. Browsers make some and keep one only if no other way works: traffic below says who needs it. " +
				"Those over tls are in networks that let nothing else out.",
			Queries: []Query{{Expr: total("atrium_turn_allocations", "transport"), Legend: "{{transport}}", MayBeEmpty: unused}},
		},
		{
			Title: "Relayed traffic", Kind: Lines, Unit: ByteRate,
			About:   "Payload that was relayed, received from clients and sent to them. It is in the traffic of media as well.",
			Queries: []Query{{Expr: rate("atrium_turn_bytes_total", "direction"), Legend: "{{direction}}", MayBeEmpty: unused}},
		},
		{
			Title: "TURN refusals", Kind: Lines, Unit: Rate,
			About: "What TURN clients did not get. user, address, full, pace: limits (turn.max_...). credentials, expired: old pages, another secret, or somebody who guesses. " +
				"special, foreign, port: somebody looks for a way to other places than media.",
			Queries: []Query{{Expr: rate("atrium_turn_refusals_total", "cause") + " > 0", Legend: "{{cause}}", MayBeEmpty: "nothing was refused"}},
		},
	}
}

func events() []Panel {
	return []Panel{
		{
			Title: "Events and streams", Kind: Lines, Unit: Rate,
			About: "Events that were made, and deliveries that webhooks took: for each receiver one, of those that it wants. All is 0 where nobody listens.",
			Queries: []Query{
				ask(rate("atrium_events_total"), "events"),
				ask(rate("atrium_webhook_deliveries_total"), "delivered"),
				ask(rate("atrium_webhook_retries_total"), "tried again"),
				ask(rate("atrium_event_streams_cut_total"), "streams cut"),
			},
		},
		{
			Title: "Webhooks that fail", Kind: Lines, Unit: Rate,
			About: "Attempts that failed, and events that were given up (dropped), by cause. unreachable, server: the receiver is down, and everything waits for it. client: it does not take what we send; look at its log. forbidden: its name leads to a private address (webhooks.allow_private). gone: it answered 410 and gets nothing more until a restart.",
			Queries: []Query{
				{Expr: rate("atrium_webhook_failures_total", "cause") + " > 0", Legend: "{{cause}}", MayBeEmpty: "no delivery failed"},
				{Expr: rate("atrium_webhook_dropped_total", "cause") + " > 0", Legend: "dropped, {{cause}}", MayBeEmpty: "nothing was given up"},
			},
		},
		{
			Title: "Webhooks that wait", Kind: Lines, Unit: Seconds, Limits: rising(60, 600),
			About:   "How long the oldest event has waited. Above some seconds a receiver is away or slow. Up to webhooks.keep nothing is lost, as long as there is room (webhooks.max_events).",
			Queries: []Query{ask("max(atrium_webhook_oldest_seconds{$at})", "oldest")},
		},
		{
			Title: "Events that wait", Kind: Lines, Unit: Count,
			About:   "Events that wait to be delivered, of all receivers together.",
			Queries: []Query{ask(total("atrium_webhook_waiting"), "waiting")},
		},
	}
}
