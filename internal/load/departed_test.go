package load

import (
	"errors"
	"fmt"
	"testing"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// Half an hour of comings and goings on a busy machine counted these as failed
// subscriptions: the publisher had gone, and the word of it lay in the mail.
func TestWhoAsksForOneWhoHasJustGoneHasNotFailed(t *testing.T) {
	gone := &rpc.Error{Code: userNotFound}
	tests := []struct {
		name    string
		err     error
		waiting []event // in the mail
		unheard []event // taken already
		want    bool
	}{
		{"left", gone, []event{{kind: left, user: "ann"}}, nil, true},
		{"unpublished, and taken", fmt.Errorf("x: %w", &rpc.Error{Code: userNotStreaming}), nil, []event{{kind: unpublished, user: "ann"}}, true},
		{"nobody told", gone, nil, nil, false},
		{"somebody else left", gone, []event{{kind: left, user: "bob"}}, nil, false},
		{"she published", gone, []event{{kind: published, user: "ann"}}, nil, false},
		{"another refusal", &rpc.Error{Code: 302}, []event{{kind: left, user: "ann"}}, nil, false},
		{"no refusal", errors.New("timeout"), []event{{kind: left, user: "ann"}}, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &client{mail: newMailbox()}
			for _, e := range tt.waiting {
				c.mail.put(e)
			}
			c.unheard = tt.unheard
			if got := c.departed("ann", tt.err); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
