package feed_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/internal/docstest"
	"github.com/atrium-rtc/atrium/internal/feed"
)

var update = flag.Bool("update", false, "write the examples of docs/events.md anew")

// The examples are what the encoder makes. After changing one: make docs
func TestDocsShowEveryEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 28, 14, 3, 7, 42e6, time.UTC)))
		f := feed.New(feed.Options{Source: "//media-1/atrium", Run: "9f3c1ab2de", Texts: true})
		s, _ := subscribe(t, f, feed.Want{})
		everything(f)
		examples := make(map[feed.Type]string)
		for _, e := range append(drain(s), f.Lost("atelier", 12, "full")) {
			var text bytes.Buffer
			if err := json.Indent(&text, e.JSON, "", "  "); err != nil {
				t.Fatal(err)
			}
			examples[e.Type] = text.String()
		}
		var b strings.Builder
		for _, kind := range feed.Types() {
			if meanings[kind] == "" || examples[kind] == "" {
				t.Errorf("%s is not explained, or has no example", kind)
			}
			fmt.Fprintf(&b, "\n### %s\n\n%s\n\n```json\n%s\n```\n", kind, meanings[kind], examples[kind])
		}
		docstest.Hold(t, "../../docs/events.md", *update, map[string]string{"examples": b.String() + "\n"})
	})
}

// meanings are the sentences above the examples.
var meanings = map[feed.Type]string{
	feed.RoomCreated:         "There is a room. `by` is who made it by joining; without it the application did.",
	feed.RoomChanged:         "A moderator (`by`), or the application, changed what the room is run by. `settings` are all that differ from a plain room.",
	feed.RoomClosed:          "The room is no more. `reason`: `closed`, by somebody or because its time was over, with `text` for people and the `users` who were in it, of whom there is no `participant.left`; or `ended`, because nobody was left.",
	feed.ParticipantJoined:   "Somebody came in.",
	feed.ParticipantChanged:  "Something of a participant is another now: `changed` has `hand`, `metadata`, `grants`, `mute`, or `off` when it has switched its microphone or camera off or on (`off` of its streams), or `reach` when nothing comes from its client for some seconds (`unreachable`) or it is heard again. `by` is the moderator.",
	feed.ParticipantLeft:     "Somebody is gone, with all its streams. `reason`: `left`, also when a connection was lost for good, or `evicted`.",
	feed.ParticipantEvicted:  "Somebody was sent away, after its `participant.left`.",
	feed.ParticipantWaiting:  "Somebody waits in the lobby.",
	feed.ParticipantAnswered: "Somebody waits no longer. `outcome`: `admitted`, `denied`, `gave up`. Who is admitted then joins.",
	feed.StreamPublished:     "A stream is live.",
	feed.StreamUnpublished:   "A stream ended, while its publisher stays.",
	feed.SubscriptionStarted: "`user` receives a stream of `publisher`.",
	feed.SubscriptionEnded:   "`user` no longer receives it, while the stream goes on and both stay.",
	feed.MessageSent:         "A chat message. `to` is how many got it, `bytes` its length. An empty `from` is the application.",
	feed.SpeakerChanged:      "Another one is the main speaker; an empty `user` is nobody.",
	feed.QualityChanged:      "How well `user` receives streams is another `verdict` now: `good`, `fair` or `poor`. Every two seconds at most; a stream counts as good before. `kinds` is what is received worst, `score` from 1 to 5, `cause` as in `getQuality` ([protocol.md](protocol.md)).",
	feed.MediaError:          "A connection of `user` is lost: one that receives from `publisher`, or without that one that publishes. Where `connection` is `publisher` or `subscriber`, it is a whole one of a pair, and `stream` is empty.",
	feed.EventsLost:          "Events are lost for this receiver, in this place: of the room, or without `subject` of any. Without `count` the number is not known. `cause`: `full`, `old`, `rejected`, or `not kept` in a stream. It has no `roomsequence`.",
}
