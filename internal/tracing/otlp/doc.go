// Package otlp sends spans to a collector by OTLP over HTTP, in the JSON encoding
// (https://opentelemetry.io/docs/specs/otlp/), which is stable and which the OpenTelemetry
// Collector, Jaeger and Grafana Tempo accept.
//
//	Take --> queue --> batch --> encode --> POST /v1/traces
//	   \                  ^                    |
//	    dropped           +---- later again ---+--> exported or failed
//
// Take never waits: what the queue has no room for is dropped and counted. One goroutine
// gathers spans until there are many or some seconds have passed, and sends them; while
// the collector is away it holds one batch and tries again for a while.
//
// The SDK of OpenTelemetry is not used: docs/adr/0012-tracing.md has the reasons.
package otlp
