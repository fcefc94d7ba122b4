package signaling

import (
	"encoding/json"
	"time"

	"github.com/atrium-rtc/atrium/internal/awake"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// watchdog fires when a client that has begun to ping stops. The interval is
// that of its first ping and is kept. Owned by the socket's reader; a client
// that never pings never starts it.
type watchdog struct {
	interval time.Duration
	timer    *awake.Timer
}

// ping starts or rewinds it.
func (w *watchdog) ping(params json.RawMessage, fire func()) {
	if w.timer != nil {
		w.timer.Reset(watchdogPatience * w.interval)
		return
	}
	w.interval = defaultPingInterval
	if ms, ok := api.Number(params, "interval"); ok && ms > 0 {
		w.interval = time.Duration(min(ms, maxPingInterval.Milliseconds())) * time.Millisecond
		w.interval = max(w.interval, minPingInterval)
	}
	w.timer = awake.AfterFunc(watchdogPatience*w.interval, fire)
}

func (w *watchdog) stop() {
	if w.timer != nil {
		w.timer.Stop()
	}
}
