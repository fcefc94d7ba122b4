//go:build !linux

package udp

func sourceOf(s *socket) source { return &plainSource{socket: s} }
