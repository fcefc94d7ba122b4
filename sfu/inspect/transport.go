package inspect

// Transport is the path of one connection: the selected pair of candidates.
type Transport struct {
	// Connected is false before ICE has found a path; then the rest is empty.
	Connected bool   `json:"connected"`
	Protocol  string `json:"protocol,omitempty"` // udp or tcp
	Family    string `json:"family,omitempty"`   // ipv4 or ipv6
	// Local and Remote are types of candidates (RFC 8445 section 5.1.1): host,
	// srflx, prflx or relay. Remote is the client's.
	Local  string `json:"local,omitempty"`
	Remote string `json:"remote,omitempty"`
}
