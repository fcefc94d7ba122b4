package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// JSON writes the run, indented, with the fields always in the same order and
// with empty lists as [] rather than null. NaN and infinities are errors.
func JSON(w io.Writer, run *result.Run) error {
	b, err := json.MarshalIndent(withLists(run), "", "  ")
	if err != nil {
		return fmt.Errorf("write run as JSON: %w", err)
	}
	if _, err := w.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("write run as JSON: %w", err)
	}
	return nil
}

// withLists returns a shallow copy of the run without nil lists.
func withLists(run *result.Run) *result.Run {
	list := *run
	notNil(&list.Groups)
	notNil(&list.Timeline)
	notNil(&list.Marks)
	notNil(&list.Clients)
	notNil(&list.Errors)
	notNil(&list.Verdicts)
	if run.Capacity != nil {
		capacity := *run.Capacity
		notNil(&capacity.Steps)
		list.Capacity = &capacity
	}
	return &list
}

func notNil[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}
