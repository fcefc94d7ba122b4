package result_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

func TestRunSurvivesJSON(t *testing.T) {
	run := measuredRun()
	run.Started = time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
	run.Timeline = []result.Point{{At: 1, Clients: 4, LatencyP99: 14, Saturated: true}}
	run.Clients = []result.Client{{Name: "s-1", Faults: []string{"5 % loss"}, Summary: run.Total}}
	run.Generator = result.Generator{Usage: result.Usage{CPUMean: 1.5}, Saturated: true, Reasons: []string{"late"}}
	run.Capacity = &result.Capacity{Subscribers: 400, Steps: []result.Step{{Subscribers: 400, Held: true}}}
	b, err := json.Marshal(run)
	if err != nil {
		t.Fatal(err)
	}
	var got result.Run
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(run, &got); diff != "" {
		t.Errorf("run (-want +got):\n%s", diff)
	}
}

func TestSharesOfNothing(t *testing.T) {
	var s result.Summary
	if s.Delivered() != 1 || s.FramesComplete() != 1 || s.FrozenShare() != 0 || s.FreezesPerMinute() != 0 || s.AudioGapShare() != 0 {
		t.Errorf("an empty Summary has trouble: %v %v %v %v %v",
			s.Delivered(), s.FramesComplete(), s.FrozenShare(), s.FreezesPerMinute(), s.AudioGapShare())
	}
	s = result.Summary{Frames: 5, FramesExpected: 3}
	if s.FramesComplete() != 1 {
		t.Errorf("more frames than expected are %v complete, want 1", s.FramesComplete())
	}
}
