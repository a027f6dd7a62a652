package redisstore

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/session/storetest"
)

func TestStandaloneKeepsTheContract(t *testing.T) {
	t.Parallel()
	conform(t, redistest.StartServer(t, nil).Client(), 40)
}

func TestClusterKeepsTheContract(t *testing.T) {
	t.Parallel()
	conform(t, redistest.StartCluster(t, 3).Client(), 10)
}

func TestSentinelKeepsTheContract(t *testing.T) {
	t.Parallel()
	conform(t, redistest.StartSentinel(t).Client(), 10)
}

// conform runs the suite on a server of its own, where a namespace makes an empty store.
func conform(t *testing.T, client redis.UniversalClient, sequences int) {
	conformWith(t, client, sequences, Options{})
}

func conformWith(t *testing.T, client redis.UniversalClient, sequences int, o Options) {
	var n atomic.Int64
	storetest.Run(t, func(t *testing.T) session.Store {
		o := o
		o.Namespace, o.Logger = fmt.Sprint("s", n.Add(1)), quiet
		s, err := New(context.Background(), client, &o)
		require.NoError(t, err)
		return s
	}, &storetest.Options{Sequences: sequences})
}
