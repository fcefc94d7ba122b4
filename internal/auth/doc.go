// Package auth decides who may do what.
//
// Administrators are told from others by their request alone: they may close
// rooms, evict people, see who is in a call.
//
//	request --> Admin.Check --> nil
//	                        +-> ErrNoToken    401: a token is configured, and this is not it
//	                        +-> ErrNotLocal   403: none is, and it is not a program on this machine that asks
//
// Network says what counts as one client, and Origins which pages may connect.
//
// Participants bring a token (JWT, RFC 7519), made by the application with a key
// that the server knows. What it says are Claims, what it allows are Grants.
//
//	token --> inspect --> KeySet --> signature, dates --> Claims --> role --> Revocations --> Grants
//	             |           |              |                |        |            |             |
//	             +-----------+--------------+--- *Refusal ---+--------+------------+             v
//	                                                                               Admit(room, name)
//
// A Refusal has one sentence for the outside and a Reason for logs and metrics.
// Everything is denied unless it is granted, every size has a bound, and each key
// is for one algorithm. Sign makes tokens.
//
// The package does no I/O and asks no clock: package keyring fetches keys, and now
// is passed in. docs/tokens.md is for those who make tokens, docs/adr/0013-tokens.md
// says why they are as they are.
package auth
