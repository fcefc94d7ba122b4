package metrics

// ofTraces lists the series of what is sent to the trace collector.
func ofTraces() []series[snapshot] {
	return []series[snapshot]{
		split("atrium_trace_spans_total", "Spans, by what became of them: exported to the collector, dropped because too many waited, failed to be sent or refused by it. Without tracing there are none (docs/tracing.md).", "outcome",
			func(s *snapshot) map[string]uint64 {
				t := s.traces
				return map[string]uint64{"exported": t.Exported, "dropped": t.Dropped, "failed": t.Failed}
			}),
	}
}
