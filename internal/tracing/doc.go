// Package tracing times the steps of a request and what follows from it, in the terms of
// OpenTelemetry: a trace is a tree of spans.
//
//	Tracer.Begin --> Span of the request           in the context from there on
//	                   +-- Start --> Span of a step
//	                   +-- Start --> Span that ends long after the answer
//	                                   |
//	                          End -----+--> Sink: internal/tracing/otlp sends it
//
// Whether a trace is taken is decided when it begins. One that is not, or a server
// without tracing, has nil spans and an unchanged context: every method of a nil Span does
// nothing and allocates nothing, so that the parts need not ask.
//
// Spans carry no names of people and no addresses, because they leave the server:
// docs/tracing.md lists what they do carry.
package tracing
