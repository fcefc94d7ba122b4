// Package metrics tells Prometheus what the server does. It asks the parts for
// snapshots when a scrape comes; nothing is counted here, so a part needs to know
// nothing of Prometheus and costs nothing between scrapes.
//
//	room.Manager      Stats() --+
//	signaling.Server  Stats() --+
//	whip.Server       Stats() --+--> collector --> own registry --> /metrics
//	sfu.Engine        Stats() --+
//
// No series carries the name of a room, user or track: their number does not grow
// with use. docs/metrics.md lists them, and a test compares it with the code.
package metrics
