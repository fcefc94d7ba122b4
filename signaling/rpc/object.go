package rpc

import (
	"encoding/json"
	"iter"
)

// Members yields the members of a JSON object in the order they stand there,
// with their names unescaped and their values as written. The names are those
// on the wire, case and all, which encoding/json does not promise. Of a
// repeated name every occurrence is yielded, so that assigning keeps the last,
// as RFC 8259 section 4 expects. obj must be valid JSON; anything but an
// object yields nothing.
func Members(obj json.RawMessage) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		i := skipSpace(obj, 0)
		if i >= len(obj) || obj[i] != '{' {
			return
		}
		for {
			i = skipSpace(obj, i+1) // past '{' or ','
			if i >= len(obj) || obj[i] != '"' {
				return
			}
			end := skipString(obj, i)
			name := unquote(obj[i:end])
			i = skipSpace(obj, skipSpace(obj, end)+1) // past ':'
			end = skipValue(obj, i)
			if i > end || !yield(name, obj[i:end:end]) {
				return
			}
			i = skipSpace(obj, end)
			if i >= len(obj) || obj[i] != ',' {
				return
			}
		}
	}
}

// First returns the first octet of a JSON value that is not space, which tells
// its kind, or 0 when there is none.
func First(value json.RawMessage) byte {
	if i := skipSpace(value, 0); i < len(value) {
		return value[i]
	}
	return 0
}

// depth returns how deeply arrays and objects are nested in b, which need not
// be valid JSON.
func depth(b []byte) int {
	now, most := 0, 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i = skipString(b, i) - 1
		case '{', '[':
			now++
			most = max(most, now)
		case '}', ']':
			now--
		}
	}
	return most
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// skipString returns the index after the string that begins at b[i].
func skipString(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// skipValue returns the index after the value that begins at b[i].
func skipValue(b []byte, i int) int {
	for open := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i = skipString(b, i) - 1
			if open == 0 {
				return i + 1
			}
		case '{', '[':
			open++
		case '}', ']':
			if open == 0 {
				return i // the end of the object around a bare number or word
			}
			if open--; open == 0 {
				return i + 1
			}
		case ',', ' ', '\t', '\n', '\r':
			if open == 0 {
				return i
			}
		}
	}
	return len(b)
}

func unquote(quoted []byte) string {
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		return ""
	}
	return s
}
