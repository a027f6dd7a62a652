package line

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/credential"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/memnet"
)

// callerTests say how often a request is made, and what comes of it.
var callerTests = []struct {
	name   string
	method string
	keyed  bool
	answer func(http.ResponseWriter, int)
	calls  int
	status int // zero for an error
}{
	{"success", "POST", false, says(200, `{}`), 1, 200},
	{"accepted", "POST", true, says(202, `{}`), 1, 202},
	{"bad request", "GET", false, says(400, `{}`), 1, 400},
	{"not found", "GET", false, says(404, `{}`), 1, 404},
	{"redirect", "GET", false, says(302, ``, "Location", "/elsewhere"), 1, 302},
	{"401 once", "POST", false, inTurn(says(401, `{}`), says(200, `{}`)), 2, 200},
	{"401 for good", "POST", false, says(401, `{}`), 2, 401},
	{"429 once", "POST", false, inTurn(says(429, `{}`), says(200, `{}`)), 2, 200},
	{"429 for good", "POST", false, says(429, `{}`), 3, 429},
	{"429 for long", "GET", false, says(429, `{}`, "Retry-After", "11"), 1, 429},
	{"monthly limit", "POST", true, says(429, `{"message":"You have reached your monthly limit."}`), 1, 429},
	{"GET, 500 once", "GET", false, inTurn(says(500, `{}`), says(200, `{}`)), 2, 200},
	{"GET, 500 for good", "GET", false, says(500, `{}`), 3, 500},
	{"GET, 503 for long", "GET", false, says(503, `{}`, "Retry-After", "11"), 1, 503},
	{"GET, hangs up once", "GET", false, inTurn(hangUp, says(200, `{}`)), 2, 200},
	{"GET, hangs up", "GET", false, hangUp, 3, 0},
	{"POST, 500", "POST", false, says(500, `{}`), 1, 500},
	{"POST, hangs up", "POST", false, hangUp, 1, 0},
	{"DELETE, 500", "DELETE", false, says(500, `{}`), 1, 500},
	{"keyed, 500 once", "POST", true, inTurn(says(500, `{}`), says(200, `{}`)), 2, 200},
	{"keyed, hangs up, then accepted before", "POST", true, inTurn(hangUp, says(409, `{}`)), 2, 200},
	{"keyed, 500, then accepted before", "POST", true, inTurn(says(500, `{}`), says(409, `{}`)), 2, 200},
	{"keyed, accepted before this call", "POST", true, says(409, `{}`), 1, 409},
	{"keyed, 429, accepted before this call", "POST", true, inTurn(says(429, `{}`), says(409, `{}`)), 2, 409},
}

func TestHTTPClientRepeats(t *testing.T) {
	for _, tt := range callerTests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, client := bubblePlatform(t, tt.answer)
				c, err := New("secret", "", &Options{
					Endpoint: p.URL + "/base", Client: client, Tokens: &script{tokens: []string{"a", "b"}},
				})
				require.NoError(t, err)
				req, err := http.NewRequestWithContext(t.Context(), tt.method, c.Endpoint()+"/v2/x", strings.NewReader(`{"a":1}`))
				require.NoError(t, err)
				if tt.keyed {
					req.Header.Set(httpcall.RetryKey, "key")
				}
				resp, err := c.HTTPClient().Do(req)
				calls := p.got()
				require.Len(t, calls, tt.calls)
				for i, call := range calls {
					require.Equal(t, "/base/v2/x", call.path)
					require.Equal(t, `{"a":1}`, call.body)
					if i > 0 && strings.HasPrefix(tt.name, "401") {
						require.Equal(t, "Bearer b", call.auth)
					} else {
						require.Equal(t, "Bearer a", call.auth)
					}
				}
				if tt.status == 0 {
					require.Error(t, err)
					return
				}
				require.NoError(t, err)
				require.Equal(t, tt.status, resp.StatusCode)
				require.NoError(t, resp.Body.Close())
				require.Empty(t, req.Header.Get("Authorization"), "the request is the caller's")
			})
		})
	}
}

func TestHTTPClientGivesTheAcceptedRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, client := bubblePlatform(t, inTurn(hangUp, says(409, `{"sentMessages":[{"id":"7"}]}`, "X-Line-Accepted-Request-Id", "first")))
		c, err := New("secret", "token", &Options{Endpoint: p.URL, Client: client})
		require.NoError(t, err)
		req, err := http.NewRequestWithContext(t.Context(), "POST", p.URL, nil)
		require.NoError(t, err)
		req.Header.Set(httpcall.RetryKey, "key")
		resp, err := c.HTTPClient().Do(req)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.JSONEq(t, `{"sentMessages":[{"id":"7"}]}`, string(body))
		require.Equal(t, "first", resp.Header.Get("X-Line-Request-Id"))
		require.NoError(t, resp.Body.Close())
	})
}

// A token is for LINE alone.
func TestHTTPClientRefusesOtherAddresses(t *testing.T) {
	p := newPlatform(t, says(200, `{}`))
	other := newPlatform(t, says(200, `{}`))
	c, err := New("secret", "token", &Options{Endpoint: p.URL + "/api", DataEndpoint: p.URL + "/data"})
	require.NoError(t, err)
	for _, address := range []string{other.URL + "/api/x", p.URL, p.URL + "/apix", strings.Replace(p.URL, "http:", "https:", 1) + "/api/x"} {
		_, err := c.HTTPClient().Post(address, "text/plain", strings.NewReader("x"))
		require.ErrorIs(t, err, errForeign, address)
	}
	require.Empty(t, append(p.got(), other.got()...))
	for _, address := range []string{c.Endpoint(), c.Endpoint() + "/x", c.DataEndpoint() + "/x"} {
		resp, err := c.HTTPClient().Get(address)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	require.Len(t, p.got(), 3)
}

func TestHTTPClientDoesNotRepeatAStream(t *testing.T) {
	p := newPlatform(t, says(429, `{}`))
	c, err := New("secret", "", &Options{Endpoint: p.URL, Tokens: &script{tokens: []string{"a", "b"}}})
	require.NoError(t, err)
	resp, err := c.HTTPClient().Post(p.URL, "image/png", io.LimitReader(strings.NewReader("once"), 4))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Len(t, p.got(), 1)
}

// A stream that met a 401 is not sent again, but the next call has another token.
func TestHTTPClientTellsTheTokenOfAStream(t *testing.T) {
	p := newPlatform(t, inTurn(says(401, `{}`), says(200, `{}`)))
	source := &script{tokens: []string{"a", "b"}}
	c, err := New("secret", "", &Options{Endpoint: p.URL, Tokens: source})
	require.NoError(t, err)
	for _, want := range []int{401, 200} {
		resp, err := c.HTTPClient().Post(p.URL, "image/png", io.LimitReader(strings.NewReader("once"), 4))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, want, resp.StatusCode)
	}
	require.Len(t, p.got(), 2)
	require.Equal(t, []string{"a"}, source.refused)
}

func TestHTTPClientWithoutToken(t *testing.T) {
	p := newPlatform(t, says(200, `{}`))
	c, err := New("secret", "", &Options{Endpoint: p.URL, Tokens: &script{tokens: []string{""}}})
	require.NoError(t, err)
	_, err = c.HTTPClient().Post(p.URL, "text/plain", strings.NewReader("x"))
	require.ErrorIs(t, err, credential.ErrToken)
	require.Empty(t, p.got())
}

// silentAfter sends begin, then nothing.
func silentAfter(begin string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if begin != "" {
			_, _ = io.WriteString(w, begin)
			_ = http.NewResponseController(w).Flush()
		}
		<-r.Context().Done()
	}
}

func TestHTTPClientDoesNotWaitForEver(t *testing.T) {
	for _, begin := range []string{"", "beginning"} {
		synctest.Test(t, func(t *testing.T) {
			network := memnet.New(t)
			base := network.Serve("line.test", silentAfter(begin))
			c, err := New("secret", "token", &Options{Endpoint: base, Client: network.Client()})
			require.NoError(t, err)
			start := time.Now()
			resp, err := c.HTTPClient().Post(base, "text/plain", nil)
			if begin != "" {
				require.NoError(t, err)
				var got []byte
				got, err = io.ReadAll(resp.Body)
				require.Equal(t, begin, string(got))
				require.NoError(t, resp.Body.Close())
			}
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, quietTimeout, time.Since(start))

			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			req, err := http.NewRequestWithContext(ctx, "GET", base, nil)
			require.NoError(t, err)
			_, err = c.HTTPClient().Do(req)
			require.ErrorIs(t, err, context.Canceled)
		})
	}
}

// contextBody is a body that ends with its request.
type contextBody struct {
	io.Reader
	ctx context.Context
}

func (b contextBody) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.Reader.Read(p)
}

func (contextBody) Close() error { return nil }

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// It is LINE that must not be silent: whoever reads an answer may take his time, also to begin.
func TestHTTPClientLetsReadersTakeTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: contextBody{strings.NewReader("ab"), r.Context()}}, nil
		})
		c, err := New("secret", "token", &Options{Client: &http.Client{Transport: base}})
		require.NoError(t, err)
		resp, err := c.HTTPClient().Get(c.Endpoint())
		require.NoError(t, err)
		for _, want := range []string{"a", "b"} {
			time.Sleep(2 * quietTimeout)
			got := make([]byte, 1)
			_, err = io.ReadFull(resp.Body, got)
			require.NoError(t, err)
			require.Equal(t, want, string(got))
		}
		require.NoError(t, resp.Body.Close())
	})
}

func TestHTTPClientStopsWaitingWithItsContext(t *testing.T) {
	p := newPlatform(t, says(429, `{}`, "Retry-After", "9"))
	c, err := New("secret", "token", &Options{Endpoint: p.URL})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", p.URL, nil)
	require.NoError(t, err)
	_, err = c.HTTPClient().Do(req)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestHTTPClientLogsNoPrivateThing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		p, client := bubblePlatform(t, inTurn(says(500, `canary`), says(404, `{"message":"canary"}`)))
		c, err := New("secret", "canary", &Options{
			Endpoint: p.URL, Client: client, Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		})
		require.NoError(t, err)
		resp, err := c.HTTPClient().Get(p.URL + "/v2/bot/profile/canary")
		require.NoError(t, err)
		refusal := ErrorOf(resp)
		require.Equal(t, 404, refusal.Status)
		require.Equal(t, refusal, ErrorOf(resp), "it can be read again")
		require.NoError(t, resp.Body.Close())
		require.NotContains(t, log.String()+refusal.Error()+fmt.Sprintf("%+v", c), "canary")
		require.Contains(t, log.String(), "status=500")
		require.Contains(t, log.String(), "status=404")
		require.Nil(t, ErrorOf(&http.Response{StatusCode: 204}))
	})
}

func TestDataEndpoint(t *testing.T) {
	tests := []struct {
		name string
		o    Options
		want string
	}{
		{"default", Options{}, "https://api-data.line.me"},
		{"where the rest is", Options{Endpoint: "http://127.0.0.1:1/"}, "http://127.0.0.1:1"},
		{"set", Options{Endpoint: "http://127.0.0.1:1/", DataEndpoint: "http://127.0.0.1:2/data/"}, "http://127.0.0.1:2/data"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := New("secret", "token", &tt.o)
			require.NoError(t, err)
			require.Equal(t, tt.want, c.DataEndpoint())
		})
	}
}
