package watch

import (
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
)

// TransportFeedback reports the arrival of everything that comes on one connection
// with several subscriptions: its transport-wide sequence numbers know no streams.
// A Receiver that has its connection for itself does that itself. The methods are
// for the connection's reader goroutine.
type TransportFeedback struct {
	id       uint8 // of the header extension
	writer   Writer
	recorder *twcc.Recorder
	epoch    time.Time // zero of the recorder's clock
	reported time.Time
}

// NewTransportFeedback reports what the header extension of that identifier says.
func NewTransportFeedback(id uint8, w Writer) *TransportFeedback {
	return &TransportFeedback{id: id, writer: w, recorder: twcc.NewRecorder(ownSSRC)}
}

// RTP notes a decrypted packet.
func (f *TransportFeedback) RTP(b []byte, now time.Time) {
	var h header
	if !h.parse(b) {
		return
	}
	ext := h.element(f.id)
	if len(ext) < 2 {
		return
	}
	if f.epoch.IsZero() {
		f.epoch, f.reported = now, now
	}
	f.recorder.Record(h.ssrc, uint16(ext[0])<<8|uint16(ext[1]), now.Sub(f.epoch).Microseconds())
	f.Tick(now)
}

// Tick sends the feedback that is due.
func (f *TransportFeedback) Tick(now time.Time) {
	if f.epoch.IsZero() || now.Sub(f.reported) < transportInterval {
		return
	}
	f.reported = now
	packets := f.recorder.BuildFeedbackPacket()
	if len(packets) == 0 {
		return
	}
	if b, err := rtcp.Marshal(compound(nil, packets)); err == nil {
		_ = f.writer.WriteRTCP(b) // the next one says more
	}
}
