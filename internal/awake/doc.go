// Package awake keeps patience with peers while the process itself does not run: stopped by a signal, by a debugger, by a
// snapshot of its machine, or starved of processor time.
//
//	peer    ping   ping   ping   ping   ping       what it sent waits in the kernel
//	process ───►|          stopped          |───►
//	timer           due ▲                   ▲ rings: 20 s too late, so it says nothing about the peer
//
// Go's timers follow the clock, and after a stop all that have become due ring at once, before anything is read. A timer that
// rings much later than it was due therefore tells of the process, and whoever is judged by it gets the whole time again.
package awake
