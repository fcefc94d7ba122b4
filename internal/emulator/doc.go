// Command emulator plays a bad network between two Linux network namespaces,
// for tests with real browsers. It needs root and /dev/net/tun, and no queueing
// discipline of the kernel. What a link does to packets is the model that the
// simulations use (internal/link).
//
//	namespace a: 10.88.0.1, fd88::1                            namespace b: 10.88.0.2, fd88::2
//	 applications -- TUN device --> path to b: queue, loss, delay --> TUN device -- applications
//	              <-- TUN device -- path to a: queue, loss, delay <-- TUN device --
//
//	ip netns add a; ip netns add b
//	go run ./internal/emulator -a a -b b '{"delay":"50ms","loss":0.05}'
//
// The argument is both directions as they are at first. Lines on standard input
// change them while packets flow, and each is answered with a line: "ok",
// "error: why", or the counters in JSON.
//
//	both {"delay":"20ms"}
//	b {"delay":"20ms","rate":400000,"queue":25000}     from a to b only
//	a {"down":true}                                    from b to a nothing arrives
//	stats
//
// It ends with its standard input, and the devices with it.
package main
