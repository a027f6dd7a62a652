package redisstore

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// A letter may be replayed while Unsend is on its way to it.
func TestUnsendMeetsAReplay(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server := redistest.StartServer(t, nil)
	client := server.Client()
	s := newStore(t, client, &Options{Namespace: "x"})
	other := newStore(t, server.Client(), &Options{Namespace: "x"})
	id, e := sessionID(1), event("e1", 1)
	setAside(t, s, id, e, token(1))
	letters, _, err := s.DeadLetters(ctx, ours, "", 1)
	require.NoError(t, err)
	client.AddHook(&beforePurge{sha: s.scripts.purge.sha, do: func() {
		require.NoError(t, other.Replay(ctx, letters[0].ID))
	}})
	require.NoError(t, s.Unsend(ctx, id, e.MessageID))
	b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2)})
	require.Equal(t, session.Run, b.Status)
	require.Equal(t, e.MessageID, b.Event.MessageID)
	require.Empty(t, b.Event.Body)
}

// A mailbox expires, also when the only event in it was unsent.
func TestUnsentMailboxExpires(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t, redistest.Start(t), nil)
	id, e := sessionID(1), event("e2", 2)
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Event: e})
	require.NoError(t, s.Unsend(ctx, id, e.MessageID))
	ttl, err := s.client.TTL(ctx, s.at(id).mailbox).Result()
	require.NoError(t, err)
	require.Greater(t, ttl, 24*time.Hour)
}

// beforePurge does something before the first call of the purge script.
type beforePurge struct {
	sha  string
	do   func()
	once sync.Once
}

func (b *beforePurge) DialHook(next redis.DialHook) redis.DialHook { return next }
func (b *beforePurge) ProcessPipelineHook(n redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return n
}
func (b *beforePurge) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if args := cmd.Args(); len(args) > 1 {
			if sha, ok := args[1].(*string); ok && *sha == b.sha {
				b.once.Do(b.do)
			}
		}
		return next(ctx, cmd)
	}
}
