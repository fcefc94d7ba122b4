package httpjson

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Answer writes v as JSON. The error is for the log: it says that v could not be
// encoded, which was answered with status 500, or that nobody is left to read it.
func Answer(w http.ResponseWriter, status int, v any) error {
	return write(w, status, "application/json", v)
}

// Refuse writes a problem. The error is that of Answer.
func Refuse(w http.ResponseWriter, p Problem) error {
	return write(w, p.Status, "application/problem+json", p)
}

// write lets nobody keep what it writes: it is true for now, and may name people.
func write(w http.ResponseWriter, status int, kind string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return fmt.Errorf("encode the answer: %w", err)
	}
	header := w.Header()
	header.Set("Content-Type", kind)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}
