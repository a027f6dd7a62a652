package main

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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
func serve(ctx context.Context, addr string, mux *http.ServeMux, secret, token string, booking *flow.Flow) error {
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

	srv := &http.Server{
		Addr: addr, Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
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
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, "127.0.0.1:0", mux, "secret", "token", booking) }()
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

	require.ErrorContains(t, serve(t.Context(), "no address", http.NewServeMux(), "secret", "token", booking), "no address")
	require.ErrorContains(t, serve(ctx, "", nil, "", "token", booking), "empty channel secret")
	require.ErrorContains(t, serve(ctx, "", nil, "secret", "token", nil), "flow 0 is nil")
	_, err := onRedis(ctx)
	require.Error(t, err, "the context has ended")
}

// The servers of the README and of the examples give up on clients that are slow, and on connections that
// nobody uses.
func TestServersAreBounded(t *testing.T) {
	files, err := filepath.Glob("../*/*.go")
	require.NoError(t, err)
	servers := 0
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || types.ExprString(lit.Type) != "http.Server" {
				return true
			}
			servers++
			var set []string
			for _, e := range lit.Elts {
				set = append(set, types.ExprString(e.(*ast.KeyValueExpr).Key))
			}
			require.Subset(t, set,
				[]string{"ReadHeaderTimeout", "ReadTimeout", "WriteTimeout", "IdleTimeout", "MaxHeaderBytes"}, file)
			return true
		})
	}
	require.Equal(t, 5, servers, "the README's and four examples'")
}

// Every block of Go in the README is code of this package, which is compiled and run; the
// transcript and the diagram are those that other tests keep true.
func TestReadmeIsCode(t *testing.T) {
	var code string
	for _, file := range []string{"dialog/flow.go", "dialog/dialog.go", "booking_test.go", "readme_test.go"} {
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
