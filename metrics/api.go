package metrics

import "github.com/prometheus/client_golang/prometheus"

// APIRequests is how often a route of the API for applications was answered with a class
// of status, such as 2xx.
type APIRequests struct {
	Method, Route, Class string
	Count                uint64
}

// ofAPI is the series of the API for applications. Routes are patterns, so that their
// number is fixed.
func ofAPI() []series[snapshot] {
	return []series[snapshot]{{
		name: "atrium_api_requests_total", help: "Requests of the API for applications (docs/rest.md), by route and class of status.",
		kind: prometheus.CounterValue, labels: []string{"method", "route", "class"}, samples: apiSamples,
	}}
}

func apiSamples(s *snapshot) []sample {
	list := make([]sample, 0, len(s.api))
	for _, r := range s.api {
		list = append(list, sample{float64(r.Count), []string{r.Method, r.Route, r.Class}})
	}
	return list
}
