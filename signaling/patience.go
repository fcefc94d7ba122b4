package signaling

import "time"

// Of how long bystanders of large rooms may wait for news of others.
const (
	// smallRoom is the most who hear at once.
	smallRoom = 24
	// patienceEach is what each who hears adds, up to maxPatience.
	patienceEach = time.Millisecond
	maxPatience  = 100 * time.Millisecond
)

// patience returns how long the notification of somebody's coming, going,
// publishing or unpublishing may wait for others to leave with it, when so many
// are told. In a room where people join all the time each is then woken for
// that some ten times a second at most, however many join, while in a small
// room nobody waits.
func patience(told int) time.Duration {
	if told <= smallRoom {
		return 0
	}
	return min(time.Duration(told)*patienceEach, maxPatience)
}
