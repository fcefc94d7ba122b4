package load

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/session"
)

// plain is a session with a server that has no layers.
type plain struct{ session.Session }

func (plain) RequestLayer(context.Context, string, session.Layer) error { return errors.ErrUnsupported }

func TestServerWithoutLayersIsNotedOnce(t *testing.T) {
	c := &client{runner: &Runner{}, session: plain{}}
	for range 2 {
		if c.requestLayer(t.Context(), "ann") {
			t.Error("the server is said to have layers")
		}
	}
	if notes := c.runner.notes.list(); len(notes) != 1 || !strings.Contains(notes[0].Text, "no request for a layer") {
		t.Errorf("notes %v", notes)
	}
}
