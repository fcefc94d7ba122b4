package room

import (
	"fmt"
	"strings"
	"testing"
)

func texts(h *history) string {
	var list []string
	for _, m := range h.list {
		list = append(list, m.Text)
	}
	return strings.Join(list, " ")
}

func TestHistoryKeepsTheLastMessages(t *testing.T) {
	var h history
	h.add(ChatMessage{Text: "none"}, 0)
	if len(h.list) != 0 {
		t.Fatal("a room without history keeps one")
	}
	for i := range 5 {
		h.add(ChatMessage{Text: fmt.Sprint(i)}, 3)
	}
	if got := texts(&h); got != "2 3 4" {
		t.Errorf("kept %q", got)
	}
	h.keep(1)
	if got := texts(&h); got != "4" {
		t.Errorf("after less is to be kept: %q", got)
	}
	if h.keep(0); len(h.list) != 0 || h.bytes != 0 {
		t.Errorf("after nothing is to be kept: %q, %d bytes", texts(&h), h.bytes)
	}
}

func TestHistoryIsBoundedInBytes(t *testing.T) {
	var h history
	for i := range 1000 {
		h.add(ChatMessage{User: "u", Text: strings.Repeat("x", 1000)}, 1<<30)
		if h.bytes > maxHistoryBytes {
			t.Fatalf("%d bytes after %d messages", h.bytes, i)
		}
	}
	if n := maxHistoryBytes / 1065; len(h.list) != n {
		t.Errorf("%d messages, want %d", len(h.list), n)
	}
	if h.add(ChatMessage{Text: strings.Repeat("x", maxHistoryBytes)}, 10); len(h.list) != 0 || h.bytes != 0 {
		t.Errorf("one beyond the limit: %d messages, %d bytes", len(h.list), h.bytes)
	}
}
