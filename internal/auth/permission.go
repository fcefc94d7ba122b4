package auth

import "strings"

// Permissions is a set of things that somebody may do. The zero value allows
// nothing.
type Permissions uint16

// The permissions. In claims they go by the words of docs/tokens.md.
const (
	Join          Permissions = 1 << iota // come into the room
	PublishAudio                          // send sound
	PublishVideo                          // send the picture of a camera
	PublishScreen                         // send a screen, picture and sound
	Subscribe                             // receive what others publish
	Message                               // write to everybody
	Data                                  // send data, over signaling or a data channel
	Moderate                              // mute, evict, lock, admit
	Record                                // start and stop recordings
	Administer                            // use the administrators' API for the rooms of the token
	Hidden                                // be in the room without being shown to others

	// Publish is every kind of media.
	Publish = PublishAudio | PublishVideo | PublishScreen
)

// permissionWord is a word in claims and what it grants.
type permissionWord struct {
	word  string
	grant Permissions
}

// permissionWords returns every word, shorthands last.
func permissionWords() []permissionWord {
	return []permissionWord{
		{"join", Join},
		{"publish:audio", PublishAudio},
		{"publish:video", PublishVideo},
		{"publish:screen", PublishScreen},
		{"subscribe", Subscribe},
		{"message", Message},
		{"data", Data},
		{"moderate", Moderate},
		{"record", Record},
		{"admin", Administer},
		{"hidden", Hidden},
		{"publish", Publish},
	}
}

// PermissionWords returns the words that claims may have.
func PermissionWords() []string {
	var words []string
	for _, w := range permissionWords() {
		words = append(words, w.word)
	}
	return words
}

// ParsePermission returns what a word grants. A word that is not known grants
// nothing.
func ParsePermission(word string) (p Permissions, ok bool) {
	for _, w := range permissionWords() {
		if w.word == word {
			return w.grant, true
		}
	}
	return 0, false
}

// Has reports whether all of the permissions asked for are there.
func (p Permissions) Has(asked Permissions) bool { return p&asked == asked }

// String returns the words, with spaces between them.
func (p Permissions) String() string {
	var words []string
	for _, w := range permissionWords() {
		if p.Has(w.grant) && w.grant != Publish {
			words = append(words, w.word)
		}
	}
	return strings.Join(words, " ")
}

// DefaultRoles returns the roles that a token may name, and what each allows.
// Hidden is in none of them: who is not shown was granted it by name.
func DefaultRoles() map[string]Permissions {
	const (
		guest       = Join | Subscribe
		participant = guest | Publish | Message | Data
		moderator   = participant | Moderate | Record
		admin       = moderator | Administer
	)
	return map[string]Permissions{
		"guest": guest, "participant": participant, "moderator": moderator, "admin": admin,
	}
}
