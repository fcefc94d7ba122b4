package whip

import (
	"net/url"
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

func FuzzWishes(f *testing.F) {
	for _, seed := range []string{"", "layer=0&temporal-layer=255", "max-width=65535&max-height=1", "layer=256", "layer=%zz;x", "layer=0&layer=x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, _ := url.ParseQuery(query) // what could be read, as in http.Request
		w, err := wishesOf(q)
		if err == nil && !q.Has("layer") && w.layers.Spatial != unlimited().layers.Spatial {
			t.Errorf("%q limits to %+v", query, w)
		}
	})
}

func FuzzSelection(f *testing.F) {
	for _, seed := range []string{"{}", `{"mediaId":"0","spatialLayerId":1,"maxSpatialLayerId":0}`, `{"maxWidth":640,"maxHeight":360}`, `{"rid":"h"}`, "null", "[", `{"spatialLayerId":1e1}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if w, err := parseSelection(text); err != nil && w != (wishes{}) {
			t.Errorf("%q: %+v with %v", text, w, err)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	const audio = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=rtcp-mux\r\na=sendrecv\r\n"
	f.Add(audio, "v=0\nm=audio 9 x 0\na=rtcp-mux-only\n")
	f.Add("m=video \r\na=sendrecv\nm=application 9\na=sendrecv", "a=rtcp-mux-only")
	f.Add("", "m=\nm=\na=rtcp-mux-only\r\n")
	f.Add("a=rtcp-mux", "m=\na=rtcp-mux-only") // before all sections
	f.Fuzz(func(t *testing.T, answer, offer string) {
		got := finish(answer, offer, whip)
		if again := finish(got, offer, whip); again != got {
			t.Errorf("%q becomes %q, and that %q", answer, got, again)
		}
		if strings.Count(got, muxOnlyLine) > strings.Count(answer, muxOnlyLine)+strings.Count(offer, muxOnlyLine) {
			t.Errorf("%q: more rtcp-mux-only than was offered", got)
		}
	})
}
