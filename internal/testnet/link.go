package testnet

import "github.com/atrium-rtc/atrium/internal/link"

// Link says how one direction of a host's connection treats packets.
type Link = link.Link

// LinkStats counts what one direction of a host's connection has done.
type LinkStats = link.Stats
