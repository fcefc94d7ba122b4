package sfu

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/sdp/v3"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// table is a Downlink's sections without a connection.
type table struct {
	*testing.T
	downlinkSections
	issued issuedSources
	number int
}

func newTable(t *testing.T) *table {
	return &table{T: t, downlinkSections: newDownlinkSections(allCodecs())}
}

// published makes a subscription to tracks of these codecs.
func (l *table) published(codecs ...offeredCodec) *Subscription {
	l.Helper()
	s := &Subscription{}
	for _, c := range codecs {
		kind := Audio
		if c.codec.IsVideo() {
			kind = Video
		}
		snd := &sender{track: &Track{kind: kind, codec: c}, streamID: "stream", of: s, offers: l.codecs.of(c)}
		snd.issue(&l.issued)
		s.senders = append(s.senders, snd)
	}
	return s
}

func opusAndVP8() []offeredCodec {
	return []offeredCodec{{codec: codec.Opus}, {codec: codec.VP8}}
}

// next returns the next offer.
func (l *table) next() string {
	l.offer()
	l.number++
	return l.offerText(l.number, localTransport{
		credentials: ICECredentials{"ours", strings.Repeat("p", 22)}, fingerprint: "sha-256 AA:BB",
		candidates: []string{"a=candidate:1 1 udp 1 10.0.0.1 8082 typ host\r\n"},
	})
}

// answered takes the client's answer, with some sections refused.
func (l *table) answered(refused ...string) {
	for _, x := range l.list {
		x.settle(slices.Contains(refused, x.mid))
	}
}

// state writes the sections as mid and what is in them: a letter for each subscription,
// - for nothing, x for refused.
func (l *table) state(names map[*Subscription]string) (list []string) {
	for _, x := range l.list {
		what := "-"
		switch {
		case x.refused:
			what = "x"
		case x.now != nil:
			what = names[x.now.of]
		}
		list = append(list, x.mid+what)
	}
	return list
}

func TestSectionsAreReusedOnlyWhenTheClientKnowsThatTheyAreFree(t *testing.T) {
	l := newTable(t)
	a, b, c, d := l.published(opusAndVP8()...), l.published(opusAndVP8()...), l.published(opusAndVP8()...), l.published(opusAndVP8()[1])
	names := map[*Subscription]string{a: "a", b: "b", c: "c", d: "d"}
	want := func(what string, sections ...string) {
		t.Helper()
		if diff := cmp.Diff(sections, l.state(names)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	l.place(a.senders)
	l.place(b.senders)
	l.next()
	l.vacate(a.senders) // while the offer is on its way
	l.answered()
	l.place(c.senders)
	want("the client still believes in a", "0-", "1-", "2b", "3b", "4c", "5c")
	l.next()
	l.answered()
	l.place(d.senders)
	want("a's picture is free for d", "0-", "1d", "2b", "3b", "4c", "5c")
	l.vacate(d.senders) // before it was offered: nothing is to be said
	if l.changed() {
		t.Error("there is something to offer, for what came and went in between")
	}
	l.next()
	l.answered("2", "3")
	l.vacate(b.senders)
	if l.changed() {
		t.Error("there is something to offer, for what the client has refused")
	}
	l.place(b.senders[:1])
	l.place(d.senders)
	want("what was refused comes back under another name", "0b", "1d", "2x", "3x", "4c", "5c")
	l.next()
	l.answered("2", "3")
	l.place(a.senders)
	want("what was refused comes back under another name", "0b", "1d", "6a", "7a", "4c", "5c")
	if text := l.next(); strings.Contains(text, " 2 ") && !strings.Contains(text, "a=group:BUNDLE 0 1 6 7 4 5\r\n") {
		t.Errorf("the bundle is wrong:\n%s", text)
	}
}

func TestRefusedSectionsStayOutOfTheBundle(t *testing.T) {
	l := newTable(t)
	l.place(l.published(opusAndVP8()...).senders)
	l.next()
	l.answered("0")
	text := l.next()
	if !strings.Contains(text, "a=group:BUNDLE 1\r\n") || !strings.Contains(text, "m=audio 0 UDP/TLS/RTP/SAVPF 111 63\r\n") {
		t.Errorf("the refused section is not refused in the next offer:\n%s", text)
	}
	if strings.Index(text, "a=candidate") < strings.Index(text, "m=video") {
		t.Error("the candidates are not in the first section of the bundle")
	}
}

func TestThereIsALimitToSections(t *testing.T) {
	l := newTable(t)
	var first *Subscription
	for range maxDownlinkSections / 2 {
		s := l.published(opusAndVP8()...)
		if first == nil {
			first = s
		}
		if !l.place(s.senders) {
			t.Fatal("no room before the limit")
		}
	}
	if l.place(l.published(opusAndVP8()...).senders) || len(l.list) != maxDownlinkSections {
		t.Fatalf("there are %d sections, want %d at most", len(l.list), maxDownlinkSections)
	}
	if text := l.next(); len(text) > answerLimits.octets {
		t.Errorf("the largest offer has %d octets, more than is read of an answer", len(text))
	}
	l.answered()
	l.vacate(first.senders)
	l.next()
	l.answered()
	if !l.place(l.published(opusAndVP8()...).senders) {
		t.Error("no room when a stream has left")
	}
}

func TestPayloadTypesMeanOneVariant(t *testing.T) {
	p := newPayloadTypes(allCodecs())
	h264 := func(profile, mode string) offeredCodec {
		return offeredCodec{codec: codec.H264, fmtp: "profile-level-id=" + profile + ";packetization-mode=" + mode}
	}
	numbers := func(c offeredCodec) (list []uint8) {
		for _, o := range p.of(c) {
			list = append(list, o.payloadType)
		}
		return list
	}
	high := numbers(h264("640C1F", "1"))
	for name, test := range map[string]struct{ got, want []uint8 }{
		"the usual H.264":                {numbers(h264("42e01f", "1")), []uint8{102}},
		"another profile, and the usual": {numbers(h264("640c1f", "1")), high},
		"VP9, other parameters":          {numbers(offeredCodec{codec: codec.VP9, fmtp: "profile-id=0;x=1"}), []uint8{98}},
		"AV1 as Chrome has it":           {numbers(offeredCodec{codec: codec.AV1, fmtp: "level-idx=5;profile=0;tier=0"}), []uint8{45}},
		"a profile that is none":         {numbers(h264("zz", "1")), []uint8{102}},
		"sound":                          {numbers(offeredCodec{codec: codec.Opus, fmtp: "stereo=1"}), []uint8{111}},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if len(high) != 2 || high[1] != 102 {
		t.Errorf("high profile has the payload types %v, want a new one and 102", high)
	}
	seen := map[uint8]bool{}
	for i := range 200 { // more than there are numbers for
		list := p.of(h264(fmt.Sprintf("42%04x", i), "1"))
		if len(list) == 0 {
			t.Fatal("nothing is offered when the payload types are used up")
		}
	}
	for _, c := range p.given {
		for _, n := range []uint8{c.payloadType, c.rtx, c.red} {
			if n != 0 && (seen[n] || n < 35 || n > 127 || n > 63 && n < 96) {
				t.Errorf("payload type %d is used twice, or none that may be", n)
			}
			seen[n] = true
		}
	}
	if p := newPayloadTypes(map[codec.Codec]bool{codec.Opus: true}); len(p.of(opusAndVP8()[1])) != 0 {
		t.Error("a codec that is not forwarded is offered")
	}
}

// chromeAnswer is an answer to a's sound and picture as browsers write it.
const chromeAnswer = "v=0\r\no=- 7 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n" +
	"m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:Pm7u\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=ice-options:trickle\r\n" +
	"a=fingerprint:sha-256 7B:8B\r\na=setup:active\r\na=mid:0\r\na=extmap:5 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n" +
	"a=extmap:1 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\na=recvonly\r\na=rtcp-mux\r\na=rtcp-rsize\r\n" +
	"a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n" +
	"m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:Pm7u\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=ice-options:trickle\r\n" +
	"a=fingerprint:sha-256 7B:8B\r\na=setup:active\r\na=mid:1\r\na=extmap:1 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n" +
	"a=recvonly\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 goog-remb\r\na=rtcp-fb:96 transport-cc\r\na=rtcp-fb:96 ccm fir\r\n" +
	"a=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"

// refusedVideo is what Chrome answers when it cannot decode: port 0, and nothing else.
func refusedVideo() string {
	at := strings.Index(chromeAnswer, "m=video")
	return strings.Replace(chromeAnswer[:at], "BUNDLE 0 1", "BUNDLE 0", 1) +
		"m=video 0 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n"
}

// firefoxAnswer has the transport's lines where Firefox has them.
func firefoxAnswer() string {
	text := strings.ReplaceAll(chromeAnswer, "a=fingerprint:sha-256 7B:8B\r\n", "")
	return strings.Replace(text, "a=group", "a=fingerprint:sha-256 7B:8B\r\na=ice-options:trickle\r\na=group", 1)
}

func TestAnswersOfBrowsersAreRead(t *testing.T) {
	for name, test := range map[string]struct {
		text         string
		sound, video bool
	}{
		"Chrome":                {chromeAnswer, true, true},
		"Chrome without VP8":    {refusedVideo(), true, false},
		"Firefox":               {firefoxAnswer(), true, true},
		"another codec":         {strings.Replace(chromeAnswer, "VP8/90000", "VP9/90000", 1), true, false},
		"another payload type":  {strings.NewReplacer("SAVPF 96 97", "SAVPF 98 97", ":96", ":98").Replace(chromeAnswer), true, false},
		"no repair stream":      {strings.Replace(chromeAnswer, "SAVPF 96 97", "SAVPF 96", 1), true, true},
		"picture not wanted":    {strings.Replace(chromeAnswer, "a=recvonly", "a=inactive", 2), false, false},
		"client is DTLS server": {strings.ReplaceAll(chromeAnswer, "a=setup:active", "a=setup:passive"), true, true},
	} {
		t.Run(name, func(t *testing.T) {
			l := newTable(t)
			s := l.published(opusAndVP8()...)
			l.place(s.senders)
			l.next()
			answer, err := l.read(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := answer.transport; got.credentials.Ufrag != "Pm7u" || got.fingerprint != "sha-256 7B:8B" {
				t.Errorf("the transport is %+v", got)
			}
			for i, want := range []bool{test.sound, test.video} {
				section := answer.sections[i]
				if got := section.receives && !section.refused() && s.senders[i].agree(answer.offer, section); got != want {
					t.Errorf("section %d is taken: %v, want %v", i, got, want)
				}
			}
			if test.sound && (s.senders[0].codec.red != 63 || s.senders[0].extensions.TransportSequence != 1) {
				t.Errorf("sound has RED in %d and transport-wide numbers in %d, want 63 and 1",
					s.senders[0].codec.red, s.senders[0].extensions.TransportSequence)
			}
		})
	}
}

// The recorded answers are to three streams of Opus and VP8, after a restart of ICE.
func TestRecordedAnswersOfBrowsersAreRead(t *testing.T) {
	for _, browser := range []string{"chromium", "firefox"} {
		text, err := os.ReadFile("testdata/sdp/receive-answer-" + browser + ".sdp")
		if err != nil {
			t.Fatal(err)
		}
		l := newTable(t)
		for range 3 {
			l.place(l.published(opusAndVP8()...).senders)
		}
		l.next()
		answer, err := l.read(string(text))
		if err != nil {
			t.Errorf("%s: %v", browser, err)
			continue
		}
		for i, x := range l.list {
			snd := x.offered
			if s := answer.sections[i]; !s.receives || !snd.agree(answer.offer, s) || snd.extensions.TransportSequence != 1 || x.kind == Video && snd.codec.rtx != 97 {
				t.Errorf("%s: section %d is taken with %+v, extensions %+v", browser, i, snd.codec, snd.extensions)
			}
		}
	}
}

func TestAnswersThatDoNotFitAreRefused(t *testing.T) {
	video := strings.Index(chromeAnswer, "m=video")
	for name, text := range map[string]string{
		"no SDP":               "hello",
		"a section is missing": chromeAnswer[:video],
		"one too many":         chromeAnswer + chromeAnswer[video:],
		"in another order":     chromeAnswer[:strings.Index(chromeAnswer, "m=audio")] + chromeAnswer[video:] + chromeAnswer[strings.Index(chromeAnswer, "m=audio"):video],
		"another name":         strings.Replace(chromeAnswer, "a=mid:1", "a=mid:7", 1),
		"no credentials":       strings.ReplaceAll(chromeAnswer, "a=ice-pwd", "a=x"),
		"no fingerprint":       strings.ReplaceAll(chromeAnswer, "a=fingerprint", "a=x"),
		"no role":              strings.ReplaceAll(chromeAnswer, "a=setup:active", "a=setup:actpass"),
		"no bundle":            strings.Replace(chromeAnswer, "a=group", "a=x", 1),
		"too long":             chromeAnswer + strings.Repeat("a=x:y\r\n", answerLimits.octets/6),
	} {
		l := newTable(t)
		l.place(l.published(opusAndVP8()...).senders)
		l.next()
		if _, err := l.read(text); !errors.Is(err, ErrBadOffer) {
			t.Errorf("%s: %v, want ErrBadOffer", name, err)
		}
	}
}

func TestAnAnswerMayRefuseEverything(t *testing.T) {
	l := newTable(t)
	l.place(l.published(opusAndVP8()...).senders)
	l.next()
	answer, err := l.read("v=0\r\no=- 7 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE\r\nm=audio 0 UDP/TLS/RTP/SAVPF 111\r\nm=video 0 UDP/TLS/RTP/SAVPF 96\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if answer.transport.setup != "" {
		t.Errorf("a transport came from nowhere: %+v", answer.transport)
	}
}

func FuzzDownlinkAnswer(f *testing.F) {
	for _, text := range []string{chromeAnswer, refusedVideo(), firefoxAnswer(), "v=0\r\n"} {
		f.Add(text)
	}
	for _, browser := range []string{"chromium", "firefox"} {
		if text, err := os.ReadFile("testdata/sdp/receive-answer-" + browser + ".sdp"); err == nil {
			f.Add(string(text)) // has more sections than are offered here
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		l := newTable(t)
		s := l.published(opusAndVP8()...)
		l.place(s.senders)
		l.next()
		answer, err := l.read(text)
		if err != nil {
			return
		}
		for i, x := range l.list {
			if section := answer.sections[i]; section.receives {
				s.senders[i].agree(answer.offer, section)
			}
			x.settle(answer.sections[i].refused())
		}
		var d sdp.SessionDescription
		if err := d.UnmarshalString(l.next()); err != nil {
			t.Fatalf("the next offer cannot be read: %v", err)
		}
		if answer.transport.setup == "" {
			return
		}
		d = sdp.SessionDescription{}
		if err := d.UnmarshalString(answer.transport.asAnswer("0", 1)); err != nil || len(d.MediaDescriptions) != 1 {
			t.Fatalf("what Pion is to read has %d sections: %v\n%q", len(d.MediaDescriptions), err, answer.transport.asAnswer("0", 1))
		}
	})
}

// What one change costs in a room of a hundred: the offer is written, and an answer read.
func BenchmarkDownlinkOffer(b *testing.B) {
	l := downlinkSections{known: allCodecs(), codecs: newPayloadTypes(allCodecs())}
	t := &table{T: &testing.T{}, downlinkSections: l}
	for range 100 {
		t.place(t.published(opusAndVP8()...).senders)
	}
	offer := t.next()
	answer := strings.NewReplacer("a=sendonly", "a=recvonly", "actpass", "active", "ours", "theirs").Replace(offer)
	b.ReportAllocs()
	for b.Loop() {
		t.next()
		if _, err := t.read(answer); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(offer)), "octets")
}
