package rest

import (
	"net/http"
	"strconv"

	"github.com/atrium-rtc/atrium/internal/httpjson"
)

// Bounds of lists and texts.
const (
	defaultLimit = 100
	mostLimit    = 500
	maxReason    = 1024 // octets
)

// number reads a parameter of the query, a whole number within bounds.
func (x *exchange) number(name string, otherwise, least, most int) (int, error) {
	text := x.query.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, httpjson.Newf(http.StatusBadRequest, "The parameter %s is a number from %d to %d.", name, least, most)
	}
	return n, nil
}

func (x *exchange) limit() (int, error) { return x.number("limit", defaultLimit, 1, mostLimit) }

// cut returns the page of a list that offset and limit say.
func cut[T any](x *exchange, list []T) ([]T, error) {
	const far = 1 << 30
	offset, err := x.number("offset", 0, 0, far)
	if err != nil {
		return nil, err
	}
	limit, err := x.limit()
	if err != nil {
		return nil, err
	}
	list = list[min(offset, len(list)):]
	return list[:min(limit, len(list))], nil
}

// reason reads the parameter that people are told.
func (x *exchange) reason() (string, error) { return checkReason(x.query.Get("reason")) }

func checkReason(text string) (string, error) {
	if len(text) > maxReason {
		return "", httpjson.Newf(http.StatusBadRequest, "The reason is longer than %d bytes.", maxReason)
	}
	return text, nil
}
