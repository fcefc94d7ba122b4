package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a scenario.
type Problem struct {
	Origin string // "meeting.yaml:12", "--loss"; empty for a literal
	Key    string // path of the key; items of lists count from 1; empty when the whole is wrong
	Reason string

	line int
}

// Error returns "meeting.yaml:12: groups.people.count: 0 is outside 1 to 100000",
// or "--publishers: 0 is outside 1 to 100000".
func (p Problem) Error() string {
	parts := []string{p.Origin, p.Key, p.Reason}
	if strings.HasPrefix(p.Origin, "--") {
		parts = []string{p.Origin, p.Reason}
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ": ")
}

// Problems is everything that is wrong, by line. It is the error of Read and
// Scenario.Plan.
type Problems []Problem

// Error returns one line for each problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int { return cmp.Compare(a.line, b.line) })
	return p
}

// origins tell where the keys of a scenario were given.
type origins struct {
	file  string
	lines map[string]int    // by path of the key
	flags map[string]string // by path of the key, without dashes
}

// given says whether the key itself is in the file.
func (o origins) given(path string) bool {
	_, ok := o.lines[path]
	return ok
}

// problem makes one for a key. A key that was not given is reported where the
// nearest one around it was.
func (o origins) problem(path, format string, args ...any) Problem {
	p := Problem{Key: path, Reason: fmt.Sprintf(format, args...)}
	for around := path; ; {
		if line, ok := o.lines[around]; ok {
			p.line, p.Origin = line, fmt.Sprintf("%s:%d", o.file, line)
			return p
		}
		if flag, ok := o.flags[around]; ok {
			p.Origin = "--" + flag
			return p
		}
		cut := strings.LastIndexAny(around, ".[")
		if cut < 0 {
			p.Origin = o.file
			return p
		}
		around = around[:cut]
	}
}

// below returns the path of a key in the section at path.
func below(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// item returns the path of the i-th item, from 0, of the list at path.
func item(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i+1) }
