package result_test

import (
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

func TestNotesAreMarksWithAPrefix(t *testing.T) {
	for text, want := range map[string]struct {
		note  bool
		words string
	}{
		"note: one encoding": {true, "one encoding"},
		"3 clients vanish":   {false, "3 clients vanish"},
		"a note: quoted":     {false, "a note: quoted"},
	} {
		m := result.Mark{Text: text}
		if m.IsNote() != want.note || m.Words() != want.words {
			t.Errorf("%q: note %v, %q", text, m.IsNote(), m.Words())
		}
	}
}
