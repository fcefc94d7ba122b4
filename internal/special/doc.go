// Package special knows the addresses that are not ordinary places on the
// internet: the own machine, private networks, the networks of documentation,
// the metadata service of a cloud. Whoever connects to an address that somebody
// else chose asks here first.
//
//	netip.Addr --> Purpose --> Ordinary
//	                       \-> Loopback, Private, LinkLocal, ... with the block of IANA's registries
//
// The registries are those of RFC 6890,
// https://www.iana.org/assignments/iana-ipv4-special-registry and
// https://www.iana.org/assignments/iana-ipv6-special-registry, as of 2026, with
// multicast and what was special once. An IPv4 address inside an IPv6 address is
// judged as the IPv4 address that packets end at.
package special
