package main

import (
	"context"
	"fmt"

	"github.com/atrium-rtc/atrium/internal/bench/crowd"
)

// load is who is there: in each room the same.
type load struct {
	rooms      int
	publishers int  // in each room
	listeners  int  // in each room, who receive all publishers
	mesh       bool // the publishers receive each other, too
	media      crowd.Media
}

// subscribers is the number of streams that are received.
func (l load) subscribers() int {
	each := l.publishers * l.listeners
	if l.mesh {
		each += l.publishers * (l.publishers - 1)
	}
	return l.rooms * each
}

func (l load) String() string {
	text := fmt.Sprintf("%d publisher(s), %d listener(s)", l.publishers, l.listeners)
	if l.rooms > 1 {
		text = fmt.Sprintf("%d rooms, each of ", l.rooms) + text
	}
	return text
}

// publish brings the publishers in.
func (l load) publish(ctx context.Context, c *crowd.Crowd, perSecond float64) ([]crowd.Participant, error) {
	list := make([]crowd.Participant, l.rooms*l.publishers)
	var tasks []func(context.Context) error
	for i := range list {
		tasks = append(tasks, func(ctx context.Context) (err error) {
			list[i], err = c.Enter(ctx, roomName(i/l.publishers), publisherName(i%l.publishers), &l.media)
			return err
		})
	}
	return list, crowd.Ramp(ctx, perSecond, tasks)
}

// watch brings the listeners in, so many streams a second.
func (l load) watch(ctx context.Context, c *crowd.Crowd, publishers []crowd.Participant, perSecond float64) error {
	var tasks []func(context.Context) error
	for room := range l.rooms {
		for i := range l.listeners {
			tasks = append(tasks, func(ctx context.Context) error {
				who, err := c.Enter(ctx, roomName(room), fmt.Sprintf("listener-%d", i), nil)
				for p := 0; p < l.publishers && err == nil; p++ {
					err = who.Watch(ctx, publisherName(p))
				}
				return err
			})
		}
		if !l.mesh {
			continue
		}
		for i := range l.publishers {
			for p := range l.publishers {
				if p != i {
					tasks = append(tasks, func(ctx context.Context) error {
						return publishers[room*l.publishers+i].Watch(ctx, publisherName(p))
					})
				}
			}
		}
	}
	return crowd.Ramp(ctx, perSecond, tasks)
}

func roomName(i int) string { return fmt.Sprintf("room-%d", i) }

func publisherName(i int) string { return fmt.Sprintf("publisher-%d", i) }
