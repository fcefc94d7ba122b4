package signaling_test

import (
	"fmt"
	"strings"
	"testing"
)

// JSON-RPC as strangers write it: the examples of section 7 of the specification with what a server without batches and
// without their methods must answer, and what is malformed on purpose. Each case is followed by a ping, so that none leaves
// the socket in disorder or an answer behind.
func TestJSONRPCOfStrangersIsAnsweredAndForgiven(t *testing.T) {
	const (
		parse    = `{"id":null,"error":{"code":-32700,"message":"Parse error: the message is not JSON"},"jsonrpc":"2.0"}`
		batches  = `{"id":null,"error":{"code":-32600,"message":"Invalid Request: batches are not supported"},"jsonrpc":"2.0"}`
		noMethod = `{"id":%s,"error":{"code":-32601,"message":"Method not found"},"jsonrpc":"2.0"}`
		pong     = `{"id":%s,"result":{"value":"pong"},"jsonrpc":"2.0"}`
	)
	invalid := func(id, why string) string {
		return `{"id":` + id + `,"error":{"code":-32600,"message":"Invalid Request: ` + why + `"},"jsonrpc":"2.0"}`
	}
	deep := func(n int) string { return strings.Repeat(`[`, n) + strings.Repeat(`]`, n) }
	for name, tc := range map[string]struct{ in, want string }{ // "" is no answer
		"7: positional parameters":         {`{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}`, fmt.Sprintf(noMethod, "1")},
		"7: named parameters":              {`{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}`, fmt.Sprintf(noMethod, "3")},
		"7: a notification":                {`{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}`, ""},
		"7: a notification without params": {`{"jsonrpc": "2.0", "method": "foobar"}`, ""},
		"7: a method that is not there":    {`{"jsonrpc": "2.0", "method": "foobar", "id": "1"}`, fmt.Sprintf(noMethod, `"1"`)},
		"7: invalid JSON":                  {`{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]`, parse},
		"7: no request":                    {`{"jsonrpc": "2.0", "method": 1, "params": "bar"}`, invalid("null", "a method is a string")},
		"7: a batch of invalid JSON":       {`[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"]`, parse},
		"7: an empty array":                {`[]`, batches},
		"7: an invalid batch":              {`[1]`, batches},
		"7: a longer invalid batch":        {`[1,2,3]`, batches},
		"7: a batch":                       {`[{"jsonrpc": "2.0", "method": "sum", "id": "1"},{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}]`, batches},
		"7: a batch of notifications":      {`[{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]}]`, batches},
		"a batch of two thousand requests": {`[` + strings.Repeat(`{"method":"ping","id":1},`, 2000) + `1]`, batches},
		"nested 64 deep":                   {`{"id":1,"method":"ping","params":{"x":` + deep(62) + `}}`, fmt.Sprintf(pong, "1")},
		"nested 65 deep":                   {`{"id":1,"method":"ping","params":{"x":` + deep(63) + `}}`, invalid("null", "nested too deeply")},
		"nested without an end":            {strings.Repeat(`[`, 60_000), parse},
		"nested objects without an end":    {strings.Repeat(`{"a":`, 12_000), parse},
		"ids twice: the last counts":       {`{"id":1,"method":"ping","id":2}`, fmt.Sprintf(pong, "2")},
		"methods twice":                    {`{"id":1,"method":"closeSession","method":"ping"}`, fmt.Sprintf(pong, "1")},
		"a huge number for an id":          {`{"id":1e400,"method":"ping"}`, fmt.Sprintf(pong, "1e400")},
		"2 to the 64 for an id":            {`{"id":18446744073709551616,"method":"ping"}`, fmt.Sprintf(pong, "18446744073709551616")},
		"a fraction for an id":             {`{"id":0.1e-7,"method":"ping"}`, fmt.Sprintf(pong, "0.1e-7")},
		"an id of 128 digits":              {`{"id":` + strings.Repeat("9", 128) + `,"method":"ping"}`, fmt.Sprintf(pong, strings.Repeat("9", 128))},
		"an id of 129 digits":              {`{"id":` + strings.Repeat("9", 129) + `,"method":"ping"}`, invalid("null", "the id is too long")},
		"a huge interval":                  {`{"id":1,"method":"ping","params":{"interval":1e308}}`, fmt.Sprintf(pong, "1")},
		"an interval beyond all numbers":   {`{"id":1,"method":"ping","params":{"interval":1e999}}`, fmt.Sprintf(pong, "1")},
		"a negative interval":              {`{"id":1,"method":"ping","params":{"interval":-9223372036854775808}}`, fmt.Sprintf(pong, "1")},
		"an index of 2 to the 63": {
			`{"id":1,"method":"onIceCandidate","params":{"endpointName":"a","candidate":"c","sdpMid":"0","sdpMLineIndex":9223372036854775808}}`,
			`{"id":1,"error":{"code":-1,"message":"Request element 'sdpMLineIndex' is not a usable integer"},"jsonrpc":"2.0"}`,
		},
		"a layer of 2 to the 64": {
			`{"id":1,"method":"setPreferredLayers","params":{"sender":"a","spatialLayer":18446744073709551616}}`,
			`{"id":1,"error":{"code":-1,"message":"Request element 'spatialLayer' is not a usable integer"},"jsonrpc":"2.0"}`,
		},
		"NaN":                               {`{"id":NaN,"method":"ping"}`, parse},
		"Infinity":                          {`{"id":Infinity,"method":"ping"}`, parse},
		"a plus sign":                       {`{"id":+1,"method":"ping"}`, parse},
		"a leading zero":                    {`{"id":01,"method":"ping"}`, parse},
		"hexadecimal":                       {`{"id":0x1,"method":"ping"}`, parse},
		"a comment":                         {`{"id":1,/* */"method":"ping"}`, parse},
		"single quotes":                     {`{'id':1,'method':'ping'}`, parse},
		"two messages in one":               {`{"id":1,"method":"ping"}{"id":2,"method":"ping"}`, parse},
		"a byte order mark":                 {"\ufeff" + `{"id":1,"method":"ping"}`, parse},
		"NUL in a string":                   {"{\"id\":1,\"method\":\"pi\x00ng\"}", parse},
		"NUL escaped in a method":           {`{"id":1,"method":"ping\u0000"}`, fmt.Sprintf(noMethod, "1")},
		"half a surrogate pair, escaped":    {`{"id":1,"method":"\ud800"}`, fmt.Sprintf(noMethod, "1")},
		"half a surrogate pair for an id":   {`{"id":"\udead","method":"ping"}`, fmt.Sprintf(pong, `"\udead"`)},
		"an id that is markup":              {`{"id":"<script>alert(1)</script>","method":"ping"}`, fmt.Sprintf(pong, `"<script>alert(1)</script>"`)},
		"__proto__":                         {`{"__proto__":{"id":9},"id":1,"method":"ping","params":{"__proto__":{"x":1}}}`, fmt.Sprintf(pong, "1")},
		"ten thousand members":              {`{` + strings.Repeat(`"a":0,`, 10_000) + `"id":1,"method":"ping"}`, fmt.Sprintf(pong, "1")},
		"ten thousand members in params":    {`{"id":1,"method":"ping","params":{` + strings.Repeat(`"a":0,`, 10_000) + `"b":0}}`, fmt.Sprintf(pong, "1")},
		"a method in other letters":         {`{"id":1,"method":"PING"}`, fmt.Sprintf(noMethod, "1")},
		"a method of the server's own":      {`{"id":1,"method":"participantJoined","params":{"id":"zoe"}}`, fmt.Sprintf(noMethod, "1")},
		"rpc. is reserved":                  {`{"id":1,"method":"rpc.discover"}`, fmt.Sprintf(noMethod, "1")},
		"an answer":                         {`{"id":1,"result":{},"jsonrpc":"2.0"}`, ""},
		"an error":                          {`{"id":1,"error":{"code":-32601,"message":"no"},"jsonrpc":"2.0"}`, ""},
		"a request that is an answer, too":  {`{"id":1,"method":"ping","result":{}}`, fmt.Sprintf(pong, "1")},
		"space and nothing else":            {" \t\r\n ", parse},
		"a request that is space, at large": {strings.Repeat(" ", 60_000) + `{"id":1,"method":"ping"}`, fmt.Sprintf(pong, "1")},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				c := f.connect()
				_ = c.frame(opText, tc.in)
				if tc.want != "" {
					c.expect("%s", tc.want)
				}
				c.silent()
			})
		})
	}
}

// Ids are the client's business: two requests under one id are two requests, each answered, unless the second is a
// repetition to the letter.
func TestRequestsUnderOneIDAreEachAnswered(t *testing.T) {
	f := start(t)
	c := f.member("ann", `[]`)
	const fault = `{"id":7,"error":{"code":105,"message":"Participant 'ann' is not streaming media","sessionId":"$S"},"jsonrpc":"2.0"}`
	c.send(`{"id":7,"method":"unpublishVideo"}`)
	c.send(`{"id":7,"method":"publishVideo","params":{"sdpOffer":"o","doLoopback":false}}`)
	c.send(`{"id":7,"method":"unpublishVideo","params":{}}`)
	c.send(`{"id":7,"method":"ping"}`)
	for range 4 { // a ping overtakes
		switch got := c.text(); got {
		case strings.ReplaceAll(fault, "$S", c.session),
			`{"id":7,"result":{"sdpAnswer":"answer to o","sessionId":"` + c.session + `"},"jsonrpc":"2.0"}`,
			`{"id":7,"result":{"sessionId":"` + c.session + `"},"jsonrpc":"2.0"}`,
			`{"id":7,"result":{"value":"pong"},"jsonrpc":"2.0"}`:
		default:
			t.Errorf("got %s", got)
		}
	}
	c.silent()
}
