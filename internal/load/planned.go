package load

import (
	"strings"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

// planned sums up what a plan asks for, of those of its clients that came.
func planned(clients []scenario.Client) result.Planned {
	p := result.Planned{Clients: len(clients)}
	rooms := make(map[string]bool)
	publishers := make(map[string]int) // by room
	var media []string
	for _, c := range clients {
		rooms[c.Room] = true
		if c.Publish == nil {
			continue
		}
		p.Publishers++
		publishers[c.Room]++
		if text := c.Publish.String(); len(media) == 0 || media[len(media)-1] != text {
			media = append(media, text)
		}
	}
	p.Rooms = len(rooms)
	for _, c := range clients {
		streams := publishers[c.Room]
		if c.Publish != nil {
			streams-- // one does not receive oneself
		}
		if n := c.Receive.Streams; n >= 0 {
			streams = min(streams, n)
		}
		p.Subscriptions += streams
	}
	p.Media = strings.Join(unique(media), "; ")
	return p
}

func unique(list []string) []string {
	seen := make(map[string]bool)
	var once []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			once = append(once, s)
		}
	}
	return once
}
