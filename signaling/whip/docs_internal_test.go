package whip

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestDocumentationHasTheLimits(t *testing.T) {
	text, err := os.ReadFile("../../docs/whip.md")
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.Join(strings.Fields(string(text)), " ")
	for _, want := range []string{
		fmt.Sprintf("an offer of more than %d octets", maxOffer),
		fmt.Sprintf("a fragment of more than %d", maxFragment),
		fmt.Sprintf("a selection of more than %d", maxSelection),
		fmt.Sprintf("by not asking for %d s", int(lobbyPatience.Seconds())),
		fmt.Sprintf("A fragment may have %d lines", maxLines),
		fmt.Sprintf("A body has %d s to come, a request %d s", int(bodyTimeout.Seconds()), int(requestTimeout.Seconds())),
	} {
		if !strings.Contains(plain, want) {
			t.Errorf("docs/whip.md does not say %q", want)
		}
	}
	for _, statuses := range outcomes() {
		for _, status := range statuses {
			if status >= 400 && status < 500 && !strings.Contains(plain, fmt.Sprint(status)) {
				t.Errorf("docs/whip.md does not explain %d", status)
			}
		}
	}
}
