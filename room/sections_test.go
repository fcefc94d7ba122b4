package room

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSectionsOfABundleMayBeWithoutAPort(t *testing.T) {
	t.Parallel()
	const offer = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 109\r\na=sendonly\r\na=mid:0\r\n" +
		"m=video 0 UDP/TLS/RTP/SAVPF 120\r\na=bundle-only\r\na=sendonly\r\na=mid:1\r\n" + // Firefox, with max-bundle
		"m=video 0 UDP/TLS/RTP/SAVPF 120\r\na=sendonly\r\na=mid:2\r\n" +
		"m=audio 0 UDP/TLS/RTP/SAVPF 109\r\na=mid:3\r\na=bundle-only\r\na=inactive\r\n"
	got, sent := sections(offer)
	want := map[string]section{
		"0": {kind: Audio, sends: true},
		"1": {kind: Video, sends: true},
		"2": {sends: true},
		"3": {kind: Audio},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(section{})); diff != "" {
		t.Error(diff)
	}
	if sent != All {
		t.Errorf("sent %v, want sound and picture", sent)
	}
}
