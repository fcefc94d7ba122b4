// Command soak holds a server against rows R8 and R9 of docs/reliability.md: it
// starts the real binary, lets synthetic people use it for long or come and go
// quickly, and looks whether it holds afterwards what it held before.
//
//	start --> warm-up --> rest: before --> plan (internal/load) --> rest: after --> verdicts
//	             |                            |
//	      what is made once            each second: goroutines, files, series
//	      is made now                  each 10 s: live heap, after a collection
//
// At rest means that nobody is there and the counts have stopped to fall: pools,
// shards and sockets that a server makes once and keeps count on both sides.
// What is left over between the two rests is a leak, however small. The heap is
// judged while the call goes on, by the slope of a straight line through its
// samples, because what grows with each join may be dropped at the end.
//
//	go run ./internal/soak churn          20 joins and leaves a second, then 200 joins in 2 s (make churn)
//	go run ./internal/soak -for 4h call   a call with everything that happens in calls (make soak)
//
// It prints one line of figures, writes the page and the JSON of a load test
// (docs/load.md) with the curves of what the server held, and fails if a figure
// is missed.
package main
