package whip

import (
	"strings"
	"testing"
)

func FuzzFragment(f *testing.F) {
	for _, seed := range []string{
		"", "a=mid:0\r\na=candidate:1 1 udp 1 192.0.2.7 4000 typ host\r\n",
		"a=group:BUNDLE 0\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=end-of-candidates\r\n",
		"m=\nm=\na=ice-ufrag:\n", "v=0", "a=\xff\n\n\na=mid:\x00",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseFragment(text)
		if err != nil {
			if len(got.candidates) != 0 {
				t.Error("candidates come with an error")
			}
			return
		}
		if len(got.candidates) > strings.Count(text, candidateLine) {
			t.Errorf("%d candidates in %q", len(got.candidates), text)
		}
		for _, c := range got.candidates {
			if strings.Contains(c.Candidate+c.SDPMid, "\n") {
				t.Errorf("a candidate of two lines: %+v", c)
			}
		}
		again, err := parseFragment(fragmentOf("m=x\r\n" + text + "\r\n"))
		if err != nil || len(again.candidates) > len(got.candidates) {
			t.Errorf("%v: our own fragment of it: %v", text, err)
		}
	})
}
