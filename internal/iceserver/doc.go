// Package iceserver decides which STUN and TURN servers a client is handed, and
// makes the credentials that the TURN servers among them ask for.
//
//	fixed URLs, with a fixed password or none -----+
//	                                               +--> List.For(user, now) --> joinRoom, Link headers of WHIP
//	URLs and the secret of their server --> Issuer-+
//	                                        List.Open -------------------------> /getClientConfig: those without a password
//
// Credentials that end by themselves follow draft-uberti-behave-turn-rest-00: the
// user name is "expiry:name" with the expiry in seconds since 1970, the password is
// the name's HMAC-SHA1 under a secret that the TURN server knows as well. The
// embedded relay (internal/relay), coturn with use-auth-secret and most hosted
// servers take them, and no message goes between who makes them and who checks them.
//
// The name in them is a tag: it is the same for one user and says nobody's name, as
// TURN sends it in the clear and servers log it.
package iceserver
