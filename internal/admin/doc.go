// Package admin is the administrators' page and its API, on the operator's
// listener: what the server does, who is in which room, what each of them feels of
// it and why, and what can be done about it.
//
//	                       +-- /admin/            web: the page, embedded
//	browser --> Handler ---+-- /admin/api/state   totals, the last ten minutes    open, as /metrics is
//	                       +-- /admin/api/rooms   who is where                    for administrators
//	                       +-- /admin/api/...     evict, mute, close, drain       for administrators, POST, logged
//	                             |
//	        Sampler (once a second) --> history, Usage --> metrics
//	        room.Manager: Survey, Inspect, Evict, SetMutedPublished, CloseRoom
//
// Totals name nobody and are as open as the metrics. Names of rooms and people, and
// everything that acts, are for whom internal/auth takes for an administrator: who
// has the token, or without one a program or this page on this machine. Nothing is
// kept of a page between two requests: it asks again each second. docs/admin.md
// describes the API.
package admin
