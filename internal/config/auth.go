package config

import (
	"net"
	"net/netip"
	"strings"
)

// JWKSByHTTP reports whether auth.jwks is an address, and not a file.
func (a Auth) JWKSByHTTP() bool { return strings.Contains(a.JWKS, "://") }

// checkJWKS takes whatever is no URL for the name of a file.
func checkJWKS(text string) error {
	if !strings.Contains(text, "://") {
		return nil
	}
	return checkURL(text)
}

// authConflicts returns what is wrong between the keys of auth, and with who reaches the
// server.
func (c *Config) authConflicts() Problems {
	var found Problems
	report := func(wrong bool, key, reason string) {
		if wrong {
			found = append(found, Problem{Key: key, Reason: reason})
		}
	}
	a := &c.Auth
	report(a.Mode == AuthOpen && !a.OpenToAll && !loopbackOnly(c.HTTP.Listen), "auth.mode",
		"is open, and http.listen ("+c.HTTP.Listen+") can be reached from other machines: everybody who finds the server could join every room. "+
			"Set auth.mode to token and give it a key (docs/tokens.md), or listen on localhost, or, if everybody may come in, set auth.open_to_all to true")
	report(a.Mode == AuthToken && !a.hasKeys(), "auth.mode",
		"is token, and there is no key to check tokens with: set auth.secret_file, auth.key_files or auth.jwks")
	const useless = "has no effect unless auth.mode is token"
	report(a.Mode != AuthToken && a.Secret != "", "auth.secret", useless)
	report(a.Mode != AuthToken && a.SecretFile != "", "auth.secret_file", useless)
	report(a.Mode != AuthToken && len(a.KeyFiles) > 0, "auth.key_files", useless)
	report(a.Mode != AuthToken && a.JWKS != "", "auth.jwks", useless)
	report(a.Secret != "" && a.SecretFile != "", "auth.secret_file", "and auth.secret are both set; set one")
	report(len(a.TokenIn) == 0, "auth.token_in", "must name at least one place")
	return found
}

func (a *Auth) hasKeys() bool {
	return a.Secret != "" || a.SecretFile != "" || len(a.KeyFiles) > 0 || a.JWKS != ""
}

// loopbackOnly reports whether only programs on this machine reach an address. A name
// other than localhost may mean anything by the time it is resolved.
func loopbackOnly(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil || host == "localhost" { // what is no address is another problem
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
