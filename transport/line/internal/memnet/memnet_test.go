package memnet_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/memnet"
)

// Time passes in a bubble while a call waits for its answer.
func TestNet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := memnet.New(t)
		client := net.Client()
		base := net.Serve("slow.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/abort" {
				panic(http.ErrAbortHandler)
			}
			select {
			case <-time.After(time.Hour):
			case <-r.Context().Done():
			}
		}))
		began := time.Now()
		resp, err := client.Post(base+"/echo", "text/plain", http.NoBody)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, time.Hour, time.Since(began))
		_, err = client.Get(base + "/abort")
		require.ErrorIs(t, err, io.EOF)
		_, err = client.Get("http://nobody.test")
		require.ErrorContains(t, err, "nobody listens at nobody.test:80")

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, base, nil)
		require.NoError(t, err)
		_, err = client.Do(r)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}
