// Package dashboards says what those who run Atrium look at: five dashboards of
// panels, each panel with its queries, what it means and what is good.
//
//	overview.go, media.go, ...   what is shown, as values of the types in panel.go
//	        |
//	        +--> grafana.go      deploy/grafana/dashboards/*.json        (make docs)
//	        +--> proof           every query asked of a real Prometheus  (make prom)
//	        +--> render          the same as a web page, for review
//
// The types are few on purpose. A dashboard cannot be written in them that has a
// panel without a description or a unit, a query that overlooks the variables,
// or two scales in one graph; the tests of this package hold what the compiler
// cannot.
//
// Within queries two words are short for something else: $at is the selection of
// job and instance that every metric carries, and $window the range of a rate.
package dashboards
