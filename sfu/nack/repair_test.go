package nack_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/nack"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// path is a simulated link between a History and a Detector: every packet and
// every request is lost with the same probability and takes the same time.
type path struct {
	loss   float64
	oneWay time.Duration
}

// outcome is what became of the packets of a simulation.
type outcome struct{ sent, lost, repaired, media, resent int }

// simulate sends 166 packets a second for a minute and repairs what is lost.
func (p path) simulate(seed uint64) outcome {
	const octets, spacing, poll = 1100, 6 * ms, 10 * ms
	random := rand.New(rand.NewPCG(seed, 0))
	arrives := func() bool { return random.Float64() >= p.loss }

	detector, history := nack.NewDetector(), nack.NewHistory(1024)
	var budget nack.Budget
	packets := map[time.Duration][]packet.ExtSeq{}  // to the receiver, by time of arrival
	requests := map[time.Duration][]packet.ExtSeq{} // to the sender
	missing := map[packet.ExtSeq]bool{}
	var out outcome

	const first = packet.ExtSeq(1 << 16)
	for now := time.Duration(0); now < time.Minute+2*time.Second; now += ms {
		if now < time.Minute && now%spacing == 0 {
			seq := first + packet.ExtSeq(out.sent)
			history.Sent(seq.Seq(), nack.Source{Seq: seq}, at(now))
			budget.Media(octets, at(now))
			out.sent, out.media = out.sent+1, out.media+octets
			if arrives() || seq == first {
				packets[now+p.oneWay] = append(packets[now+p.oneWay], seq)
			} else {
				out.lost++
				missing[seq] = true
			}
		}
		for _, seq := range requests[now] {
			source, verdict := history.Request(seq.Seq(), at(now), 2*p.oneWay)
			if verdict != nack.Resend || !budget.Allow(octets, at(now)) {
				continue
			}
			history.Resent(seq.Seq(), at(now))
			out.resent += octets
			if arrives() {
				packets[now+p.oneWay] = append(packets[now+p.oneWay], source.Seq)
			}
		}
		for _, seq := range packets[now] {
			detector.Received(seq, at(now))
			if missing[seq] {
				out.repaired++
				delete(missing, seq)
			}
		}
		if now%poll == 0 {
			if due := detector.Due(nil, at(now), 2*p.oneWay); arrives() {
				requests[now+p.oneWay] = append(requests[now+p.oneWay], due...)
			}
		}
	}
	return out
}

func TestRepairOverALossyPath(t *testing.T) {
	tests := []struct {
		name     string
		path     path
		repaired float64 // of the lost packets
	}{
		{"clean", path{loss: 0, oneWay: 50 * ms}, 1},
		{"5 % and 50 ms", path{loss: 0.05, oneWay: 50 * ms}, 0.99},
		{"5 % and 5 ms", path{loss: 0.05, oneWay: 5 * ms}, 0.99},
		{"15 % and 100 ms", path{loss: 0.15, oneWay: 100 * ms}, 0.97},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for seed := range uint64(3) {
				out := tt.path.simulate(seed)
				if float64(out.repaired) < tt.repaired*float64(out.lost) {
					t.Errorf("seed %d: %d of %d lost packets repaired, want %v", seed, out.repaired, out.lost, tt.repaired)
				}
				if out.resent*nack.BudgetShare > out.media {
					t.Errorf("seed %d: %d octets resent for %d of media", seed, out.resent, out.media)
				}
				if tt.path.loss == 0 && out.resent != 0 {
					t.Errorf("seed %d: %d octets resent without loss", seed, out.resent)
				}
			}
		})
	}
}
