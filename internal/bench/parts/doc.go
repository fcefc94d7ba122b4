// Package parts measures what forwarding a packet consists of at least: sealing
// it with SRTP, and giving it to the kernel, one by one, many with one system
// call, and several to one receiver as segments of one message. Floor adds up
// those that a load needs.
//
//	processor 0   Measure: seals and sends, by the thread's CPU time
//	processor 1   Drain: 200 sockets that are emptied every few milliseconds
//
// Each runs in a process of its own (process.Start), so that one pays nothing for
// the other but what a sender on loopback always pays: the receiver's side of
// the socket. Sending needs Linux.
package parts
