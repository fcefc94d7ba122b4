package main

import (
	"strings"
	"testing"
)

func TestTheCommandInAReportHasNoSecrets(t *testing.T) {
	for line, want := range map[string]string{
		"load --token hush --rooms 2":                   "load --token *** --rooms 2",
		"load --token=hush --rooms 2":                   "load --token=*** --rooms 2",
		"load --token --url=ws://h/room":                "load --token ***", // kong takes it for the token
		"load --token":                                  "load --token",
		"load --url ws://me:hush@h:8080/room?key=hush":  "load --url ws://***@h:8080/room?***",
		"load --whip=http://h/whip/{room}/{user}#hush":  "load --whip=http://h/whip/{room}/{user}#***",
		"load --server-metrics http://a@hush@h?x=hush":  "load --server-metrics http://***@h?***",
		"load --server-metrics http://h:8081/metrics":   "load --server-metrics http://h:8081/metrics",
		"load --require delivered@clean>=99% --ramp 2s": "load --require delivered@clean>=99% --ramp 2s",
	} {
		if got := maskedCommand(strings.Split(line, " ")); got != want {
			t.Errorf("%s\n is %s\nwant %s", line, got, want)
		}
	}
}

func TestErrorsInAReportHaveNoSecrets(t *testing.T) {
	const text = `Get "http://me:hush@h/metrics?key=hush": connection refused, at 12:00 by me@home`
	const want = `Get "http://***@h/metrics?***": connection refused, at 12:00 by me@home`
	if got := maskedText(text); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
