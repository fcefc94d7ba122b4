// Package keyring keeps the keys that tokens are checked with up to date: it reads
// a JSON Web Key Set from a file or an https address again and again.
//
//	Source (File, URL) <-- Ring.Run, one goroutine <-- schedule: when to load, and what may be asked for
//	                           |            ^
//	                           v            +-- Ring.Refresh: a token of an unknown key came
//	                     auth.KeySet --> Ring.Keys --> auth.Verifier
//
// A load that fails, or that brings nothing that can be used, changes nothing: the
// keys that were there stay, and the next try comes sooner. Unknown keys cause one
// load in a while at most, whoever sends them.
//
// What an address may do to us is bounded: https alone, five seconds, 64 KiB, no
// redirection to another host, and no connection to private networks or the own
// machine unless that is allowed. The check is made on the address that is
// connected to, so that no name can be made to resolve to another one after it.
package keyring
