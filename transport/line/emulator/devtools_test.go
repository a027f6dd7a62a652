package emulator

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flowtest/needs"
)

// browser is a headless Chromium with one page, spoken to over its DevTools pipe: each command and
// each answer is one JSON object that ends with a zero byte.
type browser struct {
	t       *testing.T
	in      io.Writer
	answers chan map[string]json.RawMessage
	session string
	last    int
	moving  bool // the page may be left while it is asked
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	path := needs.Program(t, "chromium", "on Debian, apt-get install chromium")
	toBrowser, in, err := os.Pipe()
	require.NoError(t, err)
	out, fromBrowser, err := os.Pipe()
	require.NoError(t, err)
	command := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir="+t.TempDir(), "--remote-debugging-pipe", "about:blank")
	command.ExtraFiles = []*os.File{toBrowser, fromBrowser} // file descriptors 3 and 4
	require.NoError(t, command.Start())
	_ = toBrowser.Close()
	_ = fromBrowser.Close()
	b := &browser{t: t, in: in, answers: make(chan map[string]json.RawMessage, 1000)}
	t.Cleanup(func() {
		_, _ = fmt.Fprint(in, `{"id":0,"method":"Browser.close"}`+"\x00")
		_ = command.Wait()
		_ = in.Close()
		_ = out.Close()
	})
	go b.read(out)
	b.open()
	return b
}

func (b *browser) read(out io.Reader) {
	r := bufio.NewReader(out)
	for {
		line, err := r.ReadBytes(0)
		if err != nil {
			close(b.answers)
			return
		}
		var answer map[string]json.RawMessage
		if json.Unmarshal(line[:len(line)-1], &answer) == nil && answer["id"] != nil {
			b.answers <- answer
		}
	}
}

// open attaches to a new page.
func (b *browser) open() {
	var target struct{ TargetID string }
	b.do("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.do("Target.attachToTarget",
		map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
}

// do sends a command and waits for its answer.
func (b *browser) do(method string, params map[string]any, result any) {
	b.t.Helper()
	b.last++
	command := map[string]any{"id": b.last, "method": method, "params": params}
	if b.session != "" {
		command["sessionId"] = b.session
	}
	raw, err := json.Marshal(command)
	require.NoError(b.t, err)
	_, err = b.in.Write(append(raw, 0))
	require.NoError(b.t, err)
	deadline := time.After(30 * time.Second)
	for {
		select {
		case answer, ok := <-b.answers:
			require.True(b.t, ok, "chromium ended")
			if string(answer["id"]) != fmt.Sprint(b.last) {
				continue
			}
			problem := string(answer["error"])
			if b.moving && (strings.Contains(problem, "navigated") || strings.Contains(problem, "context")) {
				b.do(method, params, result) // the page was left while it was asked: ask the new one
				return
			}
			require.Empty(b.t, string(answer["error"]), method)
			if result != nil {
				require.NoError(b.t, json.Unmarshal(answer["result"], result))
			}
			return
		case <-deadline:
			b.t.Fatalf("chromium did not answer %s", method)
		}
	}
}

// eval runs a script in the page and returns its value; a promise is awaited.
func (b *browser) eval(script string) any {
	b.t.Helper()
	var answer struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	b.do("Runtime.evaluate", map[string]any{
		"expression": script, "awaitPromise": true, "returnByValue": true, "userGesture": true,
	}, &answer)
	require.Empty(b.t, string(answer.ExceptionDetails), script)
	return answer.Result.Value
}

// wait runs until the condition, a script, is true: it looks at each frame that the page draws.
func (b *browser) wait(condition string) {
	b.t.Helper()
	b.moving = true // to wait does nothing to the page, so it may be asked twice
	defer func() { b.moving = false }()
	ok := b.eval(`new Promise(done => { const end = Date.now() + 15000; (function look() {
		let ok = false; try { ok = !!(` + condition + `) } catch {}
		ok || Date.now() > end ? done(ok) : setTimeout(look, 20) })() })`)
	require.Equal(b.t, true, ok, "never came true: %s\n%s", condition,
		b.eval(`document.body ? document.body.innerText : ""`))
}

func (b *browser) size(width, height int) {
	b.do("Emulation.setDeviceMetricsOverride", map[string]any{
		"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
	}, nil)
}

// shot keeps a picture of the page among the artifacts of the test.
func (b *browser) shot(name string) {
	b.t.Helper()
	var picture struct{ Data string }
	b.do("Page.captureScreenshot", map[string]any{"format": "png"}, &picture)
	raw, err := base64.StdEncoding.DecodeString(picture.Data)
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(b.t.ArtifactDir(), name), raw, 0o600))
}
