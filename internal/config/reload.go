package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Change is a key whose value differs between two configurations.
type Change struct {
	Key      Key
	From, To string // what a file could hold; secrets hidden
	Origin   Origin // where the new value was given
}

// Reload is what a new configuration means for a running server.
type Reload struct {
	// Config is what the server should run with from now on: the new values of
	// the keys in Applied, the running ones of all others.
	Config Config
	// Applied are changes that a running server takes, Restart those that wait for
	// its next start. Both are in the order of Config.
	Applied, Restart []Change
}

// Against compares the configuration with the one that a server runs with. It is
// pure. A new value that is only right together with another one that waits for a
// restart (tls.cert with tls.mode) waits with it.
func (l Loaded) Against(running Config) Reload {
	waits := map[string]bool{}
	for _, key := range Keys() {
		waits[key.Name] = !key.Reload
	}
	for {
		reload := l.against(&running, waits)
		settled := true
		for _, conflict := range reload.Config.conflicts() {
			settled = settled && waits[conflict.Key]
			waits[conflict.Key] = true
		}
		if settled {
			return reload
		}
	}
}

// against lays the changes of the keys that do not wait over what is running.
func (l Loaded) against(running *Config, waits map[string]bool) Reload {
	reload := Reload{Config: *running}
	for _, set := range l.Settings {
		from, to := set.Key.in(running), set.Key.in(&l.Config)
		if equal(from, to) {
			continue
		}
		change := Change{set.Key, textOf(from), set.Text, set.Origin}
		if waits[set.Key.Name] {
			reload.Restart = append(reload.Restart, change)
			continue
		}
		set.Key.in(&reload.Config).Set(to)
		reload.Applied = append(reload.Applied, change)
	}
	return reload
}

// in returns the key's field.
func (k Key) in(c *Config) reflect.Value { return reflect.ValueOf(c).Elem().FieldByIndex(k.index) }

// equal says whether two values of one key are the same; no list is an empty one.
func equal(a, b reflect.Value) bool {
	if a.Kind() == reflect.Slice && a.Len() == 0 && b.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// textOf returns a value as Setting.Text has it, with secrets hidden.
func textOf(value reflect.Value) string {
	if value.Kind() != reflect.Slice {
		return fmt.Sprint(value.Interface())
	}
	items := make([]string, value.Len())
	for i := range items {
		items[i] = fmt.Sprint(value.Index(i).Interface())
	}
	return strings.Join(items, ",")
}
