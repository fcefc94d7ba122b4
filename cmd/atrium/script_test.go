package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"atrium": main})
}

// The scripts in testdata/script are the commands as a person runs them.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Values[processKey{}] = &process{exited: make(chan struct{})}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start":  startProcess,
			"signal": signalProcess,
			"ended":  waitForProcess,
			"get":    get,
			"await":  await,
			"until":  awaitBody,
			"post":   post,
			"join":   join,
			"leave":  leave,
			"refuse": refuse,
		},
	})
}

// process is the atrium serve that a script started.
type process struct {
	*exec.Cmd
	stderr strings.Builder // after exited is closed
	stdout strings.Builder
	exited chan struct{}
	client *websocket.Conn // of join
}

type processKey struct{}

func processOf(ts *testscript.TestScript) *process { return ts.Value(processKey{}).(*process) }

// startProcess: start [flag...] runs atrium serve on free ports, waits until it
// is ready and sets $PAGE, $SOCKET and $OPERATOR.
func startProcess(ts *testscript.TestScript, _ bool, args []string) {
	ports := []string{"serve", "--log.format=json", "--http.listen=localhost:0", "--operator.listen=localhost:0", "--media.port=0", "--media.listen=127.0.0.1"}
	p := processOf(ts)
	p.Cmd = exec.Command("atrium", append(ports, args...)...)
	p.Dir = ts.Getenv("WORK")
	p.Stdout = &p.stdout
	logs, err := p.StderrPipe()
	ts.Check(err)
	ts.Check(p.Start())
	ready := make(chan map[string]any, 1)
	go func() {
		defer close(p.exited)
		p.follow(logs, ready)
		_ = p.Wait() // the script asks for the code
	}()
	ts.Defer(func() {
		_ = p.Process.Kill()
		<-p.exited
	})
	select {
	case line := <-ready:
		page := fmt.Sprint(line["page"])
		ts.Setenv("PAGE", page)
		ts.Setenv("SOCKET", strings.Replace(page, "http", "ws", 1)+"/room")
		ts.Setenv("OPERATOR", fmt.Sprint("http://", line["operator"]))
		ts.Setenv("OPERATOR_ADDRESS", fmt.Sprint(line["operator"]))
	case <-p.exited:
		ts.Fatalf("atrium serve ended: %s", p.stderr.String())
	}
}

// follow keeps the log and reports its first line that says ready.
func (p *process) follow(logs io.Reader, ready chan<- map[string]any) {
	for lines := bufio.NewScanner(logs); lines.Scan(); {
		fmt.Fprintln(&p.stderr, lines.Text())
		var line map[string]any
		if json.Unmarshal(lines.Bytes(), &line) == nil && line["msg"] == "ready" {
			ready <- line
		}
	}
}

// signalProcess: signal TERM, INT or HUP.
func signalProcess(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(processOf(ts).Process.Signal(map[string]os.Signal{"TERM": syscall.SIGTERM, "INT": os.Interrupt, "HUP": syscall.SIGHUP}[args[0]]))
}

// waitForProcess: ended CODE waits for the end, checks the exit code and leaves
// the output in the files out and err.
func waitForProcess(ts *testscript.TestScript, _ bool, args []string) {
	p := processOf(ts)
	select {
	case <-p.exited:
	case <-time.After(30 * time.Second):
		ts.Fatalf("atrium serve goes on")
	}
	if got := strconv.Itoa(p.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("exit code %s, want %s: %s", got, args[0], p.stderr.String())
	}
	ts.Check(os.WriteFile(ts.MkAbs("out"), []byte(p.stdout.String()), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("err"), []byte(p.stderr.String()), 0o600))
}

// await: await URL STATUS asks until the answer has the status.
func await(ts *testscript.TestScript, _ bool, args []string) {
	again, late := time.NewTicker(10*time.Millisecond), time.After(30*time.Second)
	defer again.Stop()
	for {
		response, err := http.Get(args[0])
		ts.Check(err)
		response.Body.Close()
		if strconv.Itoa(response.StatusCode) == args[1] {
			return
		}
		select {
		case <-again.C:
		case <-late:
			ts.Fatalf("%s still answers %d", args[0], response.StatusCode)
		}
	}
}

// awaitBody: until URL REGEXP asks until the answer matches.
func awaitBody(ts *testscript.TestScript, _ bool, args []string) {
	again, late := time.NewTicker(10*time.Millisecond), time.After(30*time.Second)
	defer again.Stop()
	for {
		response, err := http.Get(args[0])
		ts.Check(err)
		body, err := io.ReadAll(response.Body)
		ts.Check(err)
		response.Body.Close()
		if regexp.MustCompile(args[1]).Match(body) {
			return
		}
		select {
		case <-again.C:
		case <-late:
			ts.Fatalf("%s still does not match %q: %s", args[0], args[1], body)
		}
	}
}

// post: post URL STATUS REGEXP [HEADER...] is get with a POST, and headers.
func post(ts *testscript.TestScript, _ bool, args []string) {
	request, err := http.NewRequest(http.MethodPost, args[0], nil)
	ts.Check(err)
	for _, header := range args[3:] {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	answered(ts, request, args[1:3])
}

// join: joins a room as a client does, over a websocket that stays open.
func join(ts *testscript.TestScript, _ bool, _ []string) {
	page := ts.Getenv("PAGE")
	ws, response, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(page, "http")+"/room", nil)
	ts.Check(err)
	response.Body.Close()
	ts.Defer(func() { ws.Close() })
	processOf(ts).client = ws
	ask(ts, `{"jsonrpc":"2.0","id":0,"method":"joinRoom","params":{"user":"ann","room":"r"}}`)
}

// leave: the client leaves its room again, and confirms when the server closes
// the websocket.
func leave(ts *testscript.TestScript, _ bool, _ []string) {
	ask(ts, `{"jsonrpc":"2.0","id":1,"method":"leaveRoom"}`)
	go func() { _, _, _ = processOf(ts).client.ReadMessage() }()
}

// refuse: refuse STATUS checks that a new websocket is refused with a status.
func refuse(ts *testscript.TestScript, _ bool, args []string) {
	ws, response, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(ts.Getenv("PAGE"), "http")+"/room", nil)
	if err == nil {
		ws.Close()
		ts.Fatalf("the server accepts a websocket")
	}
	if response == nil || strconv.Itoa(response.StatusCode) != args[0] {
		ts.Fatalf("refused with %v (%v), want %s", response, err, args[0])
	}
	response.Body.Close()
}

// ask sends a request and checks that it is answered with a result.
func ask(ts *testscript.TestScript, request string) {
	ws := processOf(ts).client
	ts.Check(ws.WriteMessage(websocket.TextMessage, []byte(request)))
	_, answer, err := ws.ReadMessage()
	ts.Check(err)
	if !strings.Contains(string(answer), `"result"`) {
		ts.Fatalf("answer to %s: %s", request, answer)
	}
}

// get: get URL STATUS [REGEXP] checks the status and the body of an answer.
func get(ts *testscript.TestScript, _ bool, args []string) {
	request, err := http.NewRequest(http.MethodGet, args[0], nil)
	ts.Check(err)
	answered(ts, request, args[1:])
}

// answered asks, and checks the status and the body.
func answered(ts *testscript.TestScript, request *http.Request, want []string) {
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Do(request)
	ts.Check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	ts.Check(err)
	if got := strconv.Itoa(response.StatusCode); got != want[0] {
		ts.Fatalf("status %s, want %s: %s", got, want[0], body)
	}
	if len(want) > 1 && !regexp.MustCompile(want[1]).Match(body) {
		ts.Fatalf("the answer does not match %q: %s", want[1], body)
	}
}
