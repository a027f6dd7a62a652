package redisstore

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// A session in the middle of a booking, with its idle timer and three events remembered, takes
// at most 400 bytes of Redis, its entry in the index counted.
func TestSessionIsSmall(t *testing.T) {
	t.Parallel()
	const sessions = 2000
	ctx := context.Background()
	client := redistest.StartServer(t, nil).Client()
	s := newStore(t, client, &Options{Partitions: 4, Namespace: "m"})
	before := usedMemory(t, s)
	fanOutN(8, sessions, func(i int) {
		state := bookingState(t, i)
		for n := range 3 {
			e := session.Event{ID: fmt.Sprintf("01HQ%010d%012d", n, i), Time: time.Now(), Body: benchBody}
			tok := benchToken(3*i + n)
			b, err := s.Begin(ctx, &session.BeginRequest{ID: sessionID(i), Token: tok, Event: e})
			if err == nil {
				_, err = s.Commit(ctx, &session.CommitRequest{
					ID: sessionID(i), Token: tok, Rev: b.Rev, EventID: e.ID, State: state,
					Due: b.Now.Add(15 * time.Minute), Done: session.MakeSeq(b.Rev+1, 255),
				})
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
	keys, index := int64(0), int64(0)
	for i := range sessions {
		id := sessionID(i + 1)
		keys += client.MemoryUsage(ctx, s.at(id).session).Val()
	}
	for _, p := range s.parts {
		watch := p.watchOf(testAccount)
		require.Positive(t, client.ZCard(ctx, watch).Val())
		// 0: every entry counts
		index += client.MemoryUsage(ctx, watch, 0).Val() + client.MemoryUsage(ctx, p.bounds, 0).Val()
	}
	state := bookingState(t, 1)
	each := float64(keys+index) / sessions
	t.Logf("state %d B, value %d B; a session takes %.1f B, of which %.1f B in the index; used_memory %.1f B",
		len(state), len(s.value(t, sessionID(1))), each, float64(index)/sessions, (usedMemory(t, s)-before)/sessions)
	require.InDelta(t, 120, len(state), 10)
	require.LessOrEqual(t, len(s.value(t, sessionID(1))), 188)
	require.LessOrEqual(t, each, 400.0)
}

func usedMemory(t *testing.T, s *Store) float64 {
	info, err := s.client.Info(context.Background(), "memory").Result()
	require.NoError(t, err)
	var n float64
	_, err = fmt.Sscan(parseInfo(info)["used_memory"], &n)
	require.NoError(t, err)
	return n
}
