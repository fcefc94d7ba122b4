package main

import (
	"fmt"
	"net/http"
	"net/http/pprof"
	"runtime"
	"strconv"
	"sync"
)

const (
	// blockRate is how long a goroutine must be blocked, in nanoseconds, to be
	// counted for sure; shorter waits are sampled. mutexFraction samples one contended
	// lock in so many.
	blockRate     = 10_000
	mutexFraction = 10
	// contentionSeconds bounds how long they may be on.
	contentionSeconds = 60
)

// handleProfiles serves the profiles of the Go runtime.
func handleProfiles(mux *http.ServeMux) {
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	var one sync.Mutex // both cost time while they are on
	mux.Handle("/debug/pprof/block", contention("block", &one, runtime.SetBlockProfileRate, blockRate))
	mux.Handle("/debug/pprof/mutex", contention("mutex", &one, func(n int) { runtime.SetMutexProfileFraction(n) }, mutexFraction))
}

// contention serves a profile that is off but for the seconds that are asked for:
// where goroutines waited in that time.
func contention(name string, one *sync.Mutex, set func(rate int), rate int) http.Handler {
	profile := pprof.Handler(name)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seconds, err := strconv.Atoi(r.FormValue("seconds"))
		if err != nil || seconds < 1 || seconds > contentionSeconds {
			answer(w, http.StatusBadRequest, fmt.Sprintf("say for how long, 1 to %d seconds: /debug/pprof/%s?seconds=10\n", contentionSeconds, name))
			return
		}
		if !one.TryLock() {
			answer(w, http.StatusConflict, "another profile of contention is being taken\n")
			return
		}
		defer one.Unlock()
		set(rate)
		defer set(0)
		profile.ServeHTTP(w, r)
	})
}
