package signaling

import (
	"slices"
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

// resolveStream is resolveSender for clients that understand the extensions: the
// stream is what stands after the last underscore (there is none in it), if what
// stands before is a user. All else means the webcam.
func resolveStream(sender string, users []string) (user, stream string) {
	if cut := strings.LastIndexByte(sender, '_'); cut >= 0 && slices.Contains(users, sender[:cut]) {
		return sender[:cut], sender[cut+1:]
	}
	return resolveSender(sender, users), api.StreamID
}
