package config

import "log/slog"

// Secret is a value that must not be shown: logs and fmt get a mark instead.
type Secret string

const redacted = "(set, not shown)"

// String implements fmt.Stringer.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString implements fmt.GoStringer, for %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Reveal returns the value itself.
func (s Secret) Reveal() string { return string(s) }
