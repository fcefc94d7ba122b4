package signaling

import (
	"context"
	"errors"
	"net/http"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// serveRoom is the endpoint /room.
func (s *Server) serveRoom(w http.ResponseWriter, r *http.Request) {
	if !rpc.IsUpgrade(r) {
		refuseWithoutUpgrade(w, r)
		return
	}
	if !s.opts.Load().origins.Allow(r) {
		s.counters.refused(refusedOrigin)
		http.Error(w, "pages from this origin may not connect", http.StatusForbidden)
		return
	}
	if s.draining.Load() {
		s.refuseSocket(w, errShut)
		return
	}
	network := auth.Network(r)
	if err := s.gate.enter(network); err != nil {
		s.refuseSocket(w, err)
		return
	}
	conn, err := s.upgrader.Upgrade(w, r)
	if err != nil {
		s.gate.leave(network, nil)
		s.log.Debug("upgrade refused", "error", err)
		return
	}
	s.counters.sockets.Add(1)
	var parent *tracing.Parent
	if s.tracer != nil {
		parent = tracing.ParseParent(r.Header.Get("Traceparent"))
	}
	carried, handshake := admission.Carry(r), context.WithoutCancel(r.Context())
	// A goroutine of its own, because that of net/http has grown and keeps the
	// request and its buffers alive.
	go func() {
		defer s.gate.leave(network, conn)
		k := &socket{server: s, conn: conn, parent: parent, carried: carried, handshake: handshake}
		if !s.gate.admit(conn) {
			conn.Close(endShutdown.code, endShutdown.text)
		}
		k.run()
	}()
}

// refuseSocket answers a request for a websocket that cannot be had now.
func (s *Server) refuseSocket(w http.ResponseWriter, err error) {
	status, why := http.StatusServiceUnavailable, refusedFull
	switch {
	case errors.Is(err, errNetworkFull):
		status, why = http.StatusTooManyRequests, refusedNetworkFull
	case errors.Is(err, errShut):
		why = refusedDraining
	}
	s.counters.refused(why)
	w.Header().Set("Retry-After", "5")
	http.Error(w, err.Error(), status)
}

func refuseWithoutUpgrade(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "JSON-RPC is spoken over a websocket only", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Upgrade", "websocket")
	w.Header().Set("Connection", "Upgrade")
	http.Error(w, "this is a websocket endpoint", http.StatusUpgradeRequired)
}
