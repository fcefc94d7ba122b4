// Package proof shows that what operators look at works: the dashboards of
// internal/dashboards, and the rules and alerts of deploy/prometheus.
//
//	Rules   promtool: syntax, and for each alert a case in which it fires and one in
//	        which it must not; a runbook and a dashboard for each alert
//	Live    atrium load --> atrium serve --> a real Prometheus <-- every query there is
//
//	Against the same questions to a Prometheus that runs already
//
// The live test takes a minute and is not part of "go test ./...": "make prom" runs it.
// It writes what each query answered as a table, and each dashboard as a page, both for
// people to read.
package proof
