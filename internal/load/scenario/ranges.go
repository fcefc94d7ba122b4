package scenario

import (
	"fmt"
	"reflect"
	"time"
)

// checkRanges holds the values of a section, and of those in it, against the
// tags. Zero that nobody wrote is a default and right, unless the key is
// required.
func checkRanges(o origins, path string, section reflect.Value) Problems {
	var found Problems
	for field := range section.Type().Fields() {
		key, ok := field.Tag.Lookup("key")
		if !ok {
			continue
		}
		at, v := below(path, key), section.FieldByIndex(field.Index)
		switch {
		case v.IsZero() && !o.given(at) || v.Kind() == reflect.Slice && v.Len() == 0:
			if field.Tag.Get("required") == "true" {
				found = append(found, o.problem(at, "is missing: %s", field.Tag.Get("help")))
			}
		case field.Tag.Get("min") != "":
			if !within(v, field.Tag.Get("min"), field.Tag.Get("max")) {
				found = append(found, o.problem(at, "%v is outside %s to %s", show(v), field.Tag.Get("min"), field.Tag.Get("max")))
			}
		case v.Kind() == reflect.Pointer && !v.IsNil(): // it is nil if the file says false
			found = append(found, checkRanges(o, at, v.Elem())...)
		case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
			found = append(found, checkItems(o, at, v)...)
		}
	}
	return found
}

func checkItems(o origins, path string, list reflect.Value) Problems {
	var found Problems
	for i := range list.Len() {
		at, section := item(path, i), list.Index(i)
		if isNamed(section.Type()) {
			at = below(path, section.FieldByName("Name").String())
		}
		found = append(found, checkRanges(o, at, section)...)
	}
	return found
}

// within compares numbers of any kind, the bounds being texts of the same kind.
func within(v reflect.Value, low, high string) bool {
	bound := func(text string) float64 {
		b := reflect.New(v.Type()).Elem()
		_ = setText(b, text) // a test parses every one
		return number(b)
	}
	return number(v) >= bound(low) && number(v) <= bound(high)
}

func number(v reflect.Value) float64 {
	if v.CanInt() {
		return float64(v.Int())
	}
	return v.Float()
}

func show(v reflect.Value) string {
	if d, ok := v.Interface().(time.Duration); ok {
		return formatDuration(d)
	}
	return fmt.Sprint(v.Interface())
}
