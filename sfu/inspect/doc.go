// Package inspect is what can be seen of media from outside: plain values, which
// the media plane fills in when somebody asks, and which the admin API sends as
// they are.
//
//	sfu.Publication  -- Inspect() --> Publication: how it comes, its tracks, their encodings
//	sfu.Subscription -- Inspect() --> Subscription: how it goes out, what the link carries,
//	                                  what each track is like for who receives it, and why
//
// Nobody is named in them, and no address is: only of which kind the path is.
// Times are in seconds, rates in bits per second, shares from 0 to 1.
package inspect
