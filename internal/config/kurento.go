package config

import "strings"

// KurentoKey maps a key of Kurento Room's own configuration to ours.
type KurentoKey struct {
	Old  string
	New  string // our key; empty when there is none
	Note string
}

// KurentoKeys lists the keys of Kurento Room (kurento-room-demo.conf.json, kroombasic.conf.json and Spring's
// properties). A file that holds one is refused with the name to use instead.
func KurentoKeys() []KurentoKey {
	return []KurentoKey{
		{"kms.uris", "", "There is no Kurento Media Server; media is part of the binary."},
		{"kurento.client.requestTimeout", "", "No media server is asked over a network."},
		{"app.uri", "", "The page uses relative addresses."},
		{"app.server.url", "", "The page uses relative addresses."},
		{"demo.filterType", "client.filter_request_param", "hat or marker."},
		{"demo.hatUrl", "", "Media passes through unchanged; filters belong to the application (customRequest)."},
		{"demo.hatCoords", "", "As demo.hatUrl."},
		{"demo.markerUrls", "", "As demo.hatUrl."},
		{"demo.loopback.remote", "client.loopback_remote", "The file shipped with the demo had true; the default is false."},
		{"demo.loopback.andLocal", "client.loopback_and_local", ""},
		{"demo.authRegex", "rooms.creator_pattern", "Still a full match in any case, in RE2 syntax: no look-around, no back-references."},
		{"demo.kmsLimit", "rooms.max_rooms", ""},
		{"updateSpeakerInterval", "signaling.speaker_interval", "Milliseconds become a duration: 1800 is 1.8s."},
		{"thresholdSpeaker", "signaling.speaker_threshold", "dB, as before."},
		{"ws.sessionReconnectionTime", "signaling.reconnect_grace", "Seconds become a duration: 10 is 10s."},
		{"ws.maxSessions", "signaling.max_sessions", ""},
		{"jsonRpcServerWebSocket.timeout", "", "The server sends notifications only, which nobody answers."},
		{"server.port", "http.listen", "The port after the colon: 8443 is \":8443\"."},
		{"server.address", "http.listen", "The host before the colon."},
		{"server.ssl.key-store", "tls.cert", "PEM files instead of a Java key store; tls.key holds the key, and tls.mode is files."},
		{"server.ssl.key-store-password", "", "Keep the key file readable by the server only."},
		{"server.ssl.enabled", "tls.mode", "off, files, acme or self-signed."},
		{"server.context-path", "", "The server is at the root; a proxy in front may add a path."},
	}
}

// fromKurento explains a key of Kurento Room, or returns "".
func fromKurento(name string) string {
	for _, key := range KurentoKeys() {
		switch {
		case key.Old != name:
		case key.New == "":
			return "is a key of Kurento Room without a counterpart, remove it: " + key.Note
		case key.Note == "":
			return "is a key of Kurento Room; use " + key.New
		default:
			return "is a key of Kurento Room; use " + key.New + ": " + key.Note
		}
	}
	return ""
}

// isKurentoSection says whether keys of Kurento Room stand under name.
func isKurentoSection(name string) bool {
	for _, key := range KurentoKeys() {
		if strings.HasPrefix(key.Old, name+".") {
			return true
		}
	}
	return false
}
