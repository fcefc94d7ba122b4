// Package host finds what a machine lacks to be a good media server, and says how
// to repair it. "atrium check-config" prints what it finds.
//
//	/proc, /sys (fs.FS) --Read--> Facts --Advise(Facts, Needs)--> []Finding
//	                                          |
//	   buffers.go   net.core.rmem_max, wmem_max, drops between card and socket
//	   files.go     open files: a websocket each, and more
//	   ports.go     the right to listen below 1024
//	   kernel.go    UDP_SEGMENT and UDP_GRO
//	   clock.go     a clock that is read without a system call
//	   frequency.go a processor that is kept slow
//	   cgroup.go    quotas that make media stand still, and memory that Go does not know of
//
// Only what costs calls or capacity is looked at, and only what can be read without
// rights. What cannot be read is no finding. Left out on purpose:
// net.core.rmem_default (sockets ask for their size), ip_local_port_range (the
// server opens no connections), transparent huge pages (the heap is small),
// whether a port is free (the server may be running).
package host
