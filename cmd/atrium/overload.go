package main

import (
	"math"

	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/internal/overload"
)

// overloadLimits are shares of the processors, which the configuration has in percent.
func overloadLimits(cfg config.Overload) overload.Limits {
	return overload.Limits{Refuse: float64(cfg.Refuse) / 100, Accept: float64(cfg.Accept) / 100}
}

// observe hears each second how much of the processors was used of late.
func (s *server) observe(used float64) {
	if !s.crowd.Observe(used) {
		return
	}
	percent := math.Round(100 * used)
	if s.crowd.Busy() {
		s.logger.Warn("busy: newcomers are refused", "cpu_percent", percent)
	} else {
		s.logger.Info("not busy any more: newcomers are let in", "cpu_percent", percent)
	}
}
