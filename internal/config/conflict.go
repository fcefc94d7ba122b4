package config

import (
	"net"
	"strconv"
)

// conflicts returns what is wrong between keys that are each right alone. The
// origins are filled in by Load.
func (c *Config) conflicts() Problems {
	var found Problems
	report := func(wrong bool, key, reason string) {
		if wrong {
			found = append(found, Problem{Key: key, Reason: reason})
		}
	}
	report(c.HTTP.Listen == "", "http.listen", "must not be empty: it is where the page is served")
	report(c.TLS.Mode == TLSFiles && c.TLS.Cert == "", "tls.cert", "must name a PEM file, because tls.mode is files")
	report(c.TLS.Mode == TLSFiles && c.TLS.Key == "", "tls.key", "must name a PEM file, because tls.mode is files")
	report(c.TLS.Mode != TLSFiles && c.TLS.Cert != "", "tls.cert", "has no effect unless tls.mode is files")
	report(c.TLS.Mode != TLSFiles && c.TLS.Key != "", "tls.key", "has no effect unless tls.mode is files")
	report(c.TLS.Mode == TLSACME && len(c.TLS.ACME.Domains) == 0, "tls.acme.domains", "must hold at least one host name, because tls.mode is acme")
	report(c.TLS.Mode == TLSACME && c.TLS.ACME.Cache == "", "tls.acme.cache", "must name a directory, because tls.mode is acme")
	report(c.TLS.Mode != TLSACME && len(c.TLS.ACME.Domains) > 0, "tls.acme.domains", "has no effect unless tls.mode is acme")
	report(samePort(c.HTTP.Listen, c.Operator.Listen), "operator.listen", "has the port of http.listen; it must have its own")
	report(samePort(c.TLS.ACME.HTTPListen, c.HTTP.Listen), "tls.acme.http_listen", "has the port of http.listen; it must have its own")
	report(c.Media.TCP && samePort(mediaAddress(c.Media.Port), c.HTTP.Listen), "media.port", "is the port of http.listen, and media.tcp needs it too")
	report(c.Media.TCP && samePort(mediaAddress(c.Media.Port), c.Operator.Listen), "media.port", "is the port of operator.listen, and media.tcp needs it too")
	c.relayConflicts(report)
	report(len(c.Media.VideoCodecs) == 0, "media.video_codecs", "must allow at least one codec")
	report(c.Tracing.Endpoint == "" && c.Tracing.Headers != "", "tracing.headers", "has no effect unless tracing.endpoint is set")
	report(c.Admin.Token != "" && c.Admin.TokenFile != "", "admin.token_file", "and admin.token are both set; set one")
	report(c.Overload.Refuse > 0 && c.Overload.Accept > c.Overload.Refuse, "overload.accept", "must not be more than overload.refuse")
	c.webhookConflicts(report)
	return append(found, c.authConflicts()...)
}

func mediaAddress(port int) string { return net.JoinHostPort("", strconv.Itoa(port)) }

// samePort says whether two addresses have one port, other than 0. Different
// hosts could share it, but such a server is a riddle for who runs it.
func samePort(a, b string) bool {
	_, portA, errA := net.SplitHostPort(a)
	_, portB, errB := net.SplitHostPort(b)
	return errA == nil && errB == nil && portA == portB && portA != "0"
}
