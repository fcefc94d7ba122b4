package load

import (
	"fmt"

	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

// CheckLimits raises the limit of open files as far as the system lets it, and
// returns an error that says what to do when the plan needs more.
func (r *Runner) CheckLimits(need scenario.Limits) error {
	limit, err := raiseFileLimit()
	if err != nil {
		return fmt.Errorf("limit of open files: %w", err)
	}
	r.filesLimit = limit
	if need.Files > limit {
		return fmt.Errorf("the test needs %d open files, the limit is %d: raise it (ulimit -n %d), or test with fewer clients",
			need.Files, limit, need.Files)
	}
	return nil
}
