package main

import (
	"fmt"

	"github.com/atrium-rtc/atrium/internal/bench/crowd"
)

// curve is the cost of a packet over something.
type curve struct {
	title, axis string
	points      []*bout
	at          []int
}

// theCurves returns what -curves measures, all of it on our server.
func (s *settings) theCurves(server subject) []*curve {
	plot := func(title, axis string, at []int, of func(n int) load) *curve {
		c := &curve{title: title, axis: axis, at: at}
		for _, n := range at {
			c.points = append(c.points, &bout{subject: server, load: of(n)})
		}
		return c
	}
	return []*curve{
		plot("one publisher", "subscribers", []int{10, 50, 100, 200, 500, 800, 1000}, func(n int) load {
			return load{rooms: 1, publishers: 1, listeners: n, media: s.media()}
		}),
		plot("rooms of one publisher and four subscribers", "rooms", []int{1, 10, 50, 100, 200}, func(n int) load {
			return load{rooms: n, publishers: 1, listeners: 4, media: s.media()}
		}),
		plot("one room in which all speak and hear all others, without video", "speakers", []int{5, 10, 20, 30, 50}, func(n int) load {
			return load{rooms: 1, publishers: n, mesh: true, media: crowd.Media{}}
		}),
	}
}

// cost is the median of a point.
func cost(b *bout) float64 { return b.median(func(s *sample) float64 { return s.micros }) }

// table lists the points.
func (c *curve) table() table {
	t := table{head: []string{
		c.axis, "streams received", "us / packet", "p99 ms", "delivered %", "server cores", "generator cores", "packets / s",
	}}
	for i, b := range c.points {
		t.add(
			fmt.Sprint(c.at[i]), fmt.Sprint(b.load.subscribers()), figure(cost(b), 2),
			figure(b.median(func(s *sample) float64 { return s.p99 }), 1),
			figure(100*b.median(func(s *sample) float64 { return s.delivered }), 2),
			figure(b.median(func(s *sample) float64 { return s.server }), 2),
			figure(b.median(func(s *sample) float64 { return s.generator }), 2),
			figure(b.median(func(s *sample) float64 { return s.rate }), 0),
		)
	}
	t.title = "**" + title(c.title) + "**"
	return t
}

func title(s string) string { return string(s[0]-'a'+'A') + s[1:] }
