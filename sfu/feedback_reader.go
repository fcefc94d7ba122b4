package sfu

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/srtp/v3"

	"github.com/atrium-rtc/atrium/internal/demux"
)

// srtcpReplayWindow is how many SRTCP packets late one may come.
const srtcpReplayWindow = 64

// feedbackReader decrypts what a subscriber reports, on the goroutine of the
// socket that it came by. A browser sends ten to twenty such packets a second;
// on Pion's way each wakes three goroutines, is parsed twice and marshalled
// once, which is more than it costs to send the subscriber its media.
type feedbackReader struct {
	// on gets one RTCP packet after the other, header included; it must not keep
	// it. nil leaves all to Pion. Set before the connection is made.
	on func(packet []byte)

	mu    sync.Mutex    // sockets may deliver at the same time while an address changes
	srt   *srtp.Context // nil until the keys are known
	shown time.Time     // when the agent was shown a packet last
}

// showInterval is how often a packet goes Pion's way after all, so that the ICE
// agent sees that its peer is alive: it hears of nothing else between checks.
const showInterval = 2 * time.Second

// open reads with this context from now on.
func (r *feedbackReader) open(c *srtp.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.srt = c
}

// take consumes b if it is SRTCP that is read here. What fails authentication or
// was there before is dropped. Pion has a window against repetition of its own, so
// that a packet it was shown could be repeated here once: reports may.
func (r *feedbackReader) take(b []byte) bool {
	if r.on == nil || demux.Of(b) != demux.RTCP {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); r.srt == nil || now.Sub(r.shown) >= showInterval {
		r.shown = now
		return false
	}
	if compound, err := r.srt.DecryptRTCP(b, b, nil); err == nil {
		eachRTCP(compound, r.on)
	}
	return true
}

// eachRTCP calls on with each packet of a compound (RFC 3550 section 6.1). It
// stops where the lengths do not add up.
func eachRTCP(compound []byte, on func(packet []byte)) {
	for len(compound) >= rtcpHeader {
		size := 4 * (1 + int(binary.BigEndian.Uint16(compound[2:])))
		if size > len(compound) || size < rtcpHeader {
			return
		}
		on(compound[:size:size])
		compound = compound[size:]
	}
}

// Sizes in RTCP reports, in octets (RFC 3550 section 6.4).
const (
	rtcpHeader     = 8 // with the sender's SSRC
	senderInfo     = 20
	receptionBlock = 24
)

// reportBlocks calls on with each reception block of a sender or receiver report.
func reportBlocks(packet []byte, on func(rtcp.ReceptionReport)) {
	blocks := packet[rtcpHeader:]
	if packet[1] == uint8(rtcp.TypeSenderReport) {
		if len(blocks) < senderInfo {
			return
		}
		blocks = blocks[senderInfo:]
	}
	for range packet[0] & 0x1f {
		if len(blocks) < receptionBlock {
			return
		}
		var block rtcp.ReceptionReport
		if block.Unmarshal(blocks[:receptionBlock]) == nil {
			on(block)
		}
		blocks = blocks[receptionBlock:]
	}
}
