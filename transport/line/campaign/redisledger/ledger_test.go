package redisledger

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
)

func newLedger(t *testing.T, c redis.UniversalClient, o Options) *Ledger {
	t.Helper()
	if o.Namespace == "" {
		o.Namespace = redistest.Namespace(t, c)
	}
	if o.Lease == 0 {
		o.Lease = time.Second
	}
	l, err := New(t.Context(), c, &o)
	require.NoError(t, err)
	return l
}

func open(t *testing.T, l *Ledger) (*log, []string) {
	t.Helper()
	opened, err := l.Open(t.Context(), "spring")
	require.NoError(t, err)
	t.Cleanup(func() { _ = opened.Close() })
	var records []string
	require.NoError(t, opened.Read(t.Context(), func(b []byte) error {
		records = append(records, string(b))
		return nil
	}))
	return opened.(*log), records
}

func TestLedgerKeepsRecords(t *testing.T) {
	c := redistest.Start(t)
	l := newLedger(t, c, Options{Keep: 72 * time.Hour})
	g, records := open(t, l)
	require.Empty(t, records)
	var want []string
	for i := range 2*readRecords + 3 {
		want = append(want, strings.Repeat("x", i))
		require.NoError(t, g.Append(t.Context(), []byte(want[i]), false))
	}
	require.NoError(t, g.Close())
	require.Zero(t, c.Exists(t.Context(), g.lease).Val())
	require.InDelta(t, 72*time.Hour, c.PTTL(t.Context(), g.key).Val(), float64(time.Minute))
	require.Equal(t, "kaiwa:"+l.opt.Namespace+":campaign:{spring}:log", g.key)
	g, records = open(t, l)
	require.Equal(t, want, records)
	stop := errors.New("enough")
	require.ErrorIs(t, (&log{ledger: l, key: g.key}).Read(t.Context(), func([]byte) error { return stop }), stop)
}

func TestLedgerIsOneProcessAtATime(t *testing.T) {
	c := redistest.Start(t)
	l := newLedger(t, c, Options{})
	g, _ := open(t, l)
	_, err := l.Open(t.Context(), "spring")
	require.ErrorIs(t, err, campaign.ErrBusy, "a lease that is renewed does not run out")
	other, err := l.Open(t.Context(), "autumn")
	require.NoError(t, err)
	require.NoError(t, other.Close())
	require.NoError(t, g.Append(t.Context(), []byte("one"), false))

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = l.Open(ctx, "spring")
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// stall makes a log one of a process that stands still and does not renew its lease.
func stall(t *testing.T, c *redis.Client, g *log) {
	t.Helper()
	g.stop()
	g.done.Wait()
	require.NoError(t, c.Del(t.Context(), g.lease).Err()) // in time it would run out
}

func TestLedgerFencesOffWhoWasLate(t *testing.T) {
	c := redistest.Start(t)
	l := newLedger(t, c, Options{})
	late, _ := open(t, l)
	require.NoError(t, late.Append(t.Context(), []byte("one"), false))
	stall(t, c, late)

	// Nobody came in the meantime: it may go on.
	require.NoError(t, late.Append(t.Context(), []byte("two"), false))
	stall(t, c, late)

	next, records := open(t, l)
	require.Equal(t, []string{"one", "two"}, records)
	require.ErrorIs(t, late.Append(t.Context(), []byte("three"), false), campaign.ErrLost)
	require.NoError(t, late.Close())
	require.Equal(t, next.token, c.Get(t.Context(), next.lease).Val(), "the late one did not drop another's lease")
	require.NoError(t, next.Append(t.Context(), []byte("four"), false))
	require.NoError(t, next.Close())
	require.ErrorIs(t, late.Append(t.Context(), []byte("three"), false), campaign.ErrLost, "though nobody has the lease")
	_, records = open(t, l)
	require.Equal(t, []string{"one", "two", "four"}, records)
}

func TestLedgerOfADeadProcess(t *testing.T) {
	c := redistest.Start(t)
	l := newLedger(t, c, Options{})
	g, _ := open(t, l)
	require.NoError(t, g.Append(t.Context(), []byte("one"), false))
	g.stop()
	g.done.Wait()
	_, records := open(t, l) // waits until the lease has run out
	require.Equal(t, []string{"one"}, records)
}

// An answer that is lost makes the client repeat the append: it happens once.
func TestLedgerAppendsOnceThoughRepeated(t *testing.T) {
	c := redistest.Start(t)
	var lose atomic.Bool
	lossy := redis.NewClient(&redis.Options{Addr: c.Options().Addr, Dialer: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		return &lossyConn{conn, &lose}, err
	}})
	t.Cleanup(func() { _ = lossy.Close() })
	l := newLedger(t, lossy, Options{Lease: 30 * time.Second})
	g, _ := open(t, l)
	require.NoError(t, g.Append(t.Context(), []byte("one"), false))
	lose.Store(true)
	require.NoError(t, g.Append(t.Context(), []byte("two"), false))
	require.False(t, lose.Load(), "an answer was lost")
	require.Equal(t, []string{"one", "two"}, c.LRange(t.Context(), g.key, 0, -1).Val())
}

// lossyConn loses the next answer.
type lossyConn struct {
	net.Conn
	lose *atomic.Bool
}

func (c *lossyConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == nil && c.lose.CompareAndSwap(true, false) {
		_ = c.Close()
		return 0, net.ErrClosed
	}
	return n, err
}

func TestLedgerIsBounded(t *testing.T) {
	c := redistest.Start(t)
	l := newLedger(t, c, Options{MaxBytes: 10})
	g, _ := open(t, l)
	require.NoError(t, g.Append(t.Context(), []byte("12345678"), false))
	require.ErrorIs(t, g.Append(t.Context(), []byte("123"), false), errFull)
	require.NoError(t, g.Append(t.Context(), []byte("90"), false))
	require.NoError(t, g.Append(t.Context(), []byte("what became of it"), true), "an outcome always fits")
	require.ErrorIs(t, g.Append(t.Context(), []byte("1"), false), errFull)
	require.NoError(t, g.Close())
	g, records := open(t, l)
	require.Equal(t, []string{"12345678", "90", "what became of it"}, records)
	require.ErrorIs(t, g.Append(t.Context(), []byte("1"), false), errFull, "what was read counts")
}

func TestLedgerWithoutRedis(t *testing.T) {
	server := redistest.StartServer(t, nil)
	c := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { _ = c.Close() })
	l := newLedger(t, c, Options{Namespace: "ns"})
	g, _ := open(t, l)
	// What Redis says may quote what was sent.
	require.NoError(t, c.Set(t.Context(), g.key, "a string", 0).Err())
	require.ErrorContains(t, g.Read(t.Context(), nil), "redisledger: read: redis answered WRONGTYPE")
	require.ErrorContains(t, g.Append(t.Context(), []byte("secret"), false), "redisledger: script: redis answered ")
	server.Kill()
	err := g.Append(t.Context(), []byte("secret"), false)
	require.ErrorContains(t, err, "redisledger: script: ")
	require.NotContains(t, err.Error(), "secret")
	require.Error(t, g.Close())
	_, err = l.Open(t.Context(), "spring")
	require.Error(t, err)
	_, err = New(t.Context(), c, nil)
	require.ErrorContains(t, err, "redisledger: info: ")
}

func TestNewRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"namespace", Options{Namespace: "a b"}, "Namespace"},
		{"keep", Options{Keep: time.Hour}, "Keep is under two days"},
		{"lease", Options{Lease: time.Millisecond}, "Lease is under a second"},
		{"size", Options{MaxBytes: -1}, "MaxBytes is negative"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(t.Context(), nil, &tt.o)
			require.ErrorContains(t, err, "redisledger: "+tt.want)
		})
	}
	ring := redis.NewRing(&redis.RingOptions{})
	defer ring.Close()
	_, err := New(t.Context(), ring, nil)
	require.ErrorContains(t, err, "client is a *redis.Ring")
	evicts := redistest.StartServer(t, &redistest.Options{Args: []string{"--maxmemory-policy", "volatile-ttl"}})
	_, err = New(t.Context(), evicts.Client(), nil)
	require.ErrorContains(t, err, `maxmemory-policy is "volatile-ttl"`)
}

func TestDefaults(t *testing.T) {
	opt, err := withDefaults(nil)
	require.NoError(t, err)
	require.Equal(t, Options{Keep: 90 * 24 * time.Hour, MaxBytes: 64 << 20, Lease: 30 * time.Second}, opt)
}

func TestLedgerInACluster(t *testing.T) {
	l := newLedger(t, redistest.StartCluster(t, 3).Client(), Options{})
	g, _ := open(t, l)
	require.NoError(t, g.Append(t.Context(), []byte("one"), false))
	require.NoError(t, g.Close())
	_, records := open(t, l)
	require.Equal(t, []string{"one"}, records)
}
