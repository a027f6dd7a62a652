package line

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// LINE's own example of a signature.
const (
	knownSecret    = "8c570fa6dd201bb328f1c1eac23a96d8"
	knownBody      = `{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}`
	knownSignature = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="
)

// inbox is a host that takes events.
type inbox struct {
	mu     sync.Mutex
	events []transport.Event
	calls  int
	err    error
}

func (in *inbox) accept(_ context.Context, events []transport.Event) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.calls++
	in.events = append(in.events, events...)
	return in.err
}

// webhookServer serves a channel's handler over real HTTP.
func webhookServer(t *testing.T, o *Options) (*httptest.Server, *inbox) {
	t.Helper()
	in := &inbox{}
	if o == nil {
		o = &Options{Logger: slog.New(slog.DiscardHandler)}
	}
	c, err := New(knownSecret, "token", o)
	require.NoError(t, err)
	srv := httptest.NewServer(c.Handler(in.accept))
	t.Cleanup(srv.Close)
	return srv, in
}

func postWebhook(t *testing.T, url, body string, header http.Header) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	req.Header = header
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(got)
}

func signed(secret, body string) http.Header {
	return http.Header{"X-Line-Signature": {sign(secret, []byte(body))}}
}

func TestSignature(t *testing.T) {
	body := `{"events":[` + samples[0].raw + `]}`
	right := sign(knownSecret, []byte(body))
	reencoded := strings.ReplaceAll(body, "é", `\u00e9`)
	tests := []struct {
		name   string
		header http.Header
		want   int
	}{
		{"right", http.Header{"X-Line-Signature": {right}}, 200},
		{"lower-case header", http.Header{"x-line-signature": {right}}, 200},
		{"upper-case header", http.Header{"X-LINE-SIGNATURE": {right}}, 200},
		{"further secret", signed("next", body), 200},
		{"other content type", http.Header{"X-Line-Signature": {right}, "Content-Type": {"text/plain"}}, 200},
		{"none", http.Header{}, 400},
		{"empty", http.Header{"X-Line-Signature": {""}}, 400},
		{"two", http.Header{"X-Line-Signature": {right, right}}, 400},
		{"bad base64", http.Header{"X-Line-Signature": {strings.Repeat("!", 44)}}, 400},
		{"other base64 of the same bytes", http.Header{"X-Line-Signature": {sameBytes(right)}}, 400},
		{"truncated", http.Header{"X-Line-Signature": {right[:43]}}, 400},
		{"longer", http.Header{"X-Line-Signature": {right + "="}}, 400},
		{"wrong bytes", http.Header{"X-Line-Signature": {strings.Repeat("A", 43) + "="}}, 400},
		{"other channel", signed("other", body), 400},
		{"over re-encoded JSON", signed(knownSecret, reencoded), 400},
		{"over another body", signed(knownSecret, knownBody), 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv, in := webhookServer(t, &Options{Secrets: []string{"next"}, Logger: slog.New(slog.DiscardHandler)})
			status, text := postWebhook(t, srv.URL, body, tt.header)
			require.Equal(t, tt.want, status)
			if status == 200 {
				require.Equal(t, 1, in.calls)
				require.Empty(t, text)
				return
			}
			require.Zero(t, in.calls)
			require.Equal(t, "Bad Request\n", text, "the sender learns no reason")
		})
	}
}

// sameBytes changes the two bits in the last letter that base64 does not use.
func sameBytes(signature string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	last := strings.IndexByte(letters, signature[42])
	return signature[:42] + letters[last|1:last|1+1] + "="
}

func TestSignatureKnownAnswer(t *testing.T) {
	v := newVerifier([]string{knownSecret})
	require.True(t, v.verify(knownSignature, []byte(knownBody)))
	require.True(t, v.verify(knownSignature, []byte(knownBody)), "the pooled state starts afresh")
	require.False(t, v.verify(knownSignature+"=", []byte(knownBody)))
	require.False(t, v.verify("", nil))
	srv, in := webhookServer(t, nil)
	status, _ := postWebhook(t, srv.URL, knownBody, http.Header{"X-Line-Signature": {knownSignature}})
	require.Equal(t, 200, status)
	require.Zero(t, in.calls, "a probe has no events")
}

func TestWebhookBodies(t *testing.T) {
	good := samples[0].raw
	pad := func(size int) string {
		frame := `{"events":[],"x":""}`
		return frame[:len(frame)-2] + strings.Repeat("x", size-len(frame)) + `"}`
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(z, knownBody)
	require.NoError(t, z.Close())
	tests := []struct {
		name, body          string
		want, calls, events int
	}{
		{"no bytes", "", 400, 0, 0},
		{"exactly MaxBody", pad(1 << 20), 200, 0, 0},
		{"one byte more", pad(1<<20 + 1), 413, 0, 0},
		{"gzip", zipped.String(), 400, 0, 0},
		{"array", `[]`, 400, 0, 0},
		{"text", `hello`, 400, 0, 0},
		{"cut", `{"events":[`, 400, 0, 0},
		{"events null", `{"events":null}`, 200, 0, 0},
		{"events missing", `{}`, 200, 0, 0},
		{"events an object", `{"events":{}}`, 400, 0, 0},
		{"two events", `{"events":[` + good + `,` + good + `]}`, 200, 1, 2},
		{"one is bad", `{"events":[` + good + `,{"type":7},` + good + `]}`, 200, 1, 2},
		{"all are bad", `{"events":[null,{"type":7}]}`, 200, 0, 0},
		{"unknown", `{"events":[{"type":"telepathy"}]}`, 200, 1, 1},
		{"old probe", `{"events":[{"type":"message","message":{"type":"text"},"replyToken":"` + strings.Repeat("0", 32) + `"}]}`, 200, 0, 0},
		{"10,000", `{"events":[` + strings.Repeat(`{"type":"a"},`, 9999) + `{"type":"a"}]}`, 200, 1, 10000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv, in := webhookServer(t, nil)
			status, _ := postWebhook(t, srv.URL, tt.body, signed(knownSecret, tt.body))
			require.Equal(t, tt.want, status)
			require.Equal(t, tt.calls, in.calls)
			require.Len(t, in.events, tt.events)
		})
	}
}

func TestWebhookChunked(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want int
	}{
		"small": {`{"events":[` + samples[0].raw + `]}`, 200},
		"large": {strings.Repeat(" ", 1<<20+1), 413},
	} {
		t.Run(name, func(t *testing.T) {
			srv, in := webhookServer(t, nil)
			body := struct{ io.Reader }{strings.NewReader(tt.body)} // hides its length
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL, body)
			require.NoError(t, err)
			req.Header = signed(knownSecret, tt.body)
			resp, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			_ = resp.Body.Close()
			require.Equal(t, tt.want, resp.StatusCode)
			require.Equal(t, tt.want == 200, in.calls == 1)
		})
	}
}

func TestWebhookMethods(t *testing.T) {
	srv, in := webhookServer(t, nil)
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodHead, http.MethodDelete} {
		req, err := http.NewRequestWithContext(t.Context(), method, srv.URL, strings.NewReader(knownBody))
		require.NoError(t, err)
		req.Header = signed(knownSecret, knownBody)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		_ = resp.Body.Close()
		require.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode, method)
		require.Equal(t, "POST", resp.Header.Get("Allow"))
	}
	require.Zero(t, in.calls)
}

func TestWebhookNotAccepted(t *testing.T) {
	var logged bytes.Buffer
	srv, in := webhookServer(t, &Options{Logger: slog.New(slog.NewTextHandler(&logged, nil))})
	in.err = errors.New("store unavailable")
	body := `{"events":[` + samples[0].raw + `]}`
	status, text := postWebhook(t, srv.URL, body, signed(knownSecret, body))
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "Service Unavailable\n", text)
	srv.Close()
	require.Contains(t, logged.String(), "store unavailable")
}

func TestWebhookCutBody(t *testing.T) {
	srv, in := webhookServer(t, nil)
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: a\r\nX-Line-Signature: %s\r\nContent-Length: 100\r\n\r\n{", knownSignature)
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	answer, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Contains(t, string(answer), "400 Bad Request")
	require.Zero(t, in.calls)
}

// pipeListener lets a server talk over pipes, whose deadlines keep the time of a synctest bubble.
type pipeListener struct {
	conns chan net.Conn
	once  sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	if c, ok := <-l.conns; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.conns) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// TestWebhookSlowBody sends a byte a second. A server reads what is left of a body that a handler
// refuses unread, so that the time of those must be bounded too.
func TestWebhookSlowBody(t *testing.T) {
	tests := []struct {
		name, head string
		want       int
	}{
		{"signed", "POST / HTTP/1.1\r\nX-Line-Signature: " + knownSignature, http.StatusRequestTimeout},
		{"not signed", "POST / HTTP/1.1", http.StatusBadRequest},
		{"other method", "PUT / HTTP/1.1", http.StatusMethodNotAllowed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { slowBody(t, tt.head, tt.want) })
		})
	}
}

func slowBody(t *testing.T, head string, want int) {
	t.Helper()
	c, err := New(knownSecret, "token", nil)
	require.NoError(t, err)
	in := &inbox{}
	l := &pipeListener{conns: make(chan net.Conn, 1)}
	srv := &http.Server{Handler: c.Handler(in.accept)}
	go func() { _ = srv.Serve(l) }()
	defer func() { _ = srv.Close() }()
	client, server := net.Pipe()
	l.conns <- server

	start := time.Now()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = fmt.Fprintf(client, "%s\r\nHost: a\r\nContent-Length: 100\r\n\r\n", head)
		for range 100 { // a byte a second, as long as anybody reads
			<-time.After(time.Second)
			if _, err := client.Write([]byte{' '}); err != nil {
				return
			}
		}
	}()
	r := bufio.NewReader(client)
	resp, err := http.ReadResponse(r, nil)
	require.NoError(t, err)
	require.Equal(t, want, resp.StatusCode)
	_, _ = io.Copy(io.Discard, r) // until the server hangs up
	require.Equal(t, 5*time.Second, time.Since(start))
	require.Zero(t, in.calls)
	_ = client.Close()
	<-done
}
