package redisstore

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// waits counts barriers, and answers those that the server does not know.
type waits struct {
	n       int
	aof     []int64
	version string
}

func (w *waits) DialHook(next redis.DialHook) redis.DialHook { return next }

func (w *waits) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if info, ok := cmd.(*redis.StringCmd); ok && cmd.Name() == "info" && w.version != "" {
			real := parseInfo(info.Val())["redis_version"]
			info.SetVal(strings.Replace(info.Val(), "redis_version:"+real, "redis_version:"+w.version, 1))
		}
		return err
	}
}

func (w *waits) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		for _, cmd := range cmds {
			wait, ok := cmd.(*redis.Cmd)
			if !ok || wait.Name() != "wait" && wait.Name() != "waitaof" {
				continue
			}
			w.n++
			if wait.Name() == "waitaof" && w.aof != nil {
				wait.SetErr(nil)
				wait.SetVal([]any{w.aof[0], w.aof[1]})
			}
		}
		return err
	}
}

func TestFsync(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, test := range []struct {
		name, version string
		args          []string
		aof           []int64
		start         string
		unmet         bool
		waits         int
	}{
		{name: "no file", start: "set appendonly yes"},
		{name: "no file, on a new server", version: "7.4.1", start: "set appendonly yes"},
		{name: "a file synced each second", args: []string{"--appendonly", "yes"},
			start: `of Redis 7.2, or appendfsync always: Redis is version "7.0`},
		{name: "a file that is always synced", args: []string{"--appendonly", "yes", "--appendfsync", "always"}},
		{name: "a new server", version: "7.2.0", args: []string{"--appendonly", "yes"}, aof: []int64{1, 0}, waits: 1},
		{name: "a newer server", version: "8.0.0", args: []string{"--appendonly", "yes"}, aof: []int64{1, 0}, waits: 1},
		{name: "a slow disk", version: "7.2.0", args: []string{"--appendonly", "yes"}, aof: []int64{0, 0}, unmet: true, waits: 1},
		{name: "a server that does not know the command", version: "7.2.0", args: []string{"--appendonly", "yes"},
			unmet: true, waits: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client := redistest.StartServer(t, &redistest.Options{Args: test.args}).Client()
			w := &waits{aof: test.aof, version: test.version}
			client.AddHook(w)
			s, err := New(ctx, client, &Options{Fsync: true, Logger: slog.New(slog.DiscardHandler)})
			if test.start != "" {
				require.ErrorContains(t, err, test.start)
				require.ErrorContains(t, err, "redisstore: Options.Fsync needs")
				return
			}
			require.NoError(t, err)
			_, err = s.Begin(ctx, &session.BeginRequest{ID: sessionID(1), Token: token(1), Event: event("e", 1)})
			require.Equal(t, test.unmet, errors.Is(err, session.ErrUnavailable), err)
			require.Equal(t, test.waits, w.n)
		})
	}
}

func TestBarrierIsMet(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		opt    Options
		aof    bool
		answer any
		want   bool
	}{
		{"enough", Options{Replicas: 2}, false, int64(2), true},
		{"too few", Options{Replicas: 2}, false, int64(1), false},
		{"no answer", Options{Replicas: 2}, false, nil, false},
		{"disk", Options{}, true, []any{int64(1), int64(0)}, true},
		{"no disk", Options{Replicas: 1}, true, []any{int64(0), int64(1)}, false},
		{"one of two replicas", Options{Replicas: 2}, true, []any{int64(1), int64(1)}, false},
		{"half an answer", Options{}, true, []any{int64(1)}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := redis.NewCmd(context.Background())
			cmd.SetVal(test.answer)
			require.Equal(t, test.want, makeBarrier(&test.opt, test.aof, nil).met(cmd))
		})
	}
	require.Nil(t, makeBarrier(&Options{}, false, nil))
	require.Equal(t, []any{"waitaof", 1, 2, int64(300)},
		makeBarrier(&Options{Replicas: 2, Fsync: true, Wait: defaultWait}, true, nil).args)
	require.Equal(t, []any{"wait", 2, int64(1)}, makeBarrier(&Options{Replicas: 2, Wait: 1}, false, nil).args,
		"a wait of 0 has no end")
}
