package main

import "testing"

func TestWhatListensEverywhereIsReachedOnThisMachine(t *testing.T) {
	for listen, want := range map[string]string{
		":8081": "localhost:8081", "0.0.0.0:8081": "localhost:8081", "[::]:8081": "localhost:8081",
		"localhost:1": "localhost:1", "192.0.2.1:2": "192.0.2.1:2", "[2001:db8::1]:3": "[2001:db8::1]:3",
	} {
		if got := reachable(listen); got != want {
			t.Errorf("%s: %s, want %s", listen, got, want)
		}
	}
}
