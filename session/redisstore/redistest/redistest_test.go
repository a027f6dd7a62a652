package redistest_test

import (
	"context"
	"flag"
	"fmt"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flowtest/needs"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

func TestStartUsesTheServerThatIsNamed(t *testing.T) {
	s := redistest.StartServer(t, nil)
	t.Setenv("REDIS_ADDR", s.Addr())
	require.Equal(t, s.Addr(), redistest.Start(t).Options().Addr)
	t.Setenv("REDIS_ADDR", "")
	require.NotEqual(t, s.Addr(), redistest.Start(t).Options().Addr)
}

func TestServerSurvivesKill(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		aof  bool
		want int64
	}{
		{"with a file", true, 1},
		{"with nothing kept", false, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			s := redistest.StartServer(t, &redistest.Options{AOF: test.aof})
			c := redis.NewClient(&redis.Options{Addr: s.Addr(), MaxRetries: -1, DialerRetries: 1})
			defer c.Close()
			require.NoError(t, c.Set(ctx, "k", "v", 0).Err())
			s.Kill()
			require.Error(t, c.Ping(ctx).Err())
			s.Restart()
			require.Equal(t, test.want, c.Exists(ctx, "k").Val())
		})
	}
}

func TestServerTakesArguments(t *testing.T) {
	t.Parallel()
	s := redistest.StartServer(t, &redistest.Options{Args: []string{"--maxmemory", "12mb"}})
	got := s.Client().ConfigGet(context.Background(), "maxmemory").Val()
	require.Equal(t, "12582912", got["maxmemory"])
}

func TestClusterHoldsAllSlots(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := redistest.StartCluster(t, 3).Client()
	for i := range 50 {
		require.NoError(t, c.Set(ctx, fmt.Sprint("k", i), i, 0).Err())
	}
	var masters atomic.Int32
	require.NoError(t, c.ForEachMaster(ctx, func(ctx context.Context, m *redis.Client) error {
		masters.Add(1)
		return nil
	}))
	require.EqualValues(t, 3, masters.Load())
}

func TestSentinelFailsOver(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := redistest.StartSentinel(t)
	c := s.Client()
	require.NoError(t, c.Set(ctx, "k", "v", 0).Err())
	require.NoError(t, c.Do(ctx, "WAIT", 1, 5000).Err())
	s.Master.Kill()
	require.Eventually(t, func() bool { return c.Set(ctx, "k2", "v", 0).Err() == nil }, waitFor, tick)
	require.Equal(t, "v", c.Get(ctx, "k").Val())
}

func TestNamespaceIsDeleted(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := redistest.StartServer(t, nil).Client()
	require.NoError(t, c.Set(ctx, "other", 1, 0).Err())
	var ns string
	t.Run("user", func(t *testing.T) {
		ns = redistest.Namespace(t, c)
		require.NoError(t, c.Set(ctx, "kaiwa:"+ns+":x", 1, 0).Err())
		require.NotEqual(t, ns, redistest.Namespace(t, c))
	})
	require.Equal(t, []string{"other"}, c.Keys(ctx, "*").Val())
}

// A testing.TB that records how it was ended.
type fakeTB struct {
	testing.TB
	how string
}

func (f *fakeTB) Helper() {}

func (f *fakeTB) Skip(args ...any) {
	f.how = "skip: " + fmt.Sprint(args...)
	panic(f)
}

func (f *fakeTB) Fatal(args ...any) {
	f.how = "fatal: " + fmt.Sprint(args...)
	panic(f)
}

func TestShortStartsNoServer(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("no redis-server")
	}
	short := flag.Lookup("test.short")
	before := short.Value.String()
	require.NoError(t, short.Value.Set("true"))
	defer short.Value.Set(before)
	for name, start := range map[string]func(testing.TB){
		"server":   func(t testing.TB) { redistest.StartServer(t, nil) },
		"cluster":  func(t testing.TB) { redistest.StartCluster(t, 3) },
		"sentinel": func(t testing.TB) { redistest.StartSentinel(t) },
	} {
		f := &fakeTB{TB: t}
		require.Panics(t, func() { start(f) }, name)
		require.Equal(t, "skip: starts other processes: not with -short", f.how, name)
	}
}

func TestWithoutRedisServer(t *testing.T) {
	needs.Processes(t) // with -short it would be skipped for that
	t.Setenv("PATH", t.TempDir())
	for _, test := range []struct{ name, ci, want string }{
		{"at home", "", "skip"},
		{"in a pipeline", "true", "fatal"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("CI", test.ci)
			f := &fakeTB{TB: t}
			require.Panics(t, func() { redistest.StartServer(f, nil) })
			require.True(t, strings.HasPrefix(f.how, test.want+": needs redis-server"), f.how)
			require.Contains(t, f.how, "apt-get install redis-server")
			require.NotContains(t, f.how, "\n")
		})
	}
}
