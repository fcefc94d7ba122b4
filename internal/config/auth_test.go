package config

import (
	"strings"
	"testing"
)

func TestAnOpenServerIsForThisMachineAlone(t *testing.T) {
	for address, alone := range map[string]bool{
		"localhost:8080": true, "127.0.0.1:8080": true, "127.9.9.9:1": true, "[::1]:8080": true, "[::ffff:127.0.0.1]:80": true,
		":8080": false, "0.0.0.0:8080": false, "[::]:8080": false, "192.0.2.1:8080": false, "10.0.0.1:8080": false,
		"localhost.example:8080": false, "host:8080": false, "[::ffff:0.0.0.0]:80": false,
	} {
		_, err := Load(Sources{Flags: map[string]string{"http.listen": address}})
		if alone != (err == nil) {
			t.Errorf("%s: %v", address, err)
		}
		if err == nil {
			continue
		}
		for _, part := range []string{"auth.mode", address, "docs/tokens.md", "auth.open_to_all"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%v, without %q", err, part)
			}
		}
		mustLoad(t, Sources{Flags: map[string]string{"http.listen": address, "auth.open_to_all": "true"}})
		mustLoad(t, Sources{Flags: map[string]string{"http.listen": address, "auth.mode": "token", "auth.jwks": "keys.json"}})
	}
}

func TestKeysOfAuthThatDoNotFit(t *testing.T) {
	for _, tt := range []struct {
		flags map[string]string
		want  string
	}{
		{map[string]string{"auth.mode": "token"}, "there is no key to check tokens with"},
		{map[string]string{"auth.secret_file": "f"}, "auth.secret_file: has no effect unless auth.mode is token"},
		{map[string]string{"auth.secret": "s"}, "auth.secret: has no effect unless auth.mode is token"},
		{map[string]string{"auth.key_files": "f"}, "auth.key_files: has no effect unless auth.mode is token"},
		{map[string]string{"auth.jwks": "f"}, "auth.jwks: has no effect unless auth.mode is token"},
		{map[string]string{"auth.mode": "token", "auth.secret": "s", "auth.secret_file": "f"}, "auth.secret are both set"},
		{map[string]string{"auth.token_in": ","}, "must name at least one place"},
		{map[string]string{"auth.token_in": "cookie"}, `"cookie" is not one of params, header, query, user`},
		{map[string]string{"auth.mode": "token", "auth.jwks": "http://id.example/keys"}, "is not an https URL"},
		{map[string]string{"auth.mode": "closed"}, "is not one of open, token"},
	} {
		if _, err := Load(Sources{Flags: tt.flags}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v, want %q", tt.flags, err, tt.want)
		}
	}
}

func TestTheSecretIsNotShown(t *testing.T) {
	loaded := mustLoad(t, Sources{Flags: map[string]string{"auth.mode": "token", "auth.secret": "hush-hush"}})
	for _, set := range loaded.Settings {
		if strings.Contains(set.Text, "hush") {
			t.Errorf("%s shows it: %s", set.Key.Name, set.Text)
		}
	}
}

// A server that listens to the world does not become open because the file it reads anew
// describes another one, that listens on this machine.
func TestAReloadOpensNoServerThatOthersReach(t *testing.T) {
	running := mustLoad(t, Sources{Flags: map[string]string{"http.listen": ":8443", "auth.mode": "token", "auth.secret": "s"}}).Config
	next := mustLoad(t, Sources{Flags: map[string]string{"http.listen": "localhost:8443"}}).Against(running)
	if next.Config.Auth.Mode != AuthToken || next.Config.HTTP.Listen != ":8443" {
		t.Errorf("mode %s on %s", next.Config.Auth.Mode, next.Config.HTTP.Listen)
	}
	waits := map[string]bool{}
	for _, change := range next.Restart {
		waits[change.Key.Name] = true
	}
	if !waits["auth.mode"] || !waits["http.listen"] {
		t.Errorf("waiting: %v", waits)
	}
}
