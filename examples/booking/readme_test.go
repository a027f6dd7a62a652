package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// serve is in the README.
func serve(ctx context.Context, srv *http.Server, mux *http.ServeMux, secret, token string, booking *flow.Flow) error {
	channel, err := line.New(secret, token, nil)
	if err != nil {
		return err
	}
	b, err := bot.New(channel, memstore.New(), []*flow.Flow{booking}, nil)
	if err != nil {
		return err
	}
	mux.Handle("POST /webhook", b)
	mux.Handle("GET /readyz", b.Ready())

	failed := make(chan error, 1)
	go func() { failed <- srv.ListenAndServe() }()
	select {
	case err = <-failed:
	case <-ctx.Done(): // as of signal.NotifyContext
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	b.Drain(ctx, 5*time.Second)                                 // load balancers that ask /readyz send no more
	return errors.Join(err, srv.Shutdown(ctx), b.Shutdown(ctx)) // webhooks end first, then turns
}

// onRedis is in the README.
func onRedis(ctx context.Context) (session.Store, error) {
	store, err := redisstore.New(ctx, redis.NewClient(&redis.Options{Addr: "localhost:6379"}), nil)
	return store, err
}

func TestServe(t *testing.T) {
	mux, booking := http.NewServeMux(), flows(t)[0]
	mux.HandleFunc("GET /about", func(http.ResponseWriter, *http.Request) {})
	srv := &http.Server{Addr: "127.0.0.1:0", Handler: mux}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, srv, mux, "secret", "token", booking) }()
	status := func(method, path string) int {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader("{}")))
		return w.Code
	}
	require.Eventually(t, func() bool { return status("GET", "/readyz") == http.StatusOK }, 10*time.Second, time.Millisecond)
	require.Equal(t, http.StatusOK, status("GET", "/about"))
	require.Equal(t, http.StatusBadRequest, status("POST", "/webhook"), "it is not signed")
	stop()
	require.NoError(t, <-ended)
	require.Equal(t, http.StatusServiceUnavailable, status("GET", "/readyz"))

	srv = &http.Server{Addr: "no address"}
	require.ErrorContains(t, serve(t.Context(), srv, http.NewServeMux(), "secret", "token", booking), "no address")
	require.ErrorContains(t, serve(ctx, srv, nil, "", "token", booking), "empty channel secret")
	require.ErrorContains(t, serve(ctx, srv, nil, "secret", "token", nil), "flow 0 is nil")
	_, err := onRedis(ctx)
	require.Error(t, err, "the context has ended")
}

// Every block of Go in the README is code of this package, which is compiled and run; the
// transcript and the diagram are those that other tests keep true.
func TestReadmeIsCode(t *testing.T) {
	var code string
	for _, file := range []string{"flow.go", "dialog.go", "booking_test.go", "readme_test.go"} {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		code += flat(string(src))
	}
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	for _, file := range []string{"booking.txt", "booking.mmd"} {
		shown, err := os.ReadFile("testdata/" + file)
		require.NoError(t, err)
		require.Contains(t, string(readme), "\n"+string(shown)+"```\n", file)
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	require.Len(t, blocks, 5)
	for _, b := range blocks {
		for _, part := range strings.Split(b[1], "\n\n") {
			require.Contains(t, code, flat(part))
		}
	}
}

// flat is code without indentation.
func flat(code string) string {
	return regexp.MustCompile(`(?m)^\t+`).ReplaceAllString(strings.TrimSpace(code), "") + "\n"
}
