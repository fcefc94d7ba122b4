package sfu

import (
	"fmt"
	"strings"

	"github.com/pion/sdp/v3"
)

// description is a session description that is being written, line by line (RFC 8866): for
// those that are ours and not Pion's.
type description struct{ strings.Builder }

// newDescription begins one of a version (RFC 3264 section 8) with the sections of its bundle.
func newDescription(version int, mids []string) *description {
	d := &description{}
	d.line("v=0")
	d.line("o=- 1 %d IN IP4 0.0.0.0", version)
	d.line("s=-")
	d.line("t=0 0")
	d.line("a=group:%s", strings.Join(append([]string{"BUNDLE"}, mids...), " "))
	return d
}

// line writes one line.
func (d *description) line(format string, args ...any) { fmt.Fprintf(d, format+"\r\n", args...) }

// lite says whether the agent is a lite one.
func (d *description) lite(is bool) {
	if is {
		d.line("a=%s", sdp.AttrKeyICELite)
	}
}

// credentials writes those of ICE.
func (d *description) credentials(c ICECredentials) {
	d.line("%s%s", ufragLine, c.Ufrag)
	d.line("%s%s", passwordLine, c.Password)
}

// codec writes the lines of a codec, and of its repair stream or redundant form.
func (d *description) codec(c offeredCodec) {
	encoding := ""
	if !c.codec.IsVideo() {
		encoding = "/2"
	}
	_, name, _ := strings.Cut(c.codec.MIMEType(), "/")
	d.line("a=rtpmap:%d %s/%d%s", c.payloadType, name, c.codec.ClockRate(), encoding)
	if c.fmtp != "" {
		d.line("a=fmtp:%d %s", c.payloadType, c.fmtp)
	}
	for _, f := range c.feedback {
		d.line("%s", strings.TrimRight(fmt.Sprintf("a=rtcp-fb:%d %s %s", c.payloadType, f.kind, f.parameter), " "))
	}
	if c.red != 0 {
		d.line("a=rtpmap:%d red/%d/2", c.red, c.codec.ClockRate())
		d.line("a=fmtp:%d %s", c.red, c.redFMTP)
	}
	if c.rtx != 0 {
		d.line("a=rtpmap:%d rtx/%d", c.rtx, c.codec.ClockRate())
		d.line("a=fmtp:%d apt=%d", c.rtx, c.payloadType)
	}
}
