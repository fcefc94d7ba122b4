package load

import (
	"strings"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

// planned sums up what a plan asks for, of those of its clients that came.
func planned(clients []scenario.Client) result.Planned {
	rooms := make(map[string]bool)
	var media []string
	for _, c := range clients {
		rooms[c.Room] = true
		if c.Publish != nil {
			media = append(media, c.Publish.String())
		}
	}
	limits := (&scenario.Plan{Clients: clients}).Limits()
	return result.Planned{
		Rooms: len(rooms), Clients: limits.Clients, Publishers: limits.Publishers, Subscriptions: limits.Subscriptions,
		Media: strings.Join(unique(media), "; "),
	}
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
