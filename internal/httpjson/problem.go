package httpjson

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"
)

// Problem is a refusal (RFC 9457). It is an error whose text is Detail.
type Problem struct {
	// Type is always about:blank: the status, and Code where there is one, say what kind
	// of problem it is (RFC 9457 section 4.2.1).
	Type   string `json:"type"`
	Title  string `json:"title"`  // of the status
	Status int    `json:"status"` // of the answer
	Detail string `json:"detail"` // a sentence for a person
	// Code is the number that clients of the room protocol would get; 0 where there is
	// none.
	Code int `json:"code,omitempty"`
}

// New returns a problem with a sentence.
func New(status int, detail string) Problem {
	return Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail}
}

// Newf is New with a sentence that is put together as fmt.Sprintf does.
func Newf(status int, format string, args ...any) Problem {
	return New(status, fmt.Sprintf(format, args...))
}

// Error implements error.
func (p Problem) Error() string { return p.Detail }

// Sentence makes the text of an error one: with a capital letter and a full stop.
func Sentence(err error) string {
	text := []rune(err.Error())
	if len(text) == 0 {
		return ""
	}
	text[0] = unicode.ToUpper(text[0])
	return strings.TrimSuffix(string(text), ".") + "."
}
