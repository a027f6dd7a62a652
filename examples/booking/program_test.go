package main

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flowtest/needs"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// envProgram makes the test's binary the program itself.
const envProgram = "BOOKING_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(envProgram) != "" {
		main()
		return
	}
	time.Local = time.FixedZone("elsewhere", -11*60*60) // nothing depends on where the machine is
	os.Exit(m.Run())
}

// The program with a real Redis under it, driven over LINE's protocol, killed by SIGKILL in the
// middle of a booking and started again.
func TestProgramSurvivesKill(t *testing.T) {
	redis := redistest.StartServer(t, nil)
	platform := emulator.New("the-secret", "the-token", &emulator.Options{Users: []string{"ann"}})
	t.Cleanup(platform.Close)
	api := httptest.NewServer(platform)
	t.Cleanup(api.Close)
	p := start(t, "LINE_CHANNEL_SECRET=the-secret", "LINE_CHANNEL_TOKEN=the-token",
		"LINE_API_ENDPOINT="+api.URL, "REDIS_ADDR="+redis.Addr(), "PORT=0")
	platform.SetWebhook(p.address + "/webhook")
	seq := 0
	next := func() string {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		m, err := platform.Next(ctx, "ann", seq)
		require.NoError(t, err)
		seq = m.Seq
		return m.Text
	}
	say := func(text string) {
		_, err := platform.Say(t.Context(), "ann", text)
		require.NoError(t, err)
	}
	say("book")
	require.Contains(t, next(), "Which day?")
	say("tomorrow")
	require.Contains(t, next(), "How many of you?")
	require.NoError(t, p.cmd.Process.Kill())
	<-p.gone

	_, err := platform.Say(t.Context(), "ann", "2")
	require.Error(t, err, "the bot is down")
	p = start(t, p.env...)
	platform.SetWebhook(p.address + "/webhook")
	say("2")
	require.Contains(t, next(), "for 2. Shall I book it?")
	_, err = platform.Tap(t.Context(), "ann", "Yes")
	require.NoError(t, err)
	require.Contains(t, next(), "Booked:")

	require.Equal(t, http.StatusOK, p.status(t, "/healthz"))
	require.Equal(t, http.StatusOK, p.status(t, "/readyz"))

	// A forged webhook is refused, and nobody answers it.
	req, err := http.NewRequest(http.MethodPost, p.address+"/webhook", strings.NewReader(`{"destination":"U","events":[]}`))
	require.NoError(t, err)
	req.Header.Set("X-Line-Signature", "Zm9yZ2Vk")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusBadRequest, res.StatusCode)

	// Without Redis the program is alive, and not ready.
	redis.Kill()
	require.Equal(t, http.StatusOK, p.status(t, "/healthz"))
	require.Equal(t, http.StatusServiceUnavailable, p.status(t, "/readyz"))

	require.NoError(t, p.cmd.Process.Signal(os.Interrupt))
	<-p.gone
	require.NoError(t, p.err, "the program ends well")
}

// On its own, the program serves the chat page, and a user of the page books a table.
func TestProgramAlone(t *testing.T) {
	p := start(t, "PORT=0", "REDIS_ADDR=", "LINE_CHANNEL_SECRET=", "LINE_CHANNEL_TOKEN=")
	res, err := http.Get(p.address + "/")
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Contains(t, res.Header.Get("Content-Type"), "text/html")
	require.NoError(t, p.cmd.Process.Signal(os.Interrupt))
	<-p.gone
	require.NoError(t, p.err)
	require.Contains(t, p.log.String(), "NO LINE")
}

// The stand-in is another account than the real bot, so that the two may use the same Redis.
func TestStandInHasItsOwnAccount(t *testing.T) {
	open := func(secret, token string) []string {
		t.Setenv("LINE_CHANNEL_SECRET", secret)
		t.Setenv("LINE_CHANNEL_TOKEN", token)
		srv := new(http.Server)
		c, err := newChannel(srv, http.NewServeMux(), "http://127.0.0.1:8080")
		require.NoError(t, err)
		require.NoError(t, srv.Close())
		return c.Accounts()
	}
	require.Equal(t, []string{""}, open("the-secret", "the-token"))
	require.Equal(t, []string{"stand-in"}, open("", ""))
}

// Without the settings of LINE, the program serves its stand-in to this machine alone.
func TestStandInIsForThisMachine(t *testing.T) {
	t.Setenv("LINE_CHANNEL_SECRET", "")
	t.Setenv("LINE_CHANNEL_TOKEN", "")
	t.Setenv("PORT", "0")
	for _, host := range []string{"0.0.0.0", "::", "192.0.2.7"} {
		t.Setenv("HOST", host)
		require.ErrorContains(t, run(t.Context()), "the stand-in for LINE is for this machine alone", host)
	}
	t.Setenv("HOST", "localhost")
	ln, err := listen()
	require.NoError(t, err)
	require.NoError(t, ln.Close())
}

type program struct {
	address string
	env     []string
	cmd     *exec.Cmd
	log     bytes.Buffer
	gone    chan struct{}
	err     error // valid once gone is closed
}

// status returns what the program answers to a GET.
func (p *program) status(t *testing.T, path string) int {
	t.Helper()
	res, err := http.Get(p.address + path)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res.StatusCode
}

// start runs the program and waits until it is ready. It is killed when the test ends.
func start(t *testing.T, env ...string) *program {
	t.Helper()
	needs.Processes(t)
	p := &program{env: env, cmd: exec.Command(os.Args[0]), gone: make(chan struct{})}
	p.cmd.Env = append(append(os.Environ(), envProgram+"=1"), env...)
	p.cmd.Stderr = &p.log
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	p.address = strings.TrimSpace(line[strings.Index(line, "http://"):])
	go func() {
		p.err = p.cmd.Wait()
		close(p.gone)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.gone
		if t.Failed() {
			t.Log(p.log.String())
		}
	})
	return p
}
