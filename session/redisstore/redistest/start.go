package redistest

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Start returns a client of the server at REDIS_ADDR or, if that is not set, of a new one. The
// client is closed when the test ends.
func Start(t testing.TB) *redis.Client {
	t.Helper()
	if addr := os.Getenv("REDIS_ADDR"); addr != "" {
		return newClient(t, addr)
	}
	return StartServer(t, nil).Client()
}

// Namespace returns a name that no other test has. When the test ends, all keys that contain it
// are deleted.
func Namespace(t testing.TB, c redis.UniversalClient) string {
	t.Helper()
	ns := "t" + strings.ToLower(rand.Text()[:12])
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if cluster, ok := c.(*redis.ClusterClient); ok {
			_ = cluster.ForEachMaster(ctx, func(ctx context.Context, m *redis.Client) error {
				return deleteKeys(ctx, m, ns)
			})
			return
		}
		if single, ok := c.(*redis.Client); ok {
			_ = deleteKeys(ctx, single, ns) // the server may be gone by now
		}
	})
	return ns
}

// deleteKeys deletes the keys of one server whose names contain part.
func deleteKeys(ctx context.Context, c *redis.Client, part string) error {
	keys, pipe := c.Scan(ctx, 0, "*"+part+"*", 1000).Iterator(), c.Pipeline()
	for keys.Next(ctx) {
		pipe.Unlink(ctx, keys.Val()) // one by one: those of a Cluster are in different slots
	}
	_, err := pipe.Exec(ctx)
	return errors.Join(err, keys.Err())
}

// newClient returns a client that is closed when the test ends.
func newClient(t testing.TB, addr string) *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// await calls ok until it is true, and fails the test if that takes longer than 20 s. It is for what
// another process does, such as a server that starts, where a test has no clock of its own.
func await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(20 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("redistest: waited 20 s for %s", what)
		}
	}
}
