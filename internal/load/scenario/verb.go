package scenario

import (
	"fmt"
	"slices"
	"strings"
)

// Verb is what an instruction does.
type Verb string

// The verbs.
const (
	VerbJoin       Verb = "join"
	VerbLeave      Verb = "leave"
	VerbVanish     Verb = "vanish"
	VerbChurn      Verb = "churn"
	VerbMute       Verb = "mute"
	VerbUnmute     Verb = "unmute"
	VerbRepublish  Verb = "republish"
	VerbLayer      Verb = "layer"
	VerbReadSlowly Verb = "read_slowly"
	VerbNetwork    Verb = "network"
)

// verbUse says which keys stand beside a verb, apart from after, share and
// count, which all have.
type verbUse struct {
	verb Verb
	keys []string
	help string
}

var verbs = []verbUse{
	{VerbJoin, []string{"over", "rate"}, "Those named who are not in their room join it."},
	{VerbLeave, []string{"over", "for", "every"}, "They leave their room and close their connections."},
	{VerbVanish, []string{"over", "for", "every"}, "They fall silent without a word, as if their power went. Who returns has a new name, because the server keeps the old one for a while."},
	{VerbChurn, []string{"rate", "stay", "away"}, "People come and go: who has been there longest leaves and returns a little later, and so on until the phase is over. The room stays as full as it was. Give a rate or how long each stays."},
	{VerbMute, []string{"media", "over", "for", "every"}, "Publishers stop sending audio or video. The server is told nothing: it only sees that no packets come."},
	{VerbUnmute, []string{"media", "over"}, "Muted publishers send again."},
	{VerbRepublish, []string{"over", "every"}, "Publishers stop publishing and publish anew, over another connection."},
	{VerbLayer, []string{"to", "over", "for", "every"}, "Receivers ask for a simulcast layer of all they receive. Atrium can be asked, for at most that layer, and so can WHEP servers that announce the layer extension; with others, Kurento Room among them, nothing happens and the report says so."},
	{VerbReadSlowly, []string{"speed", "over", "for"}, "They read their websocket slowly. Their media is not touched."},
	{VerbNetwork, []string{"to", "over", "for", "every"}, "Their network changes to another one of the scenario; when it ends they have the one of the beginning."},
}

func useOf(v Verb) (verbUse, bool) {
	i := slices.IndexFunc(verbs, func(u verbUse) bool { return u.verb == v })
	if i < 0 {
		return verbUse{}, false
	}
	return verbs[i], true
}

func verbNames() []string {
	var names []string
	for _, u := range verbs {
		names = append(names, string(u.verb))
	}
	return names
}

// allows says whether the key may stand beside the verb.
func (u verbUse) allows(key string) bool {
	return key == "after" || key == "share" || key == "count" || slices.Contains(u.keys, key)
}

// verbsWith lists the verbs a key goes with.
func verbsWith(key string) string {
	var names []string
	for _, u := range verbs {
		if u.allows(key) {
			names = append(names, string(u.verb))
		}
	}
	if len(names) == len(verbs) {
		return "all"
	}
	return strings.Join(names, ", ")
}

// Media is what a mute takes away.
type Media string

// The media that can be muted.
const (
	MediaAudio Media = "audio"
	MediaVideo Media = "video"
	MediaBoth  Media = "both"
)

// UnmarshalText accepts the three.
func (m *Media) UnmarshalText(text []byte) error {
	v := Media(text)
	if v != MediaAudio && v != MediaVideo && v != MediaBoth {
		return fmt.Errorf("%q is not one of audio, video, both", text)
	}
	*m = v
	return nil
}

// kinds returns what is muted, one by one; audio for the zero Media.
func (m Media) kinds() []Kind {
	switch m {
	case MediaVideo:
		return []Kind{Video}
	case MediaBoth:
		return []Kind{Audio, Video}
	default:
		return []Kind{Audio}
	}
}
