package rpc_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// The examples of section 7 of the JSON-RPC 2.0 specification, with this
// package's two departures: no batches, no strings as params.
func TestSpecificationExamples(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     rpc.Request
		code     int // of the refusal; 0: accepted
	}{
		{
			"positional parameters", `{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}`,
			rpc.Request{ID: raw(`1`), HasID: true, Method: "subtract", Params: raw(`[42, 23]`)},
			0,
		},
		{
			"named parameters", `{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}`,
			rpc.Request{ID: raw(`3`), HasID: true, Method: "subtract", Params: raw(`{"subtrahend": 23, "minuend": 42}`)},
			0,
		},
		{
			"a notification", `{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}`,
			rpc.Request{Method: "update", Params: raw(`[1,2,3,4,5]`)},
			0,
		},
		{"no params", `{"jsonrpc": "2.0", "method": "foobar"}`, rpc.Request{Method: "foobar"}, 0},
		{
			"a string id", `{"jsonrpc": "2.0", "method": "foobar", "id": "1"}`,
			rpc.Request{ID: raw(`"1"`), HasID: true, Method: "foobar"},
			0,
		},
		{"invalid JSON", `{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]`, rpc.Request{}, rpc.CodeParse},
		{"invalid request", `{"jsonrpc": "2.0", "method": 1, "params": "bar"}`, rpc.Request{}, rpc.CodeInvalidRequest},
		{
			"batch, invalid JSON", `[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"]`,
			rpc.Request{},
			rpc.CodeParse,
		},
		{"an empty array", `[]`, rpc.Request{}, rpc.CodeInvalidRequest},
		{"an invalid batch", `[1,2,3]`, rpc.Request{}, rpc.CodeInvalidRequest},
		{"a batch", `[{"jsonrpc": "2.0", "method": "sum", "id": "1"}]`, rpc.Request{}, rpc.CodeInvalidRequest},
	} {
		t.Run(tc.name, func(t *testing.T) { checkParse(t, tc.in, tc.want, tc.code) })
	}
}

func TestParseLeniencyAndRefusals(t *testing.T) {
	ok := func(id string) rpc.Request { return rpc.Request{ID: raw(id), HasID: true, Method: "m"} }
	for _, tc := range []struct {
		name, in string
		want     rpc.Request
		code     int
	}{
		{"id 0", `{"id":0,"method":"m"}`, ok(`0`), 0},
		{"negative id", `{"id":-3,"method":"m"}`, ok(`-3`), 0},
		{"numeric string id", `{"id":"17","method":"m"}`, ok(`"17"`), 0},
		{"huge number id is echoed, not read", `{"id":1e999,"method":"m"}`, ok(`1e999`), 0},
		{"null id is no id", `{"id":null,"method":"m"}`, rpc.Request{Method: "m"}, 0},
		{"null params are none", `{"id":1,"method":"m","params":null}`, ok(`1`), 0},
		{"wrong version is not looked at", `{"jsonrpc":"1.0","id":1,"method":"m"}`, ok(`1`), 0},
		{"unknown members", `{"id":1,"x":{"id":2,"method":"n"},"method":"m"}`, ok(`1`), 0},
		{"space everywhere", " \n{ \"id\" : 1 ,\t\"method\" : \"m\" } \r\n", ok(`1`), 0},
		{"escaped names and method", `{"\u0069d":1,"method":"\u006d"}`, ok(`1`), 0},
		{"names are case sensitive", `{"id":1,"ID":2,"method":"m","Method":"n"}`, ok(`1`), 0},
		{"the last of repeated names counts", `{"id":1,"id":2,"method":"n","method":"m"}`, ok(`2`), 0},
		{"braces in strings", `{"id":1,"x":"}{][\"\\","method":"m"}`, ok(`1`), 0},
		{"id true", `{"id":true,"method":"m"}`, rpc.Request{}, rpc.CodeInvalidRequest},
		{"id object", `{"id":{},"method":"m"}`, rpc.Request{}, rpc.CodeInvalidRequest},
		{"id too long", `{"id":"` + strings.Repeat("1", 127) + `","method":"m"}`, rpc.Request{}, rpc.CodeInvalidRequest},
		{"no method, id known", `{"id":4}`, rpc.Request{ID: raw(`4`), HasID: true}, rpc.CodeInvalidRequest},
		{"scalar params, id known", `{"id":4,"method":"m","params":3}`, rpc.Request{ID: raw(`4`), HasID: true, Method: "m"}, rpc.CodeInvalidRequest},
		{"a string", `"hello"`, rpc.Request{}, rpc.CodeInvalidRequest},
		{"null", `null`, rpc.Request{}, rpc.CodeInvalidRequest},
		{"nothing", ``, rpc.Request{}, rpc.CodeParse},
		{"two values", `{}{}`, rpc.Request{}, rpc.CodeParse},
		{"not UTF-8", "{\"method\":\"\xff\"}", rpc.Request{}, rpc.CodeParse},
		{"nested 64 deep", nested(63), ok(`1`), 0},
		{"nested 65 deep", nested(64), rpc.Request{}, rpc.CodeInvalidRequest},
		{"nested a hundred thousand deep", strings.Repeat("[", 1e5), rpc.Request{}, rpc.CodeParse},
	} {
		t.Run(tc.name, func(t *testing.T) { checkParse(t, tc.in, tc.want, tc.code) })
	}
}

func TestAnswersAreNotRequests(t *testing.T) {
	for _, in := range []string{`{"id":1,"result":{}}`, `{"id":null,"error":{"code":1}}`} {
		if _, err := rpc.Parse([]byte(in)); !errors.Is(err, rpc.ErrAnswer) {
			t.Errorf("Parse(%s) = %v, want ErrAnswer", in, err)
		}
	}
}

func TestFrameShapes(t *testing.T) {
	for _, tc := range []struct {
		name string
		want string
		got  func() ([]byte, error)
	}{
		{"id 0 is kept", `{"id":0,"result":{"a":1},"jsonrpc":"2.0"}`, func() ([]byte, error) {
			return rpc.ResultFrame(raw("0"), map[string]int{"a": 1})
		}},
		{"no id becomes null", `{"id":null,"error":{"code":-32700,"message":"no"},"jsonrpc":"2.0"}`, func() ([]byte, error) {
			return rpc.ErrorFrame(nil, &rpc.Error{Code: rpc.CodeParse, Message: "no"})
		}},
		{"a notification has no id", `{"method":"m","params":{},"jsonrpc":"2.0"}`, func() ([]byte, error) {
			return rpc.NotificationFrame("m", struct{}{})
		}},
		{"HTML is not escaped", `{"id":"a","result":"<&>","jsonrpc":"2.0"}`, func() ([]byte, error) {
			return rpc.ResultFrame(raw(`"a"`), "<&>")
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := tc.got()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := rpc.ResultFrame(raw("1"), func() {}); err == nil {
		t.Error("a function was encoded")
	}
}

// FuzzParse checks that Parse agrees with encoding/json about what is JSON and
// what its members are, and that whatever it accepts can be echoed.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"jsonrpc":"2.0","method":"joinRoom","params":{"user":"a","room":"b"},"id":0}`,
		`{"id":"1","method":"ping"}`, `{"id":-1,"method":"\u0070ing","params":[]}`, `[]`, `{`, `{"a":{"b":[1,"}"]}}`,
		`{"id":1,"result":{}}`, `{"id":null,"method":""}`, "\xff", `{"id":1,"id":2,"method":"m"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		req, err := rpc.Parse(msg)
		var refusal *rpc.Error
		if errors.As(err, &refusal) && refusal.Code == rpc.CodeParse && json.Valid(msg) && strings.ToValidUTF8(string(msg), "") == string(msg) {
			t.Fatalf("valid JSON refused as unparsable: %q", msg)
		}
		if req.HasID != (req.ID != nil) {
			t.Fatalf("HasID %v with id %q", req.HasID, req.ID)
		}
		frame, ferr := rpc.ResultFrame(req.ID, struct{}{})
		if ferr != nil || !json.Valid(frame) {
			t.Fatalf("id %q cannot be echoed: %v", req.ID, ferr)
		}
		if err != nil {
			return
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(msg, &want); err != nil {
			t.Fatalf("accepted %q: %v", msg, err)
		}
		got := map[string]json.RawMessage{}
		for name, value := range rpc.Members(msg) {
			got[name] = value
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func checkParse(t *testing.T, in string, want rpc.Request, code int) {
	t.Helper()
	got, err := rpc.Parse([]byte(in))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var refusal *rpc.Error
	switch {
	case code == 0 && err != nil:
		t.Errorf("refused: %v", err)
	case code != 0 && (!errors.As(err, &refusal) || refusal.Code != code):
		t.Errorf("error %v, want code %d", err, code)
	}
}

func nested(n int) string {
	return `{"id":1,"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `,"method":"m"}`
}

func raw(s string) json.RawMessage { return json.RawMessage(s) }
