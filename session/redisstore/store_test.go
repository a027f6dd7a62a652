package redisstore

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

func TestRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	client := redistest.Start(t)
	s := newStore(t, client, nil)
	w := newWire(client)
	id := sessionID(1)
	begin := func(r session.BeginRequest) error {
		_, err := s.Begin(ctx, &r)
		return err
	}
	commit := func(r session.CommitRequest) error {
		_, err := s.Commit(ctx, &r)
		return err
	}
	_, ackErr := s.Ack(ctx, &session.AckRequest{ID: "q:", Token: token(9), Done: 1})
	badID := "not the id of a session"
	zero := "the zero token is not valid"
	large := session.ErrTooLarge.Error()
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"begin, id", begin(session.BeginRequest{ID: "q:", Token: token(1)}), badID},
		{"commit, id", commit(session.CommitRequest{ID: "dl", Token: token(1)}), badID},
		{"extend, id", s.Extend(ctx, "dl", token(1), 0), badID},
		{"ack, id", ackErr, badID},
		{"begin, token", begin(session.BeginRequest{ID: id}), zero},
		{"commit, token", commit(session.CommitRequest{ID: id}), zero},
		{"release, token", s.Release(ctx, &session.ReleaseRequest{ID: id}), zero},
		{"event's id", begin(session.BeginRequest{ID: id, Token: token(1), Event: event(strings.Repeat("i", 129), 1)}), large},
		{"event", begin(session.BeginRequest{ID: id, Token: token(1),
			Event: session.Event{ID: "e", Body: make([]byte, session.MaxEvent+1)}}), large},
		{"state", commit(session.CommitRequest{ID: id, Token: token(1), State: make([]byte, session.MaxState+1)}), large},
		{"name of the turn", commit(session.CommitRequest{ID: id, Token: token(1), EventID: strings.Repeat("i", 129)}), large},
		{"outputs", commit(session.CommitRequest{ID: id, Token: token(1),
			Outputs: [][]byte{make([]byte, session.MaxOutput), {1}}}), large},
		{"number of outputs", commit(session.CommitRequest{ID: id, Token: token(1),
			Outputs: make([][]byte, session.MaxOutputs+1)}), session.ErrFull.Error()},
	} {
		t.Run(test.name, func(t *testing.T) { require.ErrorContains(t, test.err, test.want) })
	}
	require.Zero(t, w.single.Load(), "nothing was sent")
}

// The largest of everything passes through the packed value.
func TestLargestSession(t *testing.T) {
	t.Parallel()
	s := newStore(t, redistest.Start(t), &Options{Timeout: time.Minute})
	id := sessionID(1)
	e := session.Event{ID: strings.Repeat("i", session.MaxEventID), Time: base, Body: repeat("b\x00", session.MaxEvent/2)}
	b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: e})
	require.Equal(t, e.Body, b.Event.Body)
	second := e
	second.ID = strings.Repeat("j", session.MaxEventID)
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Event: second})
	outputs := make([][]byte, session.MaxOutputs)
	for i := range outputs {
		outputs[i] = repeat("o", session.MaxOutput/session.MaxOutputs)
	}
	state := repeat("\x00s", session.MaxState/2)
	c := mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(1), EventID: e.ID, State: state, Outputs: outputs})
	require.True(t, c.MayDeliver)
	require.Equal(t, second.ID, c.Next.ID)
	require.Equal(t, e.Body, c.Next.Body)
	b = mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1)}) // the same lease
	require.Equal(t, state, b.State)
	outs, err := s.Ack(context.Background(), &session.AckRequest{ID: id, Token: token(1), Done: session.MakeSeq(1, 1)})
	require.NoError(t, err)
	require.Len(t, outs.Outputs, session.MaxOutputs-1)
	require.Equal(t, session.MakeSeq(1, 2), outs.Outputs[0].Seq)
	require.Equal(t, outputs[1], outs.Outputs[0].Body)
}

// Many processes and many sessions: every event is run once, and its session's turns one at a time.
func TestEveryEventRunsOnce(t *testing.T) {
	t.Parallel()
	const workers, sessions, events = 8, 200, 4
	client := redistest.Start(t)
	ns := redistest.Namespace(t, client)
	var mu sync.Mutex
	ran, running := make(map[string]int), make(map[string]bool)
	enter := func(id, e string) {
		mu.Lock()
		defer mu.Unlock()
		if running[id] {
			t.Errorf("two turns of a session at once")
		}
		running[id] = true
		ran[id+e]++
	}
	leave := func(id string) {
		mu.Lock()
		defer mu.Unlock()
		running[id] = false
	}
	var wg sync.WaitGroup
	for w := range workers {
		s := newStore(t, client, &Options{Namespace: ns, Timeout: time.Minute})
		wg.Go(func() {
			for n := range events * sessions {
				i, e := (n+25*w)%sessions, n/sessions
				id, tok := sessionID(i), benchToken(n*workers+w)
				b, err := s.Begin(context.Background(), &session.BeginRequest{
					ID: id, Token: tok, Lease: time.Hour, Event: event(fmt.Sprint("e", e), e),
				})
				for err == nil && b.Status == session.Run {
					enter(id, b.Event.ID)
					leave(id)
					var c session.CommitResult
					c, err = s.Commit(context.Background(), &session.CommitRequest{
						ID: id, Token: tok, Rev: b.Rev, EventID: b.Event.ID, State: []byte("s"),
					})
					if b.Rev, b.Event = c.Rev, c.Next; c.Next.ID == "" {
						break
					}
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.Len(t, ran, sessions*events)
	for key, n := range ran {
		require.Equal(t, 1, n, key)
	}
	s := newStore(t, client, &Options{Namespace: ns})
	require.Empty(t, dueIDs(t, s))
	for i := range sessions {
		require.Equal(t, shape{Rev: events, Seen: events, State: "s"}, shapeOf(t, s.value(t, sessionID(i))))
	}
}

func TestDueIsFairAndBounded(t *testing.T) {
	t.Parallel()
	dueIsFair(t, redistest.Start(t))
}

func dueIsFair(t *testing.T, client redis.UniversalClient) {
	ctx, s := context.Background(), newStore(t, client, nil)
	for i := range 20 {
		id := sessionID(i)
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e", 1)})
		mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(1), EventID: "e", Due: time.UnixMilli(int64(1000 - i))})
	}
	ids, wait, err := s.Due(ctx, ours, 5, 0)
	require.NoError(t, err)
	require.Zero(t, wait, "more is due")
	require.Equal(t, []string{sessionID(19), sessionID(18), sessionID(17), sessionID(16), sessionID(15)}, ids)
	ids, wait, err = s.Due(ctx, ours, 21, 0)
	require.NoError(t, err)
	require.Len(t, ids, 20)
	require.Equal(t, dueLeast, wait)
	ids, wait, err = s.Due(ctx, ours, 0, 0)
	require.NoError(t, err)
	require.Empty(t, ids)
	require.Positive(t, wait)
}
