package signaling_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
)

const tokenSecret = "a secret of the tests, of thirty-two octets at least"

// publicKey is an RSA key of which the server, and every attacker, knows the public half.
var publicKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// doc is JSON to be.
type doc map[string]any

// with returns a copy with some members set, and those set to nil left out.
func (d doc) with(more doc) doc {
	merged := doc{}
	for _, part := range []doc{d, more} {
		for name, value := range part {
			if merged[name] = value; value == nil {
				delete(merged, name)
			}
		}
	}
	return merged
}

func (d doc) String() string {
	text, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// claims are those of a good token for room r and the name.
func claims(name string) doc {
	now := time.Now().Unix()
	return doc{
		"jti": "id of " + name, "sub": "sub of " + name, "name": name, "iss": "https://app.example", "aud": "atrium",
		"iat": now - 60, "exp": now + 3600, "atrium": doc{"room": "r", "role": "participant"},
	}
}

// forge makes a token by hand, good or bad.
func forge(header, body, secret string) string {
	b64 := base64.RawURLEncoding.EncodeToString
	signed := b64([]byte(header)) + "." + b64([]byte(body))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	return signed + "." + b64(mac.Sum(nil))
}

func signed(c doc) string { return forge(`{"alg":"HS256","kid":"hs"}`, c.String(), tokenSecret) }

// control wants tokens that are signed with tokenSecret or publicKey.
func control(t testing.TB, places ...admission.Place) *admission.Control {
	t.Helper()
	hs, err := auth.NewSecretKey("hs", []byte(tokenSecret))
	if err != nil {
		t.Fatal(err)
	}
	rs, err := auth.NewKey("rs", publicKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	set, err := auth.NewKeySet(hs, rs)
	if err != nil {
		t.Fatal(err)
	}
	return admission.New(admission.Options{
		Tokens: &auth.VerifierOptions{Keys: func() *auth.KeySet { return set }, Issuer: "https://app.example", Audience: []string{"atrium"}},
		Places: places,
	})
}

// withTokens makes a server that asks for tokens.
func withTokens(c *admission.Control) func(*setup) { return func(s *setup) { s.Admission = c } }

// badTokens are what the server must not take, with the reason that is only for its log.
func badTokens(t testing.TB) map[string]struct {
	token string
	want  auth.Reason
} {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(publicKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	public := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	ann, now := claims("ann"), time.Now().Unix()
	good := signed(ann)
	head, rest, _ := strings.Cut(good, ".")
	body, signature, _ := strings.Cut(rest, ".")
	header := func(h string) string { return forge(h, ann.String(), tokenSecret) }
	with := func(more doc) string { return signed(ann.with(more)) }
	type bad = struct {
		token string
		want  auth.Reason
	}
	return map[string]bad{
		"none":                            {"", auth.ReasonMissing},
		"alg none":                        {header(`{"alg":"none"}`), auth.ReasonAlgorithm},
		"alg none, unsigned":              {base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + body + ".", auth.ReasonMalformed},
		"HS256 with the RSA key":          {forge(`{"alg":"HS256","kid":"rs"}`, ann.String(), public), auth.ReasonUnknownKey},
		"HS256 with the RSA key, no id":   {forge(`{"alg":"HS256"}`, ann.String(), public), auth.ReasonSignature},
		"RS256 with the secret":           {header(`{"alg":"RS256","kid":"rs"}`), auth.ReasonSignature},
		"another hash":                    {header(`{"alg":"HS512","kid":"hs"}`), auth.ReasonAlgorithm},
		"an unknown key":                  {header(`{"alg":"HS256","kid":"old"}`), auth.ReasonUnknownKey},
		"crit":                            {header(`{"alg":"HS256","kid":"hs","crit":["exp"]}`), auth.ReasonMalformed},
		"another type":                    {header(`{"alg":"HS256","kid":"hs","typ":"logout+jwt"}`), auth.ReasonMalformed},
		"alg twice":                       {header(`{"alg":"HS256","kid":"hs","alg":"HS256"}`), auth.ReasonMalformed},
		"a foreign secret":                {forge(`{"alg":"HS256","kid":"hs"}`, ann.String(), "a secret that somebody else has made up"), auth.ReasonSignature},
		"the claims of another":           {head + "." + base64.RawURLEncoding.EncodeToString([]byte(ann.with(doc{"sub": "x"}).String())) + "." + signature, auth.ReasonSignature},
		"truncated":                       {good[:len(good)-7], auth.ReasonSignature},
		"unsigned":                        {head + "." + body, auth.ReasonMalformed},
		"padded":                          {good + "=", auth.ReasonMalformed},
		"huge":                            {good + strings.Repeat("A", auth.MaxTokenOctets), auth.ReasonTooLong},
		"expired":                         {with(doc{"exp": now - 20}), auth.ReasonExpired},
		"not valid yet":                   {with(doc{"nbf": now + 600}), auth.ReasonNotYet},
		"made in the future":              {with(doc{"iat": now + 600}), auth.ReasonNotYet},
		"no iat":                          {with(doc{"iat": nil}), auth.ReasonClaims},
		"no exp":                          {with(doc{"exp": nil}), auth.ReasonClaims},
		"too long a life":                 {with(doc{"exp": now + 90000}), auth.ReasonLifetime},
		"wrong issuer":                    {with(doc{"iss": "https://app.example.evil"}), auth.ReasonIssuer},
		"wrong audience":                  {with(doc{"aud": "billing"}), auth.ReasonAudience},
		"claims twice":                    {forge(`{"alg":"HS256","kid":"hs"}`, strings.Replace(ann.String(), "{", `{"exp":99999999999,`, 1), tokenSecret), auth.ReasonClaims},
		"not for us":                      {with(doc{"atrium": nil, "role": "admin"}), auth.ReasonClaims},
		"an unknown role":                 {with(doc{"atrium": doc{"room": "r", "role": "king"}}), auth.ReasonClaims},
		"a revoked one":                   {with(doc{"jti": "taken back"}), auth.ReasonRevoked},
		"another room":                    {with(doc{"atrium": doc{"room": "other", "role": "admin"}}), auth.ReasonWrongRoom},
		"a room in capitals":              {with(doc{"atrium": doc{"room": "R", "role": "admin"}}), auth.ReasonWrongRoom},
		"a star where a name stands":      {with(doc{"atrium": doc{"room": "*", "role": "admin"}}), auth.ReasonWrongRoom},
		"another name":                    {with(doc{"name": "bob"}), auth.ReasonWrongUser},
		"no right to join":                {with(doc{"atrium": doc{"room": "r", "grants": []string{"subscribe"}}}), auth.ReasonNotGranted},
		"a right that does not exist yet": {with(doc{"atrium": doc{"room": "r", "grants": []string{"JOIN", "subscribe"}}}), auth.ReasonNotGranted},
	}
}

func TestBadTokensAreRefusedAlike(t *testing.T) {
	var logs lockedBuffer
	logger := slog.New(slog.NewJSONHandler(&logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := control(t)
	f := start(t, withTokens(c), func(s *setup) { s.Logger, s.rooms.Logger = logger, logger })
	if _, err := c.Revoke(auth.Revocation{Token: "taken back"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	const refused = `{"id":1,"error":{"code":401,"message":"the token is not accepted","sessionId":"$S"},"jsonrpc":"2.0"}`
	for _, inside := range []string{"", "bob"} { // with the room there, and without it
		if inside != "" {
			f.connect().call(joinWith("bob", signed(claims("bob"))), `{"id":1,"result":{"value":[],"sessionId":"$S"},"jsonrpc":"2.0"}`)
		}
		for name, bad := range badTokens(t) {
			before := c.Stats()
			f.connect().call(joinWith("ann", bad.token), refused)
			after := c.Stats()
			if after.Refused[bad.want] != before.Refused[bad.want]+1 || after.Accepted != before.Accepted {
				t.Errorf("%s: counted %v, want one more of %s", name, after.Refused, bad.want)
			}
			for _, part := range strings.Split(bad.token, ".") {
				if len(part) > 8 && strings.Contains(logs.String(), part) {
					t.Errorf("%s: a part of it is in the log", name)
				}
			}
		}
	}
	for _, reason := range auth.Reasons() {
		if !strings.Contains(logs.String(), `"reason":"`+string(reason)+`"`) {
			t.Errorf("no line says %s", reason)
		}
	}
	for _, claim := range []string{"sub of", "id of", "taken back", "billing", "king", "evil"} {
		if strings.Contains(logs.String(), claim) {
			t.Errorf("the log has %q of a token", claim)
		}
	}
	// A token in the shape that applications may use for something else.
	for _, member := range []string{`{"room":"r"}`, `null`, `[]`, `7`, `true`} {
		f.connect().call(fmt.Sprintf(`{"method":"joinRoom","params":{"user":"ann","room":"r","token":%s},"id":1}`, member), refused)
	}
}

func joinWith(user, token string) string {
	return fmt.Sprintf(`{"method":"joinRoom","params":{"user":%q,"room":"r","token":%q},"id":1}`, user, token)
}

// wsAt opens a websocket at an address with a query, and with headers.
func (f *fixture) wsAt(query string, header ...string) *client {
	f.t.Helper()
	c, status, err := handshakeAt(f.t, f.dial(), "/room"+query, "localhost", header...)
	if err != nil {
		f.t.Fatalf("status %d: %v", status, err)
	}
	c.pump()
	return c
}

func TestATokenStandsOnlyWhereItMay(t *testing.T) {
	token := signed(claims("ann"))
	join := func(user string) string {
		return fmt.Sprintf(`{"method":"joinRoom","params":{"user":%q,"room":"r"},"id":1}`, user)
	}
	ways := map[admission.Place]func(*fixture) *client{
		admission.InParams: func(f *fixture) *client { c := f.connect(); c.send("%s", joinWith("ann", token)); return c },
		admission.InHeader: func(f *fixture) *client {
			c := f.wsAt("", "Authorization: bearer "+token)
			c.send("%s", join("ann"))
			return c
		},
		admission.InQuery: func(f *fixture) *client {
			c := f.wsAt("?x=y&token=" + token)
			c.send("%s", join("ann"))
			return c
		},
		admission.InUser: func(f *fixture) *client { c := f.connect(); c.send("%s", join(token)); return c },
	}
	for place, way := range ways {
		for _, allowed := range admission.Places() {
			f := start(t, withTokens(control(t, allowed)))
			got, in := way(f).text(), []string{}
			if list, err := f.manager.Participants("r"); err == nil {
				for _, p := range list {
					in = append(in, p.User)
				}
			}
			switch {
			case place == allowed && (!strings.Contains(got, `"result"`) || len(in) != 1 || in[0] != "ann"):
				t.Errorf("in %s: %s, inside %q", place, got, in)
			case place != allowed && !strings.Contains(got, `"code":401`):
				t.Errorf("in %s with %s allowed: %s", place, allowed, got)
			}
		}
	}
}

// What was said about this join goes before what was said once for the socket: an
// application may open it with a token that is over by then, and hand out a new one.
func TestTheTokenOfTheJoinCounts(t *testing.T) {
	f := start(t, withTokens(control(t, admission.Places()...)))
	old := signed(claims("ann").with(doc{"exp": time.Now().Unix() - 20}))
	c := f.wsAt("?token="+old, "Authorization: Bearer "+old)
	c.call(`{"method":"joinRoom","params":{"user":"","room":"r"},"id":0}`,
		`{"id":0,"error":{"code":401,"message":"the token is not accepted","sessionId":"$S"},"jsonrpc":"2.0"}`)
	c.call(joinWith("ann", signed(claims("ann"))), `{"id":1,"result":{"value":[],"sessionId":"$S"},"jsonrpc":"2.0"}`)
}

// Where the user may be a token, it still is a name for those who bring one elsewhere.
func TestTheUserIsANameBesideAToken(t *testing.T) {
	f := start(t, withTokens(control(t, admission.Places()...)))
	c := f.wsAt("?token=" + signed(claims("ann")))
	c.call(`{"method":"joinRoom","params":{"user":"ann","room":"r"},"id":1}`, `{"id":1,"result":{"value":[],"sessionId":"$S"},"jsonrpc":"2.0"}`)
}

func TestOpenModeLooksAtNoToken(t *testing.T) {
	f := start(t)
	f.wsAt("?token=nonsense").call(joinWith("ann", "nonsense"), `{"id":1,"result":{"value":[],"sessionId":"$S"},"jsonrpc":"2.0"}`)
}

func TestARevokedTokenEndsTheSessionForGood(t *testing.T) {
	c := control(t)
	f := start(t, withTokens(c))
	bob := f.connect()
	bob.call(joinWith("bob", signed(claims("bob"))), `{"id":1,"result":{"value":[],"sessionId":"$S"},"jsonrpc":"2.0"}`)
	ann, token := f.connect(), signed(claims("ann"))
	ann.call(joinWith("ann", token), `{"id":1,"result":{"value":[{"id":"bob"}],"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.expect(`{"method":"participantJoined","params":{"id":"ann"},"jsonrpc":"2.0"}`)

	if ended, err := c.Revoke(auth.Revocation{User: "sub of ann"}, time.Now()); ended != 1 || err != nil {
		t.Errorf("%d ended, %v", ended, err)
	}
	ann.expect(`{"method":"participantEvicted","params":{},"jsonrpc":"2.0"}`)
	ann.expectClose(1000, "the token was revoked")
	bob.expect(`{"method":"participantLeft","params":{"name":"ann"},"jsonrpc":"2.0"}`)

	again := f.connect()
	again.send(`{"id":1,"method":"connect","params":{"sessionId":%q}}`, ann.session)
	again.expect(`{"id":1,"error":{"code":40007,"message":"reconnection error"},"jsonrpc":"2.0"}`)
	again.call(joinWith("ann", token), `{"id":1,"error":{"code":401,"message":"the token is not accepted","sessionId":"$S"},"jsonrpc":"2.0"}`)
	newer := claims("ann").with(doc{"iat": time.Now().Unix() + 1}) // by the whole second
	again.call(strings.Replace(joinWith("ann", signed(newer)), `"id":1`, `"id":2`, 1),
		`{"id":2,"result":{"value":[{"id":"bob"}],"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.expect(`{"method":"participantJoined","params":{"id":"ann"},"jsonrpc":"2.0"}`)
	bob.silent()
	if left := f.manager.Stats().Leaves[room.LeftByEvict]; left != 1 {
		t.Errorf("%d were evicted", left)
	}
	if n := f.server.Stats().SessionsEnded["token revoked"]; n != 1 {
		t.Errorf("%d sessions ended so", n)
	}
}

func TestATokenThatIsRevokedWhileTheSocketIsLostCannotResume(t *testing.T) {
	c := control(t)
	inBubble(t, func(t *testing.T, f *fixture) {
		bob := f.connect()
		bob.call(joinWith("bob", signed(claims("bob"))), `{"id":1,"result":{"value":[],"sessionId":"$S"},"jsonrpc":"2.0"}`)
		ann := f.connect()
		ann.call(joinWith("ann", signed(claims("ann"))), `{"id":1,"result":{"value":[{"id":"bob"}],"sessionId":"$S"},"jsonrpc":"2.0"}`)
		bob.expect(`{"method":"participantJoined","params":{"id":"ann"},"jsonrpc":"2.0"}`)
		_ = ann.conn.Close()
		synctest.Wait() // the session knows that it has no socket
		if ended, err := c.Revoke(auth.Revocation{All: true, Before: time.Now()}, time.Now()); ended != 2 || err != nil {
			t.Errorf("%d ended, %v", ended, err)
		}
		back := f.connect()
		back.send(`{"id":1,"method":"connect","params":{"sessionId":%q}}`, ann.session)
		back.expect(`{"id":1,"error":{"code":40007,"message":"reconnection error"},"jsonrpc":"2.0"}`)
		synctest.Wait()
		if left := f.manager.Stats().Participants; left != 0 {
			t.Errorf("%d are left", left)
		}
	}, withTokens(c))
}

func TestEndedSessionsAreNotTold(t *testing.T) {
	c := control(t)
	f := start(t, withTokens(c))
	for _, end := range []string{"leaveRoom", "closeSession"} {
		ann := f.connect()
		ann.call(joinWith("ann", signed(claims("ann"))), `{"id":1,"result":{"value":[],"sessionId":"$S"},"jsonrpc":"2.0"}`)
		ann.send(`{"id":2,"method":%q}`, end)
		for {
			if _, _, err := ann.next(); err != nil {
				break
			}
		}
	}
	// The session's goroutine detaches last.
	waitFor(t, "the sessions to end", func() bool { return f.server.Stats().Sessions == 0 })
	if ended, err := c.Revoke(auth.Revocation{All: true}, time.Now()); ended != 0 || err != nil {
		t.Errorf("%d ended, %v", ended, err)
	}
}

// waitFor waits for what happens on goroutines of the server.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	late, look := time.After(realPatience), time.NewTicker(time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("waiting for %s", what)
		}
	}
}

func TestNamesOfRoomsAreForThoseWhoRunThem(t *testing.T) {
	f := start(t, withTokens(control(t)), func(s *setup) { s.AdminToken = "s3cret" })
	for _, name := range []string{"r", "r2", "other"} {
		if err := f.manager.CreateRoom(name, room.Settings{}); err != nil {
			t.Fatal(err)
		}
	}
	runs := signed(claims("ann").with(doc{"atrium": doc{"rooms": []string{"r*"}, "role": "admin"}}))
	takesPart := signed(claims("ann"))
	for _, tt := range []struct {
		method, path, token string
		status              int
		body                string
	}{
		{"GET", "/getAllRooms", "", 401, "the names of rooms are for administrators\n"},
		{"GET", "/getAllRooms", takesPart, 401, "the names of rooms are for administrators\n"},
		{"GET", "/getAllRooms?token=" + runs, "", 401, "the names of rooms are for administrators\n"},
		{"GET", "/getAllRooms", runs, 200, `["r","r2"]`},
		{"GET", "/getAllRooms", "s3cret", 200, `["other","r","r2"]`},
		{"GET", "/getClientConfig", "", 200, ""},
		{"POST", "/close?room=other", "", 401, "closing rooms is for administrators\n"},
		{"POST", "/close?room=other", takesPart, 401, "closing rooms is for administrators\n"},
		{"POST", "/close?room=other", runs, 401, "closing rooms is for administrators\n"},
		{"POST", "/close?room=none", runs, 401, "closing rooms is for administrators\n"},
		{"POST", "/close?room=r3", runs, 404, "no such room\n"},
		{"POST", "/close", runs, 400, "parameter 'room' is missing\n"},
		{"POST", "/close?room=r2", runs, 200, ""},
		{"POST", "/close?room=other", "s3cret", 200, ""},
	} {
		resp, body := f.get(tt.method, tt.path, "Authorization: Bearer "+tt.token)
		if resp.StatusCode != tt.status || tt.body != "" && body != tt.body {
			t.Errorf("%s %s: %d %q, want %d %q", tt.method, tt.path, resp.StatusCode, body, tt.status, tt.body)
		}
		if tt.status == 401 && resp.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s %s: no WWW-Authenticate", tt.method, tt.path)
		}
	}
}

// faulty panics whenever it is told something, which the room logs.
type faulty struct{ room.NopHandler }

func (faulty) OnJoined(e room.JoinedEvent) { panic(fmt.Sprintf("%+v", e)) }

// Good tokens go through everything that logs or traces: joins, failures, panics, refused upgrades
// and closed rooms, in each place where they may stand.
func TestNothingOfATokenIsLoggedOrTraced(t *testing.T) {
	var logs lockedBuffer
	var traced spans
	logger := slog.New(slog.NewTextHandler(&logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := control(t, admission.Places()...)
	f := start(t, withTokens(c), withTraces(&traced), func(s *setup) {
		s.Logger, s.rooms.Logger, s.first, s.AllowedOrigins = logger, logger, faulty{}, []string{"https://app.example"}
	})
	token := signed(claims("ann").with(doc{"atrium": doc{"room": "r", "role": "admin", "metadata": doc{"hush": "metadata of ann"}}}))
	header := "Authorization: Bearer " + token
	for i, open := range []func() *client{
		f.connect, f.connect, func() *client { return f.wsAt("", header) }, func() *client { return f.wsAt("?token=" + token) },
	} {
		ann := open()
		user := []string{"ann", token, "ann", "ann"}[i]
		params := doc{"user": user, "room": "r"}
		if i == 0 {
			params["token"] = token
		}
		for _, request := range []string{"joinRoom", "joinRoom", "publishVideo", "nonsense", "sendMessage", "ping", "connect"} {
			ann.send(`{"id":%d,"method":%q,"params":%s}`, i, request, params.with(doc{
				"token": token, "sdpOffer": "refuse " + token, "doLoopback": false, "message": "m", "userMessage": token, "roomMessage": "r",
			}))
			ann.text()
		}
		ann.send(`{"id":7,"method":"leaveRoom","params":{"token":%q}}`, token)
		ann.text()
		waitFor(t, "the room to end", func() bool { return f.manager.Stats().Rooms == 0 })
	}
	if resp, _ := f.get("GET", "/getAllRooms?token="+token, header); resp.StatusCode != 200 {
		t.Errorf("status %d", resp.StatusCode)
	}
	f.get("POST", "/close?room=r&token="+token, header)
	f.get("GET", "/room?token="+token, header, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 8")
	f.get("GET", "/room?token="+token, header, "Connection: Upgrade", "Upgrade: websocket", "Origin: https://evil.example")
	f.stop()
	list := traced.take()
	text := logs.String()
	for _, span := range list {
		text += fmt.Sprintf("%+v\n", *span)
	}
	if len(list) < 8 {
		t.Errorf("%d spans", len(list))
	}
	for _, part := range append(strings.Split(token, "."), "metadata of ann", "hush", url64(tokenSecret)) {
		if strings.Contains(text, part) {
			t.Errorf("%q is in the log:\n%s", part, text)
		}
	}
	for _, said := range []string{"session joined", "panic", "upgrade refused", "session ended"} {
		if !strings.Contains(text, said) {
			t.Errorf("the log has no line with %q, so this test proves nothing of it", said)
		}
	}
}

func url64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
