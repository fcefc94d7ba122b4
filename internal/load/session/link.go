package session

import "strings"

// findLink returns the target of the first link with the relation in Link
// headers (RFC 8288 section 3), or "". It takes what servers write: unquoted
// values, spaces anywhere; a link that is none ends its header.
func findLink(headers []string, relation string) string {
	for _, rest := range headers {
		for rest != "" {
			target, params, next, ok := cutLink(rest)
			if !ok {
				break
			}
			if related(params, relation) {
				return target
			}
			rest = next
		}
	}
	return ""
}

// cutLink cuts the first link-value off a header.
func cutLink(header string) (target, params, rest string, ok bool) {
	header = strings.TrimLeft(header, " \t,")
	if !strings.HasPrefix(header, "<") {
		return "", "", "", false
	}
	target, params, ok = strings.Cut(header[1:], ">")
	if !ok {
		return "", "", "", false
	}
	end := outside(params, ',')
	return strings.TrimSpace(target), params[:end], params[end:], true
}

// related reports whether the parameters of a link have the relation among
// those of rel, which is a list.
func related(params, relation string) bool {
	for params != "" {
		end := outside(params, ';')
		name, value, _ := strings.Cut(params[:end], "=")
		if strings.EqualFold(strings.TrimSpace(name), "rel") {
			for one := range strings.FieldsSeq(strings.Trim(strings.TrimSpace(value), `"`)) {
				if strings.EqualFold(one, relation) {
					return true
				}
			}
		}
		params = strings.TrimPrefix(params[end:], ";")
	}
	return false
}

// outside returns the index of the first separator outside quotes, or the
// length of the text.
func outside(text string, separator byte) int {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == separator && !quoted:
			return i
		}
	}
	return len(text)
}
