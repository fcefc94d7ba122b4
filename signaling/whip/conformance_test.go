package whip_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/signaling/whip"
)

// The offer of RFC 9725 section 4.2, of which SETUP is left open.
const (
	standardHead = "v=0\r\no=- 5228595038118931041 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n" +
		"a=extmap-allow-mixed\r\na=ice-options:trickle ice2\r\n"
	standardAudio = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n" +
		"a=ice-ufrag:EsAw\r\na=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y\r\n" +
		"a=fingerprint:sha-256 DA:7B:57:DC:28:CE:04:4F:31:79:85:C4:31:67:EB:27:58:29:ED:77:2A:0D:24:AE:ED:AD:30:BC:BD:F1:9C:02\r\n" +
		"a=setup:actpass\r\na=mid:0\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=sendonly\r\n" +
		"a=msid:d46fb922-d52a-4e9c-aa87-444eadc1521b ce326ecf-a081-453a-8f9f-0605d5ef4128\r\n" +
		"a=rtcp-mux\r\na=rtcp-mux-only\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"
	standardVideo = "m=video 0 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:1\r\na=bundle-only\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n" +
		"a=sendonly\r\na=msid:d46fb922-d52a-4e9c-aa87-444eadc1521b 3956b460-40f4-4d05-acef-03abcdd8c6fd\r\n" +
		"a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 ccm fir\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
	standardOffer = standardHead + standardAudio + standardVideo
)

// amended is the standard offer with words replaced.
func amended(oldnew ...string) string { return strings.NewReplacer(oldnew...).Replace(standardOffer) }

// standardTrickle and standardRestart are as in RFC 9725 sections 4.3.2 and 4.3.3.
const (
	standardTrickle = "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:EsAw\r\na=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y\r\n" +
		"a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1\r\n" +
		"a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0 ufrag EsAw network-id 1\r\na=end-of-candidates\r\n"
	standardRestart = "a=ice-options:trickle ice2\r\na=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n" +
		"a=ice-ufrag:ysXw\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\na=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host\r\n"
)

// conforming is one server with a publisher and a player, of whom the rows ask.
type conforming struct {
	*fixture
	camera, player answered // their 201
}

func (c *conforming) url(r answered) string { return r.Header.Get("Location") }

// publish offers under a name that nobody has, and ends what begins.
func (c *conforming) publish(t *testing.T, sdp string) answered {
	t.Helper()
	r := c.post("/whip/r?user="+regexp.MustCompile(`\W+`).ReplaceAllString(t.Name(), "-"), sdp)
	if r.StatusCode == http.StatusCreated {
		c.send(http.MethodDelete, c.url(r), "").want(t, http.StatusOK)
	}
	return r
}

// lines counts the lines of a description that are exactly this.
func lines(text, line string) (n int) {
	for l := range strings.Lines(text) {
		if strings.TrimRight(l, "\r\n") == line {
			n++
		}
	}
	return n
}

// requirement is a sentence with MUST or SHOULD that concerns servers. WHIP's is in a
// section of RFC 9725, WHEP's in one of draft-ietf-wish-whep-03; empty: it has none.
type requirement struct {
	whip, whep string
	says       string
	holds      func(t *testing.T, c *conforming)
}

// What is not here concerns the media below HTTP (consent freshness, DTLS, congestion
// control), and is tested in sfu.
func TestServersDoWhatWHIPAndWHEPDemand(t *testing.T) {
	f := start(t, withSFU(t), func(s *setup) {
		s.ICEServers = func(string) []whip.ICEServer {
			return []whip.ICEServer{{URL: "stun:stun.example.net"}, {URL: "turns:turn.example.net?transport=tcp", Username: "user", Credential: "myPassword"}}
		}
	})
	f.site.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := &conforming{fixture: f, camera: f.post("/whip/r?user=cam", standardOffer)}
	c.camera.want(t, http.StatusCreated)
	c.player = f.post("/whep/r?publisher=cam", amended("sendonly", "sendrecv"))
	c.player.want(t, http.StatusCreated)
	for _, rows := range [][]requirement{ofHTTP, ofSetup, ofICE, ofMedia, ofTheRest} {
		for _, row := range rows {
			t.Run("WHIP "+row.whip+", WHEP "+row.whep+": "+row.says, func(t *testing.T) { row.holds(t, c) })
		}
	}
}

var ofHTTP = []requirement{
	{"4.1", "4.1", "GET is answered with 2xx and no content", func(t *testing.T, c *conforming) {
		for _, url := range []string{"/whip/r", "/whep/none", c.url(c.camera), c.url(c.player)} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				r := c.send(method, url, "")
				r.want(t, http.StatusNoContent)
				if r.body != "" {
					t.Errorf("%s: %q", url, r.body)
				}
			}
		}
		c.send(http.MethodGet, "/whip/session/none", "").want(t, http.StatusNotFound)
	}},
	{"4.1", "4.1", "what went wrong is a problem object", func(t *testing.T, c *conforming) {
		c.post("/whip/r?user=cam", standardOffer).want(t, http.StatusConflict) // want looks at the type
	}},
	{"4.5", "4.6", "no redirection is 301 or 302", func(t *testing.T, c *conforming) {
		for _, path := range []string{"//whip//r?user=u", "/whip/./r?user=u", "/whip/x/../r?user=u", "/whip/r/?user=u"} {
			if r := c.post(path, standardOffer); r.StatusCode == http.StatusMovedPermanently || r.StatusCode == http.StatusFound {
				t.Errorf("%s: %d", path, r.StatusCode)
			}
		}
	}},
	{"5", "5", "the URLs of sessions have enough randomness", func(t *testing.T, c *conforming) {
		a, b := c.publish(t, standardOffer), c.publish(t, standardOffer)
		if !regexp.MustCompile(`^/whip/session/[0-9a-v]{26}$`).MatchString(c.url(a)) || c.url(a) == c.url(b) {
			t.Errorf("%s, %s", c.url(a), c.url(b))
		}
	}},
}

var ofSetup = []requirement{
	{"4.2", "4.2.1", "201 with Location and an answer", func(t *testing.T, c *conforming) {
		for _, r := range []answered{c.camera, c.player} {
			if r.Header.Get("Content-Type") != "application/sdp" || c.url(r) == "" || !strings.HasPrefix(r.body, "v=0\r\n") {
				t.Errorf("%v %s", r.Header, r.body)
			}
		}
	}},
	{"4.2", "4.2.4", "another content type or malformed SDP is 4xx", func(t *testing.T, c *conforming) {
		for _, path := range []string{"/whip/r?user=u", "/whep/r?publisher=cam"} {
			c.send(http.MethodPost, path, standardOffer, "Content-Type", "text/plain").want(t, http.StatusUnsupportedMediaType)
			c.post(path, "hello").want(t, http.StatusBadRequest)
			if r := c.post(path, "v=0\r\nm=audio nonsense\r\n"); r.StatusCode/100 != 4 {
				t.Errorf("%d %s", r.StatusCode, r.body)
			}
		}
	}},
	{"4.2", "4.2.5", "the answer goes one way, also to an offer for both", func(t *testing.T, c *conforming) {
		both := c.publish(t, amended("sendonly", "sendrecv"))
		both.want(t, http.StatusCreated)
		for _, body := range []string{both.body, c.camera.body} {
			if n := lines(body, "a=recvonly"); n != 2 {
				t.Errorf("%d sections are recvonly:\n%s", n, body)
			}
		}
		if n := lines(c.player.body, "a=sendonly"); n != 2 {
			t.Errorf("%d sections are sendonly:\n%s", n, c.player.body)
		}
	}},
	{"", "4.2.8", "409 with Retry-After while nobody publishes", func(t *testing.T, c *conforming) {
		r := c.post("/whep/r?publisher=nobody", amended("sendonly", "recvonly"))
		r.want(t, http.StatusConflict)
		if r.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}},
	{"", "4.2.3", "406 is for an offer of the server's, so it is for nothing else", func(t *testing.T, c *conforming) {
		r := c.send(http.MethodPost, "/whep/r?publisher=cam", amended("sendonly", "recvonly"), "Content-Type", "application/sdp", "Accept", "text/html")
		r.want(t, http.StatusCreated)
		c.send(http.MethodDelete, c.url(r), "").want(t, http.StatusOK)
	}},
	{"4.2", "4.3", "OPTIONS serves CORS, and says 200 with Accept-Post", func(t *testing.T, c *conforming) {
		r := c.send(http.MethodOptions, "/whip/r", "", "Origin", "https://page.example", "Access-Control-Request-Method", "POST")
		r.want(t, http.StatusOK)
		if r.Header.Get("Accept-Post") != "application/sdp" || r.Header.Get("Access-Control-Allow-Origin") == "" || r.body != "" {
			t.Errorf("%v", r.Header)
		}
	}},
	{"4.2", "4.3", "DELETE ends the session, whatever If-Match says", func(t *testing.T, c *conforming) {
		r := c.post("/whip/r?user=brief", standardOffer)
		r.want(t, http.StatusCreated)
		c.send(http.MethodDelete, c.url(r), "", "If-Match", `"another"`).want(t, http.StatusOK)
		c.send(http.MethodGet, c.url(r), "").want(t, http.StatusNotFound)
	}},
}

var ofICE = []requirement{
	{"4.3.1", "4.4.1", "the 201 has a strong entity tag, another for each session", func(t *testing.T, c *conforming) {
		a, b := c.camera.Header.Get("ETag"), c.player.Header.Get("ETag")
		if strong := regexp.MustCompile(`^"[!#-~]+"$`); !strong.MatchString(a) || !strong.MatchString(b) || a == b {
			t.Errorf("%s, %s", a, b)
		}
	}},
	{"4.3.1", "4.4.1", "another content type or a malformed fragment is 4xx", func(t *testing.T, c *conforming) {
		for _, url := range []string{c.url(c.camera), c.url(c.player)} {
			c.send(http.MethodPatch, url, standardTrickle, "Content-Type", "application/sdp", "If-Match", "*").want(t, http.StatusUnsupportedMediaType)
			c.patch(url, "*", "hello").want(t, http.StatusBadRequest)
		}
	}},
	{"4.3.1", "4.4.1", "428 without If-Match, 412 when it does not match", func(t *testing.T, c *conforming) {
		for _, url := range []string{c.url(c.camera), c.url(c.player)} {
			c.send(http.MethodPatch, url, standardTrickle, "Content-Type", "application/trickle-ice-sdpfrag").want(t, http.StatusPreconditionRequired)
			c.patch(url, `"another"`, standardTrickle).want(t, http.StatusPreconditionFailed)
		}
	}},
	{"4.3.2", "4.4.2", "the answer has all candidates of the server", func(t *testing.T, c *conforming) {
		for _, r := range []answered{c.camera, c.player} {
			if !strings.Contains(r.body, "\r\na=candidate:") || lines(r.body, "a=end-of-candidates") == 0 {
				t.Errorf("%s", r.body)
			}
		}
	}},
	{"4.3.2", "4.4.2", "candidates are answered with 204, without a body and an ETag", func(t *testing.T, c *conforming) {
		for _, r := range []answered{c.camera, c.player} {
			got := c.patch(c.url(r), r.Header.Get("ETag"), standardTrickle)
			got.want(t, http.StatusNoContent)
			if got.body != "" || got.Header.Get("ETag") != "" {
				t.Errorf("%v %q", got.Header, got.body)
			}
		}
	}},
	{"4.3.2", "4.4.2", "candidates that cannot be used are left out silently", func(t *testing.T, c *conforming) {
		for _, candidate := range []string{
			"1 1 sctp 1 192.0.2.1 1 typ host", "1 1 udp 1 nobody.invalid 1 typ host", "1 1 udp 1 5d6e.local 1 typ host", "nonsense",
			"1 1 udp 1 " + strings.Repeat("n", 2000) + " 1 typ host",
		} {
			c.patch(c.url(c.camera), "*", "a=mid:0\r\na=candidate:"+candidate+"\r\n").want(t, http.StatusNoContent)
		}
	}},
	{"4.3.3", "4.4.3", "new credentials restart ICE: 200, a fragment with ours and candidates, and a new ETag", func(t *testing.T, c *conforming) {
		r := c.patch(c.url(c.player), "*", standardRestart)
		r.want(t, http.StatusOK)
		ours := attribute(r.body, "a=ice-ufrag:")
		if r.Header.Get("Content-Type") != "application/trickle-ice-sdpfrag" || r.Header.Get("ETag") == c.player.Header.Get("ETag") || ours == "" ||
			ours == attribute(c.player.body, "a=ice-ufrag:") || attribute(r.body, "a=ice-pwd:") == "" || !strings.Contains(r.body, "\r\na=candidate:") {
			t.Errorf("%v %s", r.Header, r.body)
		}
		c.patch(c.url(c.player), c.player.Header.Get("ETag"), standardTrickle).want(t, http.StatusPreconditionFailed)
	}},
	{"4.3.3", "4.4.3", "ice-options, ice-pacing and ice-lite are in the fragment as in the answer", func(t *testing.T, c *conforming) {
		r := c.patch(c.url(c.player), "*", strings.ReplaceAll(standardRestart, "ysXw", "ysXx"))
		r.want(t, http.StatusOK)
		agent := func(text string) (found []string) {
			return slices.Compact(regexp.MustCompile(`(?m)^a=ice-(options|pacing|lite).*?\r?$`).FindAllString(text, -1))
		}
		if diff := cmp.Diff(agent(c.player.body), agent(r.body)); diff != "" {
			t.Errorf("(-answer +fragment):\n%s", diff)
		}
	}},
	{"4.3.3", "4.4.3", "a restart that cannot be is an error, and the session goes on", func(t *testing.T, c *conforming) {
		c.patch(c.url(c.player), "*", "a=ice-ufrag:half\r\n").want(t, http.StatusBadRequest)
		c.send(http.MethodGet, c.url(c.player), "").want(t, http.StatusNoContent)
	}},
}

var ofMedia = []requirement{
	{"4.4.1", "4.5.1", "one bundle, with rtcp-mux, and rtcp-mux-only where it is offered", func(t *testing.T, c *conforming) {
		for _, body := range []string{c.camera.body, c.player.body} {
			if lines(body, "a=group:BUNDLE 0 1") != 1 || lines(body, "a=rtcp-mux") != 2 || lines(body, "a=rtcp-mux-only") != 1 {
				t.Errorf("%s", body)
			}
		}
		if r := c.publish(t, amended("a=rtcp-mux-only\r\n", "")); strings.Contains(r.body, "rtcp-mux-only") {
			t.Errorf("not offered, but answered:\n%s", r.body)
		}
		c.publish(t, amended("a=group:BUNDLE 0 1\r\n", "")).want(t, http.StatusUnprocessableEntity)
	}},
	{"4.4.2", "", "more tracks of a kind than are supported are 422 or 400", func(t *testing.T, c *conforming) {
		second := strings.NewReplacer("a=mid:1", "a=mid:2", "3956b460", "4956b460").Replace(standardVideo)
		r := c.publish(t, amended("BUNDLE 0 1", "BUNDLE 0 1 2")+second)
		r.want(t, http.StatusUnprocessableEntity)
		if !strings.Contains(r.body, "one audio and one video") {
			t.Errorf("%s", r.body)
		}
	}},
	{"4.4.2", "", "sound and picture of two MediaStreams are supported, and become one", func(t *testing.T, c *conforming) {
		c.publish(t, amended("msid:d46fb922-d52a-4e9c-aa87-444eadc1521b 3956", "msid:another 3956")).want(t, http.StatusCreated)
	}},
	{"", "4.5.2", "what is played is one MediaStream", func(t *testing.T, c *conforming) {
		streams := regexp.MustCompile(`(?m)^a=msid:(\S+)`).FindAllStringSubmatch(c.player.body, -1)
		if len(streams) != 2 || streams[0][1] != streams[1][1] {
			t.Errorf("%v", streams)
		}
	}},
	{"4.4.3", "", "an offer of which only a part can be received is 422", func(t *testing.T, c *conforming) {
		c.publish(t, amended("VP8", "H265")).want(t, http.StatusUnprocessableEntity)
		c.publish(t, amended("opus", "speex")).want(t, http.StatusUnprocessableEntity)
	}},
	{"4.4.4", "", "a client may insist on being the DTLS client", func(t *testing.T, c *conforming) {
		for _, setup := range []string{"actpass", "active"} {
			r := c.publish(t, amended("setup:actpass", "setup:"+setup))
			r.want(t, http.StatusCreated)
			if lines(r.body, "a=setup:passive") == 0 || strings.Contains(r.body, "a=setup:active") {
				t.Errorf("%s:\n%s", setup, r.body)
			}
		}
	}},
}

var ofTheRest = []requirement{
	{"4.6", "4.7", "STUN and TURN servers are in Link headers of the 201, and not in a preflight", func(t *testing.T, c *conforming) {
		want := []string{
			`<stun:stun.example.net>; rel="ice-server"`,
			`<turns:turn.example.net?transport=tcp>; rel="ice-server"; username="user"; credential="myPassword"`,
		}
		for _, r := range []answered{c.camera, c.player} {
			if diff := cmp.Diff(want, r.Header.Values("Link")[:2]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		if r := c.send(http.MethodOptions, "/whip/r", "", "Access-Control-Request-Method", "POST"); r.Header.Get("Link") != "" {
			t.Errorf("%v", r.Header)
		}
	}},
	{"4.7.1", "4.8.1", "bearer tokens are asked for, but not by preflights", func(t *testing.T, _ *conforming) {
		i := newIssuer(t)
		f := start(t, func(s *setup) { s.Admission = i.control() })
		r := f.post("/whip/r?user=cam", offer("-"))
		r.want(t, http.StatusUnauthorized)
		if !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%v", r.Header)
		}
		made := f.bearing(i.token("cam"), http.MethodPost, "/whip/r?user=cam", offer("-"))
		made.want(t, http.StatusCreated)
		url := made.Header.Get("Location")
		for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
			f.send(method, url, trickled, "Content-Type", "application/trickle-ice-sdpfrag", "If-Match", "*").want(t, http.StatusUnauthorized)
		}
		for _, path := range []string{"/whip/r", url} {
			f.send(http.MethodOptions, path, "").want(t, http.StatusOK)
		}
	}},
	{"4.8", "", "simulcast is answered (RFC 8853 section 5.3.2)", func(t *testing.T, c *conforming) {
		r := c.publish(t, amended("a=rtpmap:96 VP8/90000\r\n", "a=rtpmap:96 VP8/90000\r\n"+
			"a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\na=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n"+
			"a=rid:l send\r\na=rid:h send\r\na=simulcast:send l;h\r\n"))
		r.want(t, http.StatusCreated)
		for _, line := range []string{"a=rid:l recv", "a=rid:h recv", "a=simulcast:recv l;h"} {
			if lines(r.body, line) != 1 {
				t.Errorf("no %q in\n%s", line, r.body)
			}
		}
	}},
}
