package main

import (
	"embed"
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

//go:embed plans/*.yaml
var plans embed.FS

// readPlan returns a plan by its name. A length other than 0 replaces its
// duration: the last phase takes what is left.
func readPlan(name string, length time.Duration) (*scenario.Plan, error) {
	file := "plans/" + name + ".yaml"
	text, err := plans.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("there is no plan %q: %w", name, err)
	}
	if length > 0 {
		text = append(text, fmt.Sprintf("\nduration: %s\n", length)...)
	}
	s, err := scenario.Read(file, text)
	if err != nil {
		return nil, err
	}
	return s.Plan()
}
