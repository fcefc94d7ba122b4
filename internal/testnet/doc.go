// Package testnet is a simulated UDP network for tests in fake time. Hosts
// have addresses, sockets and a link each way; a link delays, loses, queues
// and reorders packets as told, and every decision follows from one seed. Used
// inside a testing/synctest bubble, an hour of a call takes seconds and is the
// same hour every time. Nothing here makes a system call.
//
//	host 10.0.0.1                                        host 10.0.0.2
//	 Conn --> uplink: queue, loss, delay --> (core) --> downlink: queue, loss, delay --> Conn
//	 Conn <-- downlink <-------------------- (core) <-- uplink <------------------------ Conn
//	                      '-- Observe sees packets sent, lost and delivered
//
// Give Host.Net to a Pion SettingEngine and Host.ListenPacket to a udp.Mux.
// The links themselves are modelled in internal/link: the fate of a packet
// depends on the seed, the link, the peer and the packet's kind and place among
// its kind, not on how goroutines interleave.
package testnet
