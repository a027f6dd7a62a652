package redistest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

const (
	waitFor = 20 * time.Second
	tick    = 20 * time.Millisecond
)

// A test that wants a store on a real Redis.
func TestExampleStore(t *testing.T) {
	client := redistest.Start(t)
	store, err := redisstore.New(context.Background(), client, &redisstore.Options{
		Namespace: redistest.Namespace(t, client),
	})
	require.NoError(t, err)
	_, _, err = store.Due(context.Background(), []string{""}, 10, 0)
	require.NoError(t, err)
}
