// Package auth decides who may do what an administrator may: close rooms, evict
// people, see who is in a call.
//
//	request --> Admin.Check --> nil
//	                        +-> ErrNoToken    401: a token is configured, and this is not it
//	                        +-> ErrNotLocal   403: none is, and it is not a program on this machine that asks
//
// It reads requests and nothing else, so that every listener of the server
// decides in the same way.
package auth
