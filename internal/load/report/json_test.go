package report_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/report"
	"github.com/atrium-rtc/atrium/internal/load/result"
)

func TestJSONReadsBack(t *testing.T) {
	for name, run := range map[string]*result.Run{"faults": faultsRun(), "capacity": capacityRun()} {
		var b, again bytes.Buffer
		if err := report.JSON(&b, run); err != nil {
			t.Fatal(err)
		}
		var got result.Run
		if err := json.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if err := report.JSON(&again, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(b.String(), again.String()); diff != "" {
			t.Errorf("%s is not stable (-first +second):\n%s", name, diff)
		}
	}
}

func TestJSONHasNoNullLists(t *testing.T) {
	var b bytes.Buffer
	run := &result.Run{Capacity: &result.Capacity{}}
	if err := report.JSON(&b, run); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "null") {
		t.Errorf("null in\n%s", b.String())
	}
	if run.Groups != nil || run.Capacity.Steps != nil {
		t.Error("the run was changed")
	}
	golden(t, "empty.json", b.String())
}

func TestJSONRefusesWhatJSONCannotSay(t *testing.T) {
	var b bytes.Buffer
	if err := report.JSON(&b, &result.Run{Duration: result.Seconds(math.NaN())}); err == nil || b.Len() > 0 {
		t.Errorf("error %v, wrote %q", err, b.String())
	}
}
