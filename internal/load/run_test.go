package load

import (
	"context"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/egress"
)

// The generator's counts, of publishers and of subscribers, are the server's.
func TestCountsAreThoseOfTheServer(t *testing.T) {
	t.Parallel()
	for _, video := range []codec.Codec{codec.VP8, codec.VP9, codec.H264, codec.AV1} {
		t.Run(video.String(), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			_, run := h.play(t, plan(t, func(f *scenario.Flags) {
				f.Publishers, f.Subscribers, f.Codec = 1, 2, scenario.VideoCodec(video)
			}))
			total := run.Total
			if total.Joined != 3 || total.Subscriptions != 2 || total.JoinFailures != 0 {
				t.Fatalf("%d joined, %d subscriptions, %d failures: %v", total.Joined, total.Subscriptions, total.JoinFailures, run.Errors)
			}
			sent := h.engine.Stats().Egress.Sent
			served := egress.Sent{Packets: sent.Audio.Packets + sent.Video.Packets, Octets: sent.Audio.Octets + sent.Video.Octets}
			if total.Packets+total.Lost != served.Packets || total.Octets != served.Octets {
				t.Errorf("received %d packets with %d octets and lost %d, the server sent %d with %d",
					total.Packets, total.Octets, total.Lost, served.Packets, served.Octets)
			}
			if total.Packets > 2*total.PacketsSent || total.Packets == 0 {
				t.Errorf("2 subscribers received %d packets, the publisher sent %d", total.Packets, total.PacketsSent)
			}
			if total.Latency.Count == 0 || total.Frames < 30 || total.FirstKeyframe.Count != 2 {
				t.Errorf("latency %+v, %d frames, first keyframes %+v", total.Latency, total.Frames, total.FirstKeyframe)
			}
			if h.rooms.Stats().Participants != 0 {
				t.Errorf("%d participants are still there", h.rooms.Stats().Participants)
			}
		})
	}
}

// What the plan does to clients shows in the report, and only at those.
func TestReportNamesTheAffected(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, run := h.play(t, plan(t, func(f *scenario.Flags) {
		f.Publishers, f.Subscribers, f.Duration = 1, 4, 5*time.Second
		f.Loss, f.LossShare = 0.2, 0.2 // one of five
	}))
	affected := 0
	for _, c := range run.Clients {
		if len(c.Faults) == 0 {
			if c.Summary.Lost+c.Summary.Repaired > 0 {
				t.Errorf("%s is not affected by the plan: lost %d, repaired %d", c.Name, c.Summary.Lost, c.Summary.Repaired)
			}
			continue
		}
		affected++
		if c.Summary.Repaired == 0 || c.Summary.NACKs == 0 {
			t.Errorf("%s %v: repaired %d, asked for %d", c.Name, c.Faults, c.Summary.Repaired, c.Summary.NACKs)
		}
	}
	if affected != 1 {
		t.Errorf("%d clients are affected, want 1", affected)
	}
}

// An interrupted run ends soon, says so, and leaves nobody behind.
func TestInterruptedRunCleansUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	seconds := 0
	r, err := NewRunner(Options{
		Target: h.target,
		Plan:   plan(t, func(f *scenario.Flags) { f.Duration = time.Hour }),
		OnSecond: func(result.Point, result.Summary) {
			if seconds++; seconds == 2 {
				interrupt()
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	run, err := r.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if run.Stopped != "interrupted" || len(run.Timeline) != 2 {
		t.Errorf("stopped %q after %d seconds", run.Stopped, len(run.Timeline))
	}
	if n := h.rooms.Stats().Participants; n != 0 {
		t.Errorf("%d participants are still there", n)
	}
}
