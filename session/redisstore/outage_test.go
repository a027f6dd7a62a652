package redisstore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// A full Redis refuses new events and lets all that was accepted come to its end.
func TestFullRedis(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	client := redistest.StartServer(t, nil).Client()
	s := newStore(t, client, nil)
	id := sessionID(1)
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Event: event("e2", 2)})
	require.NoError(t, client.ConfigSet(ctx, "maxmemory", "1mb").Err())
	_, err := s.Begin(ctx, &session.BeginRequest{ID: id, Token: token(3), Event: event("secret", 3)})
	require.ErrorIs(t, err, session.ErrUnavailable)
	require.EqualError(t, err, "redisstore: begin: session: store unavailable: redis answered OOM")

	require.NoError(t, s.Extend(ctx, id, token(1), time.Minute))
	c := mustCommit(t, s, &session.CommitRequest{
		ID: id, Token: token(1), EventID: "e1", State: []byte("s"), Outputs: [][]byte{[]byte("o")}, Dead: "why",
	})
	require.Equal(t, "e2", c.Next.ID)
	outs, err := s.Ack(ctx, &session.AckRequest{ID: id, Token: token(9), Done: session.MakeSeq(1, 1), DeliveryLease: time.Minute})
	require.NoError(t, err)
	require.Empty(t, outs)
	require.NoError(t, s.Release(ctx, &session.ReleaseRequest{ID: id, Token: token(1)}))
	require.Equal(t, []string{id}, dueIDs(t, s))
}

// Scripts may be flushed at any time, by an operator or a failover.
func TestScriptsThatWereFlushed(t *testing.T) {
	t.Parallel()
	scriptsFlushed(t, redistest.StartServer(t, nil).Client())
}

func scriptsFlushed(t *testing.T, client redis.UniversalClient) {
	ctx := context.Background()
	s := newStore(t, client, nil)
	flush := func() {
		require.NoError(t, s.eachMaster(ctx, func(ctx context.Context, m *redis.Client) error {
			return m.ScriptFlush(ctx).Err()
		}))
	}
	for i := range 5 {
		flush()
		benchTurn(t, s, i, []byte("s"))
		flush()
		_, _, err := s.Due(ctx, ours, 10, 0)
		require.NoError(t, err)
	}
	flush()
	fanOutN(32, 200, func(i int) {
		if i%50 == 0 {
			flush()
		}
		benchTurn(t, s, 100+i, []byte("s"))
	})
	for i := 101; i <= 300; i++ {
		require.EqualValues(t, 1, shapeOf(t, s.value(t, sessionID(i))).Rev)
	}
}

func TestServerThatComesBack(t *testing.T) {
	t.Parallel()
	server := redistest.StartServer(t, &redistest.Options{AOF: true})
	s := newStore(t, noRetries(t, server), &Options{Namespace: "x"})
	r := &session.BeginRequest{ID: sessionID(1), Token: token(1), Event: event("secret", 1)}
	mustBegin(t, s, r)
	server.Kill()
	_, err := s.Begin(context.Background(), r)
	require.ErrorIs(t, err, session.ErrUnavailable)
	require.NotContains(t, err.Error(), "secret")
	require.ErrorIs(t, s.Extend(context.Background(), r.ID, r.Token, time.Minute), session.ErrUnavailable)
	_, err = s.Ack(context.Background(), &session.AckRequest{ID: r.ID, Token: token(9), Done: 1, DeliveryLease: time.Minute})
	require.ErrorIs(t, err, session.ErrUnavailable)
	_, err = s.Commit(context.Background(), &session.CommitRequest{ID: r.ID, Token: r.Token})
	require.ErrorIs(t, err, session.ErrUnavailable)
	server.Restart()
	require.Eventually(t, func() bool {
		b, err := s.Begin(context.Background(), r)
		return err == nil && b.Status == session.Run && b.Attempt == 1
	}, time.Minute, time.Millisecond)
}

// The timeout holds though the client's own are longer, and ignores contexts by default.
func TestServerThatHangs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server := redistest.StartServer(t, nil)
	s := newStore(t, server.Client(), &Options{Namespace: "x", Timeout: 100 * time.Millisecond})
	require.NoError(t, server.Client().Do(ctx, "CLIENT", "PAUSE", 3000, "ALL").Err())
	began := time.Now()
	_, err := s.Begin(ctx, &session.BeginRequest{ID: sessionID(1), Token: token(1)})
	require.ErrorIs(t, err, session.ErrUnavailable)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	_, err = s.Begin(short, &session.BeginRequest{ID: sessionID(1), Token: token(1)})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(began), 2500*time.Millisecond)
}

func TestErrorsKeepTheClassAlone(t *testing.T) {
	t.Parallel()
	answer := func(text string) error { return fmt.Errorf("wrapped: %w", answered(text)) }
	for _, test := range []struct {
		name      string
		err       error
		want      string
		available bool
	}{
		{"OOM", answer("OOM command not allowed. secret"), "session: store unavailable: redis answered OOM", false},
		{"LOADING", answer("LOADING secret"), "session: store unavailable: redis answered LOADING", false},
		{"READONLY", answer("READONLY secret"), "session: store unavailable: redis answered READONLY", false},
		{"CLUSTERDOWN", answer("CLUSTERDOWN"), "session: store unavailable: redis answered CLUSTERDOWN", false},
		{"TRYAGAIN", answer("TRYAGAIN secret"), "session: store unavailable: redis answered TRYAGAIN", false},
		{"clients", answer("ERR max number of clients reached"), "session: store unavailable: too many clients", false},
		{"script", answer("ERR user_script:1: secret"), "redis answered ERR", true},
		{"type", answer("WRONGTYPE secret"), "redis answered WRONGTYPE", true},
		{"network", &net.OpError{Op: "dial", Err: errors.New("refused")}, "session: store unavailable: dial: refused", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := callError("begin", test.err)
			require.EqualError(t, err, "redisstore: begin: "+test.want)
			require.Equal(t, !test.available, errors.Is(err, session.ErrUnavailable))
		})
	}
	require.True(t, isNetwork(&net.OpError{Err: errors.New("x")}))
	require.True(t, isNetwork(context.DeadlineExceeded))
	require.False(t, isNetwork(answer("OOM x")))
	require.False(t, isNetwork(context.Canceled))
	require.False(t, isNetwork(nil))
}

// answered is an error that Redis answered.
type answered string

func (a answered) Error() string { return string(a) }
func (answered) RedisError()     {}
