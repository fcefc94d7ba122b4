package main

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
)

func TestProfilesOfContentionAreOffAgainAndOneAtATime(t *testing.T) {
	mux := http.NewServeMux()
	handleProfiles(mux)
	ask := func(path string) int {
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		return answer.Code
	}
	first := make(chan int)
	go func() { first <- ask("/debug/pprof/mutex?seconds=1") }()
	eventually(t, "the first is on", func() bool { return runtime.SetMutexProfileFraction(-1) == mutexFraction })
	if got := ask("/debug/pprof/block?seconds=1"); got != http.StatusConflict {
		t.Errorf("a second one at a time: %d, want 409", got)
	}
	if got := <-first; got != http.StatusOK {
		t.Errorf("the first: %d", got)
	}
	if got := runtime.SetMutexProfileFraction(-1); got != 0 {
		t.Errorf("one lock in %d is still sampled", got)
	}
}
