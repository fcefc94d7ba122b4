package config

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func mustLoad(t *testing.T, from Sources) Loaded {
	t.Helper()
	loaded, err := Load(from)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return loaded
}

func TestNothingGivenYieldsTheDocumentedDefaults(t *testing.T) {
	got := mustLoad(t, Sources{}).Config
	want := Config{
		HTTP:     HTTP{Listen: "localhost:8080"},
		TLS:      TLS{Mode: TLSOff, ACME: ACME{Cache: "acme-cache", Directory: "https://acme-v02.api.letsencrypt.org/directory"}},
		Operator: Operator{Listen: "localhost:8081", FlightLatency: 100 * time.Millisecond, FlightKeep: 5},
		Media:    Media{Port: 8082, TCP: true, Send: "auto", Sealing: "auto", Congestion: "on", VideoCodecs: []string{"vp8", "vp9", "h264", "av1"}},
		Rooms:    Rooms{AutoCreate: true, CreatorPattern: ".*", MaxRooms: 1000, MaxParticipants: 500, MaxSubscriptions: 500},
		Signaling: Signaling{
			ReconnectGrace: 10 * time.Second, MaxSessions: 10000,
			SpeakerInterval: 1800 * time.Millisecond, SpeakerThreshold: -50,
		},
		WHIP:     WHIP{Enabled: true, MaxSessions: 10000},
		ICE:      ICE{Lifetime: 12 * time.Hour},
		TURN:     TURN{Realm: "atrium", Lifetime: 12 * time.Hour, Allocations: 5000, PerUser: 300, PerAddress: 1000, Requests: 200},
		Client:   Client{FilterRequestParam: "hat"},
		Auth:     Auth{Mode: AuthOpen, MaxLifetime: 24 * time.Hour, Leeway: 10 * time.Second, TokenIn: []string{"params", "header"}},
		Events:   Events{Replay: 4096, MaxStreams: 64},
		Webhooks: Webhooks{Timeout: 10 * time.Second, Keep: 24 * time.Hour, MaxEvents: 10000, MaxMegabytes: 32},
		Log:      Log{Level: "info", Format: LogAuto},
		Tracing:  Tracing{SampleRatio: 1, ServiceName: "atrium"},
		Overload: Overload{Refuse: 85, Accept: 70},
		Shutdown: Shutdown{Drain: 10 * time.Second},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
}

func TestLaterLayersWinAndOriginsSayWhichDid(t *testing.T) {
	loaded := mustLoad(t, Sources{
		Path:    "atrium.yaml",
		File:    []byte("media:\n  port: 1000\n  shards: 4\nrooms:\n  max_rooms: 7\n"),
		Environ: []string{"PATH=/bin", "ATRIUM_MEDIA_PORT=2000", "ATRIUM_MEDIA_SHARDS=5", "ATRIUM_LOG_LEVEL="},
		Flags:   map[string]string{"media.port": "3000"},
	})
	want := map[string][2]string{
		"media.port":      {"3000", "--media.port"},
		"media.shards":    {"5", "ATRIUM_MEDIA_SHARDS"},
		"rooms.max_rooms": {"7", "atrium.yaml:5"},
		"log.level":       {"info", "default"},
	}
	for _, set := range loaded.Settings {
		if w, ok := want[set.Key.Name]; ok {
			if got := [2]string{set.Text, set.Origin.String()}; got != w {
				t.Errorf("%s = %v, want %v", set.Key.Name, got, w)
			}
			delete(want, set.Key.Name)
		}
	}
	if len(want) > 0 {
		t.Errorf("no settings for %v", want)
	}
}

func TestEveryKindOfValueIsReadFromTheFile(t *testing.T) {
	got := mustLoad(t, Sources{Path: "f", File: []byte(`
http:
  allowed_origins: [https://a.example, "http://b.example:8080"]
media:
  listen:
    - 127.0.0.1
    - ::1
  public_addresses: 192.0.2.1, ::ffff:192.0.2.2
  tcp: false
  video_codecs: vp8
signaling:
  reconnect_grace: 1m30s
  speaker_threshold: -45
admin:
  token: 12345
client:
`)}).Config
	want := Config{
		HTTP:      HTTP{AllowedOrigins: []string{"https://a.example", "http://b.example:8080"}},
		Signaling: Signaling{ReconnectGrace: 90 * time.Second, SpeakerThreshold: -45},
		Admin:     Admin{Token: "12345"},
		Media: Media{
			Listen:          []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::1")},
			PublicAddresses: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")},
			VideoCodecs:     []string{"vp8"},
		},
	}
	opts := cmp.Options{
		cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
		cmpopts.IgnoreFields(Config{}, "TLS", "Operator", "Rooms", "WHIP", "ICE", "TURN", "Auth", "Log", "Tracing", "Overload", "Shutdown", "Client", "Events", "Webhooks"),
		cmpopts.IgnoreFields(HTTP{}, "Listen"),
		cmpopts.IgnoreFields(Media{}, "Port", "ICELite", "Shards", "Send", "Sealing", "Congestion"),
		cmpopts.IgnoreFields(Signaling{}, "MaxSessions", "MaxSessionsPerAddress", "SpeakerInterval"),
	}
	if diff := cmp.Diff(want, got, opts); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
}

func TestAllProblemsAreReportedAtOnceWithTheirLines(t *testing.T) {
	file := `http:
  listen: nowhere
  lisen: localhost:8080
media:
  port: 70000
  tcp: maybe
  video_codecs: [vp8, theora]
  listen:
    - 10.0.0.256
rooms: 7
max_rooms: 3
log:
  level: info
  level: debug
shutdown:
  drain: 10
demo:
  authRegex: admin.*
kms:
  uris: ["ws://localhost:8888/kurento"]
tls:
  mode: {a: b}
xyzzy: 1
`
	_, err := Load(Sources{
		Path: "f.yaml", File: []byte(file),
		Environ: []string{"ATRIUM_MEDIA_SHARDS=many"},
		Flags:   map[string]string{"log.level": "loud", "media.prot": "1"},
	})
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("Load error is %T (%v), want Problems", err, err)
	}
	want := []string{
		`f.yaml:2: http.listen: "nowhere" is not host:port, such as localhost:8080 or :8443`,
		`f.yaml:3: http.lisen: unknown key; did you mean "http.listen"?`,
		`f.yaml:5: media.port: 70000 is outside 0 to 65535`,
		`f.yaml:6: media.tcp: "maybe" is neither true nor false`,
		`f.yaml:7: media.video_codecs: "theora" is not one of vp8, vp9, h264, av1`,
		`f.yaml:9: media.listen: "10.0.0.256" is not an IP address`,
		`f.yaml:10: rooms: is a section: its keys go below it, indented`,
		`f.yaml:11: max_rooms: unknown key; did you mean "rooms.max_rooms"?`,
		`f.yaml:14: log.level: is set twice, first on line 13`,
		`f.yaml:16: shutdown.drain: "10" is not a duration such as 1.5s, 300ms or 2m`,
		`f.yaml:18: demo.authRegex: is a key of Kurento Room; use rooms.creator_pattern: ` +
			`Still a full match in any case, in RE2 syntax: no look-around, no back-references.`,
		`f.yaml:20: kms.uris: is a key of Kurento Room without a counterpart, remove it: ` +
			`There is no Kurento Media Server; media is part of the binary.`,
		`f.yaml:22: tls.mode: takes a value, not a section`,
		`f.yaml:23: xyzzy: unknown key`,
		`ATRIUM_MEDIA_SHARDS: media.shards: "many" is not a whole number`,
		`--log.level: log.level: "loud" is not one of debug, info, warn, error`,
		`--media.prot: media.prot: unknown key; did you mean "media.port"?`,
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestAFileThatIsNotASettingsFileIsRefused(t *testing.T) {
	for name, test := range map[string]struct{ file, want string }{
		"syntax":        {"http:\n  listen: [a\nlog: {}\n", "f:2: did not find expected"},
		"tab":           {"http:\n\tlisten: a:1\n", "f:2: "},
		"a list":        {"- a\n", "f:1: is not a mapping of keys to values"},
		"two documents": {"log:\n  level: info\n---\nlog:\n  level: warn\n", "f:3: holds more than one YAML document"},
		"not UTF-8":     {"http:\n  listen: \"\xff\xfe\"\n", "f:"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(Sources{Path: "f", File: []byte(test.file)})
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("Load error is %v, want %q...", err, test.want)
			}
		})
	}
}

func TestEmptyFilesAreRight(t *testing.T) {
	for _, file := range []string{"", "# nothing but a comment\n", "---\n", "http:\nmedia:\n  port:\n"} {
		if _, err := Load(Sources{Path: "f", File: []byte(file)}); err != nil {
			t.Errorf("Load(%q): %v", file, err)
		}
	}
}

func TestKeysThatContradictEachOtherAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		flags map[string]string
		want  []string
	}{
		"files without names": {
			map[string]string{"tls.mode": "files"},
			[]string{"default: tls.cert: must name a PEM file, because tls.mode is files", "default: tls.key: must name a PEM file, because tls.mode is files"},
		},
		"names without files": {
			map[string]string{"tls.cert": "a.pem"},
			[]string{"--tls.cert: tls.cert: has no effect unless tls.mode is files"},
		},
		"acme without domains": {
			map[string]string{"tls.mode": "acme"},
			[]string{"default: tls.acme.domains: must hold at least one host name, because tls.mode is acme"},
		},
		"one port for two listeners": {
			map[string]string{"operator.listen": "127.0.0.1:8080"},
			[]string{"--operator.listen: operator.listen: has the port of http.listen; it must have its own"},
		},
		"ICE-TCP on the port of the page": {
			map[string]string{"media.port": "8080"},
			[]string{"--media.port: media.port: is the port of http.listen, and media.tcp needs it too"},
		},
		"two tokens": {
			map[string]string{"admin.token": "hush", "admin.token_file": "f"},
			[]string{"--admin.token-file: admin.token_file: and admin.token are both set; set one"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(Sources{Flags: test.flags})
			if err == nil {
				t.Fatal("Load accepts it")
			}
			if diff := cmp.Diff(test.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPortZeroMayBeSharedBecauseItIsNoPort(t *testing.T) {
	mustLoad(t, Sources{Flags: map[string]string{
		"http.listen": "localhost:0", "operator.listen": "localhost:0", "media.port": "0",
	}})
}

func TestUnknownVariablesAreWarningsBecauseKubernetesMakesSome(t *testing.T) {
	loaded := mustLoad(t, Sources{Environ: []string{"ATRIUM_HTTP_LISTN=:1", "ATRIUM_PORT_8080_TCP_ADDR=10.0.0.1", "ATRIUM_CONFIG=f"}})
	want := []string{
		`environment variable ATRIUM_HTTP_LISTN is not a key; did you mean "ATRIUM_HTTP_LISTEN"?`,
		`environment variable ATRIUM_PORT_8080_TCP_ADDR is not a key`,
	}
	if diff := cmp.Diff(want, loaded.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestCreatorPatternMatchesWholeNamesInAnyCase(t *testing.T) {
	pattern, err := Rooms{CreatorPattern: "admin|host-[0-9]+"}.CreatorRegexp()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"admin": true, "ADMIN": true, "Host-7": true,
		"admins": false, "host-": false, "x admin": false, "admin\nx": false,
	} {
		if got := pattern.MatchString(name); got != want {
			t.Errorf("match(%q) = %v, want %v", name, got, want)
		}
	}
}

// Whatever the file, Load returns instead of panicking, and a refusal names a
// line that the file has.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		"", "http:\n  listen: :8443\n", "a: &a\n  b: *a\n", "media: {listen: [1, 2, {}]}", "log: [", "? [x]\n: y\n", "<<: {log: 1}\n",
		"kms:\n  uris: []\n", "tls: !!binary x\n", "admin: {token: |\n  a\n  b}", "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		_, err := Load(Sources{Path: "f", File: file})
		if err == nil {
			return
		}
		var problems Problems
		if !errors.As(err, &problems) || len(problems) == 0 {
			t.Fatalf("error is %T: %v", err, err)
		}
		lines := strings.Count(string(file), "\n") + strings.Count(string(file), "\r") + 2
		for _, problem := range problems {
			if problem.Origin.layer == layerFile && (problem.Origin.line < 1 || problem.Origin.line > lines) {
				t.Errorf("%v: no such line in %q", problem, file)
			}
		}
	})
}
