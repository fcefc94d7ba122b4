// Package render draws dashboards as web pages, from the same panels and the answers of
// Prometheus, for review by people who have no Grafana at hand. It is not a copy of
// Grafana: a page is still, and draws what matters for judging a dashboard, which is
// what a panel shows, how it is called, and whether it is readable.
//
//	Dashboard + Answers --> Page: a grid of panels --> tile | graph | heat map | table, each an SVG or HTML
package render
