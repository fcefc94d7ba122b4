package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// emulation is both directions.
type emulation struct{ toA, toB *direction }

// obey reads commands until they end.
func (l *emulation) obey(commands io.Reader, answers io.Writer) error {
	fmt.Fprintln(answers, "ready")
	lines := bufio.NewScanner(commands)
	for lines.Scan() {
		answer, err := l.command(lines.Text())
		if err != nil {
			answer = "error: " + err.Error()
		}
		if _, err := fmt.Fprintln(answers, answer); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (l *emulation) command(line string) (answer string, err error) {
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	targets := map[string][]*direction{"a": {l.toA}, "b": {l.toB}, "both": {l.toA, l.toB}}[word]
	switch {
	case word == "stats":
		counted, err := json.Marshal(map[string]counters{"a": l.toA.counters(), "b": l.toB.counters()})
		return string(counted), err
	case targets == nil:
		return "", fmt.Errorf("%q is neither a, b, both nor stats", word)
	}
	s, err := parseSetting(rest)
	if err != nil {
		return "", err
	}
	for _, direction := range targets {
		direction.set(s)
	}
	return "ok", nil
}
