package signaling

import (
	"strings"

	"github.com/atrium-rtc/atrium/signaling/api"
)

// resolveSender finds whom "<user>_<stream>" means among the users of a room.
// Kurento cuts at the first underscore, so that users with one in their name
// can never be received; here, in order: the user before "_webcam", the user
// with the longest name followed by "_", the whole text. When it is nobody, the
// name to complain about is returned.
func resolveSender(sender string, users []string) string {
	base, suffixed := strings.CutSuffix(sender, "_"+api.StreamID)
	longest := ""
	whole := false
	for _, user := range users {
		switch {
		case suffixed && user == base:
			return user
		case user == sender:
			whole = true
		case len(user) > len(longest) && strings.HasPrefix(sender, user) && sender[len(user)] == '_':
			longest = user
		}
	}
	switch {
	case longest != "":
		return longest
	case whole:
		return sender
	}
	return base
}
