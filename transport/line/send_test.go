package line

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/memnet"
)

// sent is a call that the platform got.
type sent struct {
	path, body, auth, contentType string
	retryKey                      []string
}

// platform answers API calls as the test says and remembers them.
type platform struct {
	*httptest.Server
	answer func(w http.ResponseWriter, call int)
	mu     sync.Mutex
	calls  []sent
}

func newPlatform(t *testing.T, answer func(w http.ResponseWriter, call int)) *platform {
	t.Helper()
	p := &platform{answer: answer}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

// bubblePlatform is for tests in virtual time. It is reached through the client.
func bubblePlatform(t *testing.T, answer func(w http.ResponseWriter, call int)) (*platform, *http.Client) {
	t.Helper()
	p, network := &platform{answer: answer}, memnet.New(t)
	p.Server = &httptest.Server{URL: network.Serve("line.test", p)}
	return p, network.Client()
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	p.calls = append(p.calls, sent{
		r.URL.Path, string(body), r.Header.Get("Authorization"),
		r.Header.Get("Content-Type"), r.Header.Values("X-Line-Retry-Key"),
	})
	n := len(p.calls)
	p.mu.Unlock()
	p.answer(w, n)
}

// got returns the calls so far.
func (p *platform) got() []sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]sent(nil), p.calls...)
}

// paths returns which calls were made, in short.
func (p *platform) paths() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for _, c := range p.calls {
		names = append(names, strings.TrimPrefix(c.path, "/v2/bot/message/"))
	}
	return strings.Join(names, " ")
}

// says answers with a status and a body.
func says(status int, body string, header ...string) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, _ int) {
		w.Header().Set("X-Line-Request-Id", "req-1")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// inTurn gives the first call the first answer, and so on.
func inTurn(answers ...func(http.ResponseWriter, int)) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, n int) { answers[min(n, len(answers))-1](w, n) }
}

func hangUp(http.ResponseWriter, int) { panic(http.ErrAbortHandler) }

const overLimit = `{"message":"You have reached your monthly limit."}`

const usedToken = `{"message":"Invalid reply token"}`

// clients are the two ways to make calls; all tests of Send run with both.
var clients = map[string]func() *http.Client{"pool": func() *http.Client { return nil }, "net/http": httpcall.OwnClient}

func delivery() *transport.Delivery {
	return &transport.Delivery{
		Source: user, ReplyToken: "token-1", PushOK: true, Key: [16]byte{0xff, 15: 0x01},
		SoleUntil: time.Now().Add(time.Hour),
		Messages:  []byte(`[{"type":"text","text":"canary"}]`),
	}
}

func TestSendRequests(t *testing.T) {
	for name, client := range clients {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t, says(200, `{}`))
			c, err := New("secret", "the-token", &Options{Endpoint: p.URL + "/", Client: client()})
			require.NoError(t, err)
			d := delivery()
			require.NoError(t, failure(c.Send(t.Context(), d)))
			d.ReplyToken = "tok\"en\n"
			require.NoError(t, failure(c.Send(t.Context(), d)))
			d.Age = DefaultReplyWindow
			require.NoError(t, failure(c.Send(t.Context(), d)))
			d.ReplyToken, d.Age = "", 0
			d.Messages = []byte("[" + strings.Repeat(" ", 100<<10) + "]")
			require.NoError(t, failure(c.Send(t.Context(), d)))
			const path = "/v2/bot/message/"
			push := `{"to":"` + testUser + `","messages":`
			want := []sent{
				{path + "reply", `{"replyToken":"token-1","messages":[{"type":"text","text":"canary"}]}`, "Bearer the-token", "application/json", nil},
				{path + "reply", `{"replyToken":"tok\"en\n","messages":[{"type":"text","text":"canary"}]}`, "Bearer the-token", "application/json", nil},
				{path + "push", push + `[{"type":"text","text":"canary"}]}`, "Bearer the-token", "application/json", []string{"ff000000-0000-8000-8000-000000000001"}},
				{path + "push", push + string(d.Messages) + `}`, "Bearer the-token", "application/json", []string{"ff000000-0000-8000-8000-000000000001"}},
			}
			require.Equal(t, want, p.calls)
			for _, call := range p.calls {
				require.True(t, json.Valid([]byte(call.body)))
			}
		})
	}
}

// sendTests are the table of what to do after each answer.
var sendTests = []struct {
	name   string
	change func(*transport.Delivery)
	answer func(http.ResponseWriter, int)
	calls  string
	want   string // the verdict; empty for success
	after  time.Duration
}{
	{"reply", nil, says(200, `{"sentMessages":[{"id":"1"}]}`), "reply", "", 0},
	{"reply, empty answer", nil, says(200, ``), "reply", "", 0},
	{"reply, HTML", nil, says(200, `<html>`), "reply", "", 0},
	{"reply, 5 MB answer", nil, says(200, strings.Repeat("x", 5<<20)), "reply", "", 0},
	{"reply, answer breaks off", nil, breaksOff(200), "reply", "", 0},
	{"reply, token used by somebody else", nil, inTurn(says(400, usedToken), says(200, `{}`)), "reply push", "", 0},
	{"reply, token used by somebody else, no push", noPush, says(400, usedToken), "reply", "drop", 0},
	{"reply, token used by somebody else, push fails", nil, inTurn(says(400, usedToken), says(500, ``)), "reply push", "retry", 0},
	{"reply, token used, frozen", frozen, says(400, usedToken), "reply", "", 0},
	{"again after hours", again, says(200, `{}`), "push", "", 0},
	{"again after hours, no push", both(again, noPush), says(400, usedToken), "reply", "drop", 0},
	{"reply, token used, retried", retried, says(400, usedToken), "reply", "", 0},
	{"reply, token used, words changed", retried, says(400, `{"message":"invalid reply token."}`), "reply", "", 0},
	{"reply, refusal breaks off", nil, breaksOff(400), "reply", "retry", 0},
	{"reply, bad message", nil, says(400, `{"message":"The request body has 1 error(s)","details":[{"message":"May not be empty","property":"messages[0].text"}]}`), "reply", "drop", 0},
	{"reply, 400 in HTML", nil, says(400, `<html>`), "reply", "drop", 0},
	{"reply, hangs up", nil, hangUp, "reply", "retry", 0},
	{"reply, 500", nil, says(500, ``), "reply", "retry", 0},
	{"reply, 502", nil, says(502, `<html>`), "reply", "retry", 0},
	{"reply, 503", nil, says(503, ``, "Retry-After", "7"), "reply", "retry", 7 * time.Second},
	{"reply, 408", nil, says(408, ``), "reply", "retry", 0},
	{"reply, 401", nil, says(401, `{}`), "reply", "hold", 0},
	{"reply, 403", nil, says(403, `{}`), "reply", "drop", 0},
	{"reply, 404", nil, says(404, `{}`), "reply", "drop", 0},
	{"reply, 413", nil, says(413, `{}`), "reply", "drop", 0},
	{"reply, 409", nil, says(409, `{}`), "reply", "drop", 0},
	{"reply, 429", nil, says(429, `{"message":"The API rate limit has been exceeded. Try again later."}`), "reply", "retry", time.Second},
	{"reply, redirect", nil, says(301, ``, "Location", "/v2/bot/message/stolen"), "reply", "retry", 0},
	{"late", late, says(200, `{}`), "push", "", 0},
	{"late, no push", both(late, noPush), says(200, `{}`), "reply", "", 0},
	{"late, no push, expired", both(late, noPush), says(400, usedToken), "reply", "drop", 0},
	{"late, no push, retried", both(late, both(noPush, retried)), says(400, usedToken), "reply", "ambiguous", 0},
	{"late, retried", both(late, retried), says(200, `{}`), "push", "", 0},
	{"nobody to push to", both(push, nowhere), says(200, `{}`), "", "drop", 0},
	{"push", push, says(200, `{}`), "push", "", 0},
	{"push, no push allowed", both(push, noPush), says(200, `{}`), "", "drop", 0},
	{"push, empty answer", push, says(200, ``), "push", "", 0},
	{"push, answer breaks off", push, breaksOff(200), "push", "", 0},
	{"push, accepted before", push, says(409, `{"message":"The retry key is already accepted","sentMessages":[]}`, "X-Line-Accepted-Request-Id", "req-0"), "push", "", 0},
	{"push, accepted before, bare", push, says(409, ``), "push", "", 0},
	{"push, accepted before, breaks off", push, breaksOff(409), "push", "", 0},
	{"push, refusal breaks off", push, breaksOff(429), "push", "retry", 0},
	{"push, hangs up", push, hangUp, "push", "retry", 0},
	{"push, 500", push, says(500, `{}`), "push", "retry", 0},
	{"push, 401", push, says(401, `{"message":"Authentication failed"}`), "push", "hold", 0},
	{"push, 400", push, says(400, `{"message":"Failed to send messages"}`), "push", "drop", 0},
	{"push, 403", push, says(403, `{}`), "push", "drop", 0},
	{"push, 404", push, says(404, `{}`), "push", "drop", 0},
	{"push, monthly limit", push, says(429, overLimit), "push", "drop", 0},
	{"late, monthly limit", late, inTurn(says(429, overLimit), says(200, `{}`)), "push reply", "", 0},
	{"late, monthly limit, token expired", late, inTurn(says(429, overLimit), says(400, usedToken)), "push reply", "drop", 0},
	{"late, monthly limit, retried", both(late, retried), inTurn(says(429, overLimit), says(400, usedToken)), "push reply", "drop", 0},
	{"late, monthly limit, no answer", late, inTurn(says(429, overLimit), hangUp), "push reply", "retry", 0},
	{"push, same user", push, says(429, `{"message":"Too many messages"}`, "Retry-After", "30"), "push", "retry", 30 * time.Second},
	{"push, 429 in HTML", push, says(429, `<html>`), "push", "retry", time.Second},
	{"push, 429 for a day", push, says(429, `{}`, "Retry-After", "86400"), "push", "retry", 5 * time.Minute},
	{"push, 429 nonsense", push, says(429, `{}`, "Retry-After", "soon"), "push", "retry", time.Second},
	{"push, 429 at once", push, says(429, `{}`, "Retry-After", "0"), "push", "retry", time.Second},
	{"push, redirect", push, says(307, ``, "Location", "/v2/bot/message/stolen"), "push", "retry", 0},
	{"no messages", func(d *transport.Delivery) { d.Messages = nil }, says(200, `{}`), "", "drop", 0},
	{"messages not an array", func(d *transport.Delivery) { d.Messages = []byte(`{}`) }, says(200, `{}`), "", "drop", 0},
}

func waited(d *transport.Delivery)  { d.Waited = d.Age }
func frozen(d *transport.Delivery)  { d.SoleUntil = time.Now().Add(-time.Second) }
func again(d *transport.Delivery)   { d.EventAge = 3 * time.Hour }
func late(d *transport.Delivery)    { d.Age = DefaultReplyWindow }
func push(d *transport.Delivery)    { d.ReplyToken = "" }
func noPush(d *transport.Delivery)  { d.PushOK = false }
func retried(d *transport.Delivery) { d.Retried = true }
func nowhere(d *transport.Delivery) { d.Source.ChatID = "" }

func both(f, g func(*transport.Delivery)) func(*transport.Delivery) {
	return func(d *transport.Delivery) { f(d); g(d) }
}

// breaksOff answers with a status and dies within the body.
func breaksOff(status int) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, _ int) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"mess`)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

func TestSend(t *testing.T) {
	for clientName, client := range clients {
		for _, tt := range sendTests {
			t.Run(clientName+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				var logged bytes.Buffer
				p := newPlatform(t, tt.answer)
				c, err := New("secret", "canary-token", &Options{
					Endpoint: p.URL, Client: client(),
					Logger: slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
				})
				require.NoError(t, err)
				d := delivery()
				if tt.change != nil {
					tt.change(d)
				}
				_, err = c.Send(t.Context(), d)
				require.Equal(t, tt.calls, p.paths())
				requireVerdict(t, err, tt.want, tt.after)
				require.NotContains(t, logged.String(), "canary")
				require.NotContains(t, logged.String(), "token-1")
				require.NotContains(t, logged.String(), testUser)
				require.Equal(t, strings.Count(tt.calls, "p") > 0, strings.Contains(logged.String(), "API call"))
			})
		}
	}
}

func requireVerdict(t *testing.T, err error, want string, after time.Duration) {
	t.Helper()
	if want == "" {
		require.NoError(t, err)
		return
	}
	var e *transport.SendError
	require.ErrorAs(t, err, &e)
	require.Equal(t, want, e.Disposition.String(), err)
	require.Equal(t, after, e.After)
	require.NotContains(t, err.Error(), "canary")
	require.NotContains(t, err.Error(), "token-1")
}
