// Package sfutest runs the built-in media server in tests of what stands above it, on
// real sockets of the loopback address.
package sfutest
