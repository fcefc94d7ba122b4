package publish

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/pion/rtcp"

	rtpnum "github.com/atrium-rtc/atrium/sfu/packet"
)

// Sender reports go out each second, as browsers' do; the first one right after
// the first packets, so that receivers can align audio and video from the start.
const (
	reportInterval = time.Second
	firstReport    = 50 * time.Millisecond
)

// report is the sender report of one stream (RFC 3550 section 6.4.1) with the
// CNAME that its sister streams share.
type report struct {
	octets []byte
	due    time.Duration
}

func newReport(ssrc uint32, cname string) (report, error) {
	octets, err := rtcp.CompoundPacket{
		&rtcp.SenderReport{SSRC: ssrc},
		rtcp.NewCNAMESourceDescription(ssrc, cname),
	}.Marshal()
	if err != nil {
		return report{}, fmt.Errorf("sender report: %w", err)
	}
	return report{octets: octets, due: firstReport}, nil
}

// sendReport writes the report that is due, and nothing for a stream that has
// not begun.
func (st *stream) sendReport(c *schedule, t instant, w Writer) error {
	if st.counters.packets.Load() == 0 {
		st.report.due = t.at + firstReport
		return nil
	}
	st.report.due += reportInterval
	if st.report.due <= t.at { // a stall: one report is enough
		st.report.due = t.at + reportInterval
	}
	b := st.report.octets
	binary.BigEndian.PutUint64(b[8:], rtpnum.NTP(t.now))
	binary.BigEndian.PutUint32(b[16:], st.timestamp+c.timestampAt(t.at, st.media.ClockRate))
	binary.BigEndian.PutUint32(b[20:], uint32(st.counters.packets.Load()))
	binary.BigEndian.PutUint32(b[24:], uint32(st.counters.octets.Load()))
	return w.WriteRTCP(b)
}
