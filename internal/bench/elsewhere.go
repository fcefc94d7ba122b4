//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "bench: it needs Linux: processors to pin to, /proc, recvmmsg and epoll")
	os.Exit(1)
}
