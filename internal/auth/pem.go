package auth

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

var errNoPEM = errors.New("there is no key in PEM form")

// ParsePEM reads the first key of a PEM file, private or public: what openssl,
// ssh-keygen -m PKCS8 and atrium token keygen write. Without an id the key gets
// its thumbprint (RFC 7638) as one.
func ParsePEM(id string, data []byte) (Key, error) {
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			return Key{}, errNoPEM
		}
		data = rest
		if block.Type == "EC PARAMETERS" { // openssl ecparam -genkey begins with it
			continue
		}
		parsed, err := parseDER(block)
		if err != nil {
			return Key{}, err
		}
		key, err := NewKey(id, parsed)
		if err != nil || id != "" {
			return key, err
		}
		name, err := thumbprint(key.verifying)
		if err != nil {
			return Key{}, err
		}
		return key.withID(name)
	}
}

// parseDER does not pass on what the standard library says: it may quote the key.
func parseDER(block *pem.Block) (key any, err error) {
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	default:
		return nil, fmt.Errorf("a PEM block %.40q holds no key that can be read", block.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("the PEM block %q cannot be read", block.Type)
	}
	return key, nil
}
