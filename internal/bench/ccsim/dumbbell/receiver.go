package dumbbell

import (
	"time"

	"github.com/pion/interceptor/pkg/twcc"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// How often a browser says what arrived: as often as 5 % of the bitrate pay for,
// within limits (libwebrtc: remote_bitrate_estimator/transport_sequence_number_feedback_generator.cc).
const (
	feedbackShare  = 0.05
	feedbackOctets = 68
	minFeedback    = 50 * time.Millisecond
	maxFeedback    = 250 * time.Millisecond
)

// receiver takes the packets of one sender and answers with transport-wide
// feedback, like a browser.
type receiver struct {
	sender   *Sender
	recorder *twcc.Recorder
	octets   int // since the last feedback
	last     time.Duration
}

func newReceiver(s *Sender) *receiver {
	return &receiver{sender: s, recorder: twcc.NewRecorder(1)}
}

// arrived takes note of a packet. The receiver's clock began at another time.
func (r *receiver) arrived(seq uint16, octets int) {
	const clock = 12345 * time.Second
	r.octets += octets
	r.recorder.Record(2, seq, (clock + r.sender.net.now).Microseconds())
}

// feedback sends what arrived, and again after a time that depends on its
// bitrate.
func (r *receiver) feedback() {
	n := r.sender.net
	for _, p := range r.recorder.BuildFeedbackPacket() {
		b, err := p.Marshal()
		if err != nil {
			panic(err) // the recorder made it
		}
		n.answer(r.sender.id, kindRTCP, len(b)+tagOctets, func() { r.sender.feedback(b) })
	}
	rate := bwe.RateOf(r.octets, n.now-r.last)
	r.octets, r.last = 0, n.now
	wait := min(max(rate.Scale(feedbackShare).Time(feedbackOctets), minFeedback), maxFeedback)
	n.after(wait, r.feedback)
}
