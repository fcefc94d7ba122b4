package signaling

import "github.com/atrium-rtc/atrium/internal/auth"

// Drain refuses new sockets and new joins from now on. Sessions go on.
func (s *Server) Drain() {
	if !s.draining.Swap(true) {
		s.log.Info("draining: no new sockets, no new joins")
	}
}

// Resume takes Drain back. After Close nobody gets in all the same.
func (s *Server) Resume() {
	if s.draining.Swap(false) {
		s.log.Info("no longer draining")
	}
}

// Draining reports whether newcomers are refused.
func (s *Server) Draining() bool { return s.draining.Load() }

// Administrators returns who may close rooms at present.
func (s *Server) Administrators() auth.Admin { return auth.Admin{Token: s.opts.Load().AdminToken} }
