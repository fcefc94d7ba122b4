package auth

// Thumbprint is for the test with the RFC's example.
func Thumbprint(k Key) (string, error) { return thumbprint(k.verifying) }
