package config

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// parse checks the text of a value and turns it into a bool, an int, a float64, a
// time.Duration, a string or a []string. A list is given as its items. Addresses
// stay text in one spelling; koanf unmarshals them.
func (k Key) parse(items []string) (any, error) {
	switch k.kind {
	case textListType:
		return parseList(items, k.parseWord)
	case addrListType:
		return parseList(items, parseAddr)
	}
	if len(items) != 1 {
		return nil, fmt.Errorf("takes one value, not a list")
	}
	text := items[0]
	switch {
	case k.Switch:
		return parseBool(text)
	case k.kind == durationType:
		return k.parseDuration(text)
	case k.kind.Kind() == reflect.Int:
		return k.parseInt(text)
	case k.kind.Kind() == reflect.Float64:
		return k.parseFloat(text)
	default:
		return k.parseWord(text)
	}
}

func parseList(items []string, parse func(string) (string, error)) ([]string, error) {
	list := make([]string, 0, len(items))
	var bad []error
	for _, item := range items {
		value, err := parse(item)
		if err != nil {
			bad = append(bad, err)
		}
		list = append(list, value)
	}
	return list, errors.Join(bad...)
}

func (k Key) parseWord(text string) (string, error) {
	if len(k.oneOf) > 0 && !slices.Contains(k.oneOf, text) {
		return "", fmt.Errorf("%q is not one of %s", text, strings.Join(k.oneOf, ", "))
	}
	if k.check != "" && text != "" {
		if err := checks[k.check].test(text); err != nil {
			return "", err
		}
	}
	return text, nil
}

func parseBool(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", text)
}

func parseAddr(text string) (string, error) {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return "", fmt.Errorf("%q is not an IP address", text)
	}
	return address.Unmap().String(), nil
}

func (k Key) parseInt(text string) (int, error) {
	value, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	if k.min != "" {
		// The tags are constants; a test parses every one of them.
		low, _ := strconv.Atoi(k.min)
		high, _ := strconv.Atoi(k.max)
		if value < low || value > high {
			return 0, fmt.Errorf("%d is outside %s to %s", value, k.min, k.max)
		}
	}
	return value, nil
}

func (k Key) parseFloat(text string) (float64, error) {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(value) {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	if k.min != "" {
		low, _ := strconv.ParseFloat(k.min, 64)
		high, _ := strconv.ParseFloat(k.max, 64)
		if value < low || value > high {
			return 0, fmt.Errorf("%s is outside %s to %s", text, k.min, k.max)
		}
	}
	return value, nil
}

func (k Key) parseDuration(text string) (time.Duration, error) {
	value, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration such as 1.5s, 300ms or 2m", text)
	}
	if k.min != "" {
		low, _ := time.ParseDuration(k.min)
		high, _ := time.ParseDuration(k.max)
		if value < low || value > high {
			return 0, fmt.Errorf("%s is outside %s to %s", text, k.min, k.max)
		}
	}
	return value, nil
}

// split turns the text of an environment variable, a flag or a default into
// items: the parts between commas for a list, else the text itself.
func (k Key) split(text string) []string {
	if k.kind != textListType && k.kind != addrListType {
		return []string{text}
	}
	items := []string{}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// format is the inverse of split and parse, with secrets hidden.
func (k Key) format(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case []string:
		return strings.Join(v, ",")
	case string:
		if k.Secret {
			return Secret(v).String()
		}
		return v
	default:
		return fmt.Sprint(v)
	}
}
