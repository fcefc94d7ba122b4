package main

import (
	"cmp"
	"fmt"

	"github.com/atrium-rtc/atrium/internal/bench/crowd"
	"github.com/atrium-rtc/atrium/internal/bench/document"
	"github.com/atrium-rtc/atrium/internal/bench/parts"
)

// curve is the cost of a packet over something.
type curve struct {
	title, short, axis string
	points             []*bout
	at                 []int
	floor              float64 // us; NaN if it is not known
}

// theCurves returns what -curves measures, all of it on our server. Floor is of a
// mix of packets.
func (s *settings) theCurves(server subject, mix parts.Mix, floor func(parts.Mix) float64) []*curve {
	list := []*curve{
		{title: "one publisher", axis: "subscribers", at: []int{10, 50, 100, 200, 500, 800, 1000}},
		{title: "rooms of one publisher and four subscribers", axis: "rooms", at: []int{1, 10, 50, 100, 200}},
		{
			title: "one room in which all speak and hear all others, without video", short: "one room, all speak, no video",
			axis: "speakers", at: []int{5, 10, 20, 30, 50},
		},
	}
	loads := []func(n int) load{
		func(n int) load { return load{rooms: 1, publishers: 1, listeners: n, media: s.media()} },
		func(n int) load { return load{rooms: n, publishers: 1, listeners: 4, media: s.media()} },
		func(n int) load { return load{rooms: 1, publishers: n, mesh: true, media: crowd.Media{}} },
	}
	for i, c := range list {
		c.short = cmp.Or(c.short, c.title)
		c.floor = floor(mix)
		if loads[i](1).media.Bitrate == 0 {
			c.floor = floor(parts.Mix{Lone: mix.Lone})
		}
		for _, n := range c.at {
			c.points = append(c.points, &bout{subject: server, load: loads[i](n)})
		}
	}
	return list
}

// cost is the median of a point.
func cost(b *bout) float64 { return b.median(func(s *sample) float64 { return s.micros }) }

// table lists the points.
func (c *curve) table() document.Table {
	t := document.Table{Head: []string{
		c.axis, "streams received", "us / packet", "p99 ms", "delivered %", "server cores", "generator cores", "packets / s",
	}}
	for i, b := range c.points {
		t.Add(
			fmt.Sprint(c.at[i]), fmt.Sprint(b.load.subscribers()), document.Number(cost(b), 2),
			document.Number(b.median(func(s *sample) float64 { return s.p99 }), 1),
			document.Number(100*b.median(func(s *sample) float64 { return s.delivered }), 2),
			document.Number(b.median(func(s *sample) float64 { return s.server }), 2),
			document.Number(b.median(func(s *sample) float64 { return s.generator }), 2),
			document.Number(b.median(func(s *sample) float64 { return s.rate }), 0),
		)
	}
	t.Title = "**" + title(c.title) + "**, floor " + document.Number(c.floor, 2) + " us"
	return t
}

func title(s string) string { return string(s[0]-'a'+'A') + s[1:] }
