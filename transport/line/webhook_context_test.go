package line

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// deadlineWriter remembers the deadline that was set last.
type deadlineWriter struct {
	*httptest.ResponseRecorder
	deadline time.Time
}

func (w *deadlineWriter) SetReadDeadline(t time.Time) error {
	w.deadline = t
	return nil
}

// noBody must not be read.
type noBody struct{ t *testing.T }

func (b noBody) Read([]byte) (int, error) {
	b.t.Error("the body was read")
	return 0, io.EOF
}

func TestWebhookReadsNoMoreThanItMust(t *testing.T) {
	c, err := New(knownSecret, "token", nil)
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		length int64
		header http.Header
		want   int
	}{
		"declared too large": {DefaultMaxBody + 1, signed(knownSecret, ""), 413},
		"no signature":       {10, http.Header{}, 400},
	} {
		req := httptest.NewRequest(http.MethodPost, "/", noBody{t})
		req.ContentLength, req.Header = tt.length, tt.header
		w := httptest.NewRecorder()
		c.Handler((&inbox{}).accept).ServeHTTP(w, req)
		require.Equal(t, tt.want, w.Code, name)
	}
}

func TestWebhookDeadlineEndsWithTheBody(t *testing.T) {
	c, err := New(knownSecret, "token", nil)
	require.NoError(t, err)
	w := &deadlineWriter{ResponseRecorder: httptest.NewRecorder(), deadline: time.Unix(1, 0)}
	h := c.Handler(func(context.Context, []transport.Event) error {
		require.Zero(t, w.deadline, "accept has the connection's own time")
		return nil
	})
	body := `{"events":[{"type":"follow"}]}`
	req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	req.Header = signed(knownSecret, body)
	h.ServeHTTP(w, req)
	require.Equal(t, 200, w.Code)
}

func TestWebhookAcceptContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := New(knownSecret, "token", &Options{Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		type key struct{}
		gone, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "host"))
		cancel()
		start := time.Now()
		h := c.Handler(func(ctx context.Context, _ []transport.Event) error {
			require.NoError(t, ctx.Err(), "a client that goes away does not stop the host")
			require.Equal(t, "host", ctx.Value(key{}))
			<-ctx.Done()
			return ctx.Err()
		})
		body := `{"events":[{"type":"follow"}]}`
		req := httptest.NewRequestWithContext(gone, http.MethodPost, "/", strings.NewReader(body))
		req.Header = signed(knownSecret, body)
		w := httptest.NewRecorder() // it knows no deadlines, which must not matter
		h.ServeHTTP(w, req)
		require.Equal(t, http.StatusServiceUnavailable, w.Code)
		require.Equal(t, 1800*time.Millisecond, time.Since(start))
	})
}

// TestWebhookTrustsNoLength declares a large body and sends none: no more of it is allocated than a
// small one takes.
func TestWebhookTrustsNoLength(t *testing.T) {
	e := &entrance{maxBody: 1 << 40}
	for _, size := range []int64{1 << 40, -1} {
		var u unchecked
		err := e.readBody(strings.NewReader("x"), size, &u)
		require.Equal(t, size < 0, err == nil)
		require.LessOrEqual(t, cap(u.body), trustedSize)
		require.Zero(t, u.held)
	}
}

func TestWebhookPanicIsTheHosts(t *testing.T) {
	c, err := New(knownSecret, "token", nil)
	require.NoError(t, err)
	h := c.Handler(func(context.Context, []transport.Event) error { panic("host") })
	body := `{"events":[{"type":"follow"}]}`
	req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	req.Header = signed(knownSecret, body)
	require.PanicsWithValue(t, "host", func() { h.ServeHTTP(httptest.NewRecorder(), req) })
}

// TestLogsAreSilent drives everything that logs with canaries in all places where content is.
func TestLogsAreSilent(t *testing.T) {
	var logged bytes.Buffer
	o := &Options{Logger: slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	srv, in := webhookServer(t, o)
	in.err = errors.New("no")
	for _, body := range []string{
		`{"events":[{"type":"message","message":{"type":"text","text":"canary"},"replyToken":"canary","source":{"type":"user","userId":"canary"}},{"type":"canary","timestamp":"canary"}]}`,
		`canary`,
	} {
		postWebhook(t, srv.URL, body, signed(knownSecret, body))
		postWebhook(t, srv.URL, body, signed("canary", body))
	}
	srv.Close()
	for _, line := range []string{"malformed events dropped", "dropped=1 good=1", "signed, but no webhook", "wrong signature", "not accepted"} {
		require.Contains(t, logged.String(), line)
	}
	require.NotContains(t, logged.String(), "canary")
	require.NotContains(t, logged.String(), knownSecret)
}
