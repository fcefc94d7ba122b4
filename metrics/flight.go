package metrics

// Flight is what the flight recorder did.
type Flight struct {
	On                    bool
	Written, Failed, Held uint64
}

// ofFlight lists its series.
func ofFlight() []series[snapshot] {
	return []series[snapshot]{
		boolean("atrium_flight_recorder_on", "1 while the last seconds of the Go runtime are recorded (operator.flight_directory).",
			func(s *snapshot) bool { return s.flight.On }),
		split("atrium_flight_recordings_total", "Seconds in which packets were forwarded late, by what came of them: a recording was written, failed to be, or was held back because trouble went on or there was one in the five minutes before.", "outcome",
			func(s *snapshot) map[string]uint64 {
				return map[string]uint64{"written": s.flight.Written, "failed": s.flight.Failed, "held": s.flight.Held}
			}),
	}
}
