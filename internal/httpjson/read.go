package httpjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// Read reads the JSON object that is a request's body into a struct. The body has at most
// so many octets and one of the media types, of which application/json is always one;
// no form of a page can send those. Errors are Problems: 415 for another type, 413 for a
// longer body, 400 for what is no JSON object of the struct's members.
func Read(w http.ResponseWriter, r *http.Request, most int64, into any, types ...string) error {
	types = append(types, "application/json")
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || !slices.Contains(types, kind) {
		return Newf(http.StatusUnsupportedMediaType, "The body is to be sent as %s.", strings.Join(types, " or "))
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return Newf(http.StatusRequestEntityTooLarge, "The body is longer than %d bytes.", most)
	case err != nil:
		return New(http.StatusBadRequest, "The body did not come whole.")
	}
	return Decode(body, into)
}

// Decode reads one JSON object of a struct's members and nothing behind it. The error is a
// Problem of status 400.
func Decode(body []byte, into any) error {
	switch trimmed := bytes.TrimLeft(body, " \t\r\n"); {
	case len(trimmed) == 0:
		return notUnderstood("it is empty")
	case trimmed[0] != '{':
		return notUnderstood("it is no JSON object")
	case !utf8.Valid(body):
		return notUnderstood("it is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return notUnderstood(reason(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return notUnderstood("something follows the object")
	}
	return nil
}

func notUnderstood(why string) error {
	return New(http.StatusBadRequest, "The body is not what is taken here: "+why+".")
}

// reason puts an error of encoding/json into words for the one who sent the body.
func reason(err error) string {
	var kind *json.UnmarshalTypeError
	switch name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); {
	case unknown:
		return "there is no member " + name
	case errors.As(err, &kind):
		return kind.Field + " is a " + kind.Value + " and should be another type"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "it ends too early"
	}
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "json: "), "invalid ")
}
