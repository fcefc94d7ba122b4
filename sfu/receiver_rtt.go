package sfu

import (
	"strings"
	"sync"

	"github.com/pion/rtcp"
)

// A client that only receives cannot measure the round trip by sender and
// receiver reports. It needs it all the same: a browser repeats a NACK after a
// round trip, and holds pictures back for about as long as a repair takes. With
// RTCP extended reports (RFC 3611 sections 4.4 and 4.5) it sends its own time
// and gets it back.

// receiverRTT is the attribute that agrees on it, "rcvr-rtt" in a=rtcp-xr (RFC
// 3611 section 5.1).
const receiverRTT = "rcvr-rtt"

// wantsReceiverRTT reports whether the client offers to measure the round trip
// of what it receives in the section.
func (s *section) wantsReceiverRTT() bool {
	value, ok := s.media.Attribute("rtcp-xr")
	return ok && s.receives && strings.Contains(value, receiverRTT)
}

// timeEcho answers a client's reference times.
type timeEcho struct {
	mu   sync.Mutex // when a connection's feedback changes its way, both may call
	last uint64
}

// answer returns the reports, one from each of our sources, that send back the
// reference time in b; none when there is no time, or it was answered: a packet
// may arrive once for each source that it is about.
func (e *timeEcho) answer(sources senders, b []byte) []rtcp.Packet {
	if len(b) < 2 || b[1] != uint8(rtcp.TypeExtendedReport) {
		return nil
	}
	var xr rtcp.ExtendedReport
	if xr.Unmarshal(b) != nil {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var answers []rtcp.Packet
	for _, block := range xr.Reports {
		t, ok := block.(*rtcp.ReceiverReferenceTimeReportBlock)
		if !ok || t.NTPTimestamp == e.last {
			continue
		}
		e.last = t.NTPTimestamp
		for _, s := range sources {
			answers = append(answers, &rtcp.ExtendedReport{SenderSSRC: s.ssrc.Load(), Reports: []rtcp.ReportBlock{
				&rtcp.DLRRReportBlock{Reports: []rtcp.DLRRReport{{
					SSRC: xr.SenderSSRC, LastRR: uint32(t.NTPTimestamp >> 16), //nolint:gosec // the middle 32 bits
				}}},
			}})
		}
	}
	return answers
}
