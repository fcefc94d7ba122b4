package main

import (
	"context"
	"net/http"
)

// visitor is somebody whom the application knows.
type visitor struct {
	name string
	host bool
}

// invitations stand for what an application really has: accounts and sessions.
func invitations() map[string]visitor {
	return map[string]visitor{"tulip": {name: "ann", host: true}, "rose": {name: "bob"}}
}

const cookie = "invitation"

// enter is where an invitation leads: to the page, with a cookie.
func (*meeting) enter(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{
		Name: cookie, Value: r.PathValue("invitation"), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

type visitorKey struct{}

// known leaves the visitor in the context of each request. That of a websocket's handshake
// has it for all that is asked on the websocket.
func (*meeting) known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie(cookie); err == nil {
			if who, ok := invitations()[c.Value]; ok {
				r = r.WithContext(as(r.Context(), who))
			}
		}
		next.ServeHTTP(w, r)
	})
}

// as returns a context in which a visitor asks.
func as(ctx context.Context, who visitor) context.Context {
	return context.WithValue(ctx, visitorKey{}, who)
}

// hosts lets only hosts ask for something.
func hosts(do http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if who, _ := visitorOf(r.Context()); !who.host {
			http.Error(w, "for hosts", http.StatusForbidden)
			return
		}
		do(w, r)
	}
}

// visitorOf returns who asks, and false for a stranger.
func visitorOf(ctx context.Context) (visitor, bool) {
	who, ok := ctx.Value(visitorKey{}).(visitor)
	return who, ok
}
