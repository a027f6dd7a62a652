package redisstore

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// earlier is a store with what a build wrote before sessions had accounts: one session with its mailbox and its
// place in the index (see storedValue), and two of its dead letters.
type earlier struct {
	*Store
	t     *testing.T
	id    string // as it is now
	hash  string // as it was
	clock *clock
}

func newEarlier(t *testing.T) *earlier {
	t.Helper()
	ctx, client := t.Context(), redistest.Start(t)
	s := newStore(t, client, nil)
	h := s.at(sessionID(1))
	e := &earlier{Store: s, t: t, id: sessionID(1), hash: h.hash, clock: newClock(t, client, s)}
	e.clock.advance(time.Until(storedAt.Add(time.Minute)))
	require.NoError(t, client.Set(ctx, h.prefix+h.hash, storedValue, time.Hour).Err())
	require.NoError(t, client.ZAdd(ctx, h.prefix+"q:"+h.hash, redis.Z{
		Score: float64(base.UnixMilli() + 3), Member: storedMail,
	}).Err())
	require.NoError(t, client.ZAdd(ctx, h.prefix+"w", redis.Z{Score: float64(storedAt.UnixMilli()), Member: h.hash}).Err())
	require.NoError(t, client.XAdd(ctx, &redis.XAddArgs{Stream: h.prefix + "dl", ID: "1795704400000-0", Values: []any{
		"sid", h.hash, "id", "e0", "time", "1900000000000", "accepted", "1795704534758", "attempts", "5", "why", "panic",
		"message", "message of e0", "body", "body of e0",
	}}).Err())
	require.NoError(t, client.XAdd(ctx, &redis.XAddArgs{Stream: h.prefix + "dl", ID: "1795704400001-0", Values: []any{
		"sid", h.hash, "seq", "257", "why", "blocked", "body", "o",
	}}).Err())
	return e
}

func (e *earlier) due(accounts ...string) []string {
	e.t.Helper()
	ids, _, err := e.Due(e.t.Context(), accounts, 10, 0)
	require.NoError(e.t, err)
	return ids
}

// now is the store's clock.
func (e *earlier) now() time.Time {
	return mustBegin(e.t, e.Store, &session.BeginRequest{ID: sessionID(2), Token: token(1)}).Now
}

// turns runs all turns of the session, by that id, and returns their events. The last commit leaves a timer.
func (e *earlier) turns(id string, timer time.Time) (events []string) {
	e.t.Helper()
	b := mustBegin(e.t, e.Store, &session.BeginRequest{ID: id, Token: token(9)})
	require.Equal(e.t, session.Run, b.Status)
	for b.Event.ID != "" {
		events = append(events, b.Event.ID)
		c := mustCommit(e.t, e.Store, &session.CommitRequest{
			ID: id, Token: token(9), Rev: b.Rev, EventID: b.Event.ID, Due: timer, Done: session.MakeSeq(9, 9),
		})
		b.Rev, b.Event = c.Rev, c.Next
	}
	return events
}

// Whoever asks is told of the session by its hash, and takes it over: its events, its outputs, its timers.
func TestSessionOfAnEarlierBuildIsSwept(t *testing.T) {
	t.Parallel()
	e := newEarlier(t)
	require.Equal(t, []string{e.hash}, e.due(testAccount))
	require.Equal(t, []string{e.hash}, e.due("other"))
	require.Empty(t, e.due(), "nobody serves nothing")
	require.Equal(t, []string{"e2", "e3"}, e.turns(e.hash, e.now().Add(2*time.Hour)))
	require.Empty(t, e.due(testAccount))
	e.clock.advance(2 * time.Hour)
	require.Equal(t, []string{e.hash}, e.due(testAccount), "its timer")
	b := mustBegin(t, e.Store, &session.BeginRequest{ID: e.hash, Token: token(9)})
	require.Equal(t, session.Run, b.Status)
	mustCommit(t, e.Store, &session.CommitRequest{ID: e.hash, Token: token(9), Rev: b.Rev})
	require.Zero(t, e.watched(t, e.hash), "it has ended")
	require.Zero(t, e.bound(t, e.id), "it never had a bound")
	require.Zero(t, e.watched(t, e.id))
}

// An event comes by the id of now. The session goes on, and the index of the account has it from then on: what is
// left in the old index is found once, and goes.
func TestSessionOfAnEarlierBuildGoesOnByItsID(t *testing.T) {
	t.Parallel()
	e := newEarlier(t)
	b := mustBegin(t, e.Store, &session.BeginRequest{ID: e.id, Token: token(8), Event: event("e9", 9), Hold: true})
	require.Equal(t, session.Queued, b.Status)
	snap, err := e.Inspect(t.Context(), e.id)
	require.NoError(t, err)
	require.Len(t, snap.Events, 3)
	require.Equal(t, []string{"e2", "e3", "e9"}, e.turns(e.id, e.now().Add(time.Hour)))
	require.Equal(t, []string{e.hash}, e.due(testAccount))
	require.Equal(t, session.Idle, mustBegin(t, e.Store, &session.BeginRequest{ID: e.hash, Token: token(7)}).Status)
	require.Zero(t, e.watched(t, e.hash))
	e.clock.advance(time.Hour)
	require.Empty(t, e.due("other"))
	require.Equal(t, []string{e.id}, e.due(testAccount), "its timer")
}

// A session that is in both indexes is listed once.
func TestSessionInBothIndexesIsListedOnce(t *testing.T) {
	t.Parallel()
	e := newEarlier(t)
	e.turns(e.id, e.now().Add(-time.Second))
	require.Positive(t, e.watched(t, e.hash))
	require.Equal(t, []string{e.id}, e.due(testAccount))
	require.Equal(t, []string{e.hash}, e.due("other"))
}

// A turn of such a session is not lost, if the process dies in it, though its timer is far away.
func TestSessionOfAnEarlierBuildIsTakenOver(t *testing.T) {
	t.Parallel()
	e := newEarlier(t)
	e.turns(e.hash, e.now().Add(time.Hour))
	mustBegin(t, e.Store, &session.BeginRequest{ID: e.id, Token: token(8), Event: event("e9", 9)})
	require.Empty(t, e.due(testAccount))
	e.clock.advance(session.DefaultLease)
	require.Equal(t, []string{e.id}, e.due(testAccount))
	// And the other way round: another process knows it by its hash.
	e.turns(e.id, e.now().Add(time.Hour))
	mustBegin(t, e.Store, &session.BeginRequest{ID: e.hash, Token: token(8), Event: event("e10", 10)})
	e.clock.advance(session.DefaultLease)
	require.Equal(t, []string{e.hash}, e.due(testAccount))
}

// Its dead letters are listed behind those of the account, replayed and deleted.
func TestDeadLettersOfAnEarlierBuild(t *testing.T) {
	t.Parallel()
	e := newEarlier(t)
	ctx := t.Context()
	require.Equal(t, []string{"e2", "e3"}, e.turns(e.id, time.Time{}))
	setAside(t, e.Store, e.id, event("new", 9), token(5))
	for _, limit := range []int{1, 2, 10} {
		var all []session.DeadLetter
		for from, more := "", true; more; more = from != "" {
			some, next, err := e.DeadLetters(ctx, ours, from, limit)
			require.NoError(t, err)
			all, from = append(all, some...), next
		}
		require.Len(t, all, 3)
		require.Equal(t, []string{e.id, e.hash, e.hash}, []string{all[0].Session, all[1].Session, all[2].Session})
		require.Equal(t, "e0", all[1].Event.ID)
		require.Equal(t, 5, all[1].Attempts)
		require.Equal(t, "body of e0", string(all[1].Event.Body))
		require.Equal(t, session.Output{Seq: session.MakeSeq(1, 1), Body: []byte("o")}, all[2].Output)
	}
	all, _, err := e.DeadLetters(ctx, []string{"other"}, "", 10)
	require.NoError(t, err)
	require.Len(t, all, 2, "nobody knows whose they are")
	require.NoError(t, e.DeleteDeadLetter(ctx, all[1].ID))
	require.NoError(t, e.Replay(ctx, all[0].ID))
	require.Equal(t, []string{e.hash}, e.due("other"))
	b := mustBegin(t, e.Store, &session.BeginRequest{ID: e.hash, Token: token(9)})
	require.Equal(t, "e0#r17957044000000", b.Event.ID)
	require.Equal(t, "body of e0", string(b.Event.Body))
	all, _, err = e.DeadLetters(ctx, ours, "", 10)
	require.NoError(t, err)
	require.Len(t, all, 1)
}

// Forget and Unsend find what was left before sessions had accounts.
func TestForgetWhatAnEarlierBuildLeft(t *testing.T) {
	t.Parallel()
	e := newEarlier(t)
	letters := func() int {
		all, _, err := e.DeadLetters(t.Context(), ours, "", 10)
		require.NoError(t, err)
		return len(all)
	}
	require.Equal(t, 2, letters())
	require.NoError(t, e.Unsend(t.Context(), e.id, "message of e0"))
	require.Equal(t, 1, letters())
	mustForget(t, e.Store, e.id)
	require.Zero(t, letters())
	require.Equal(t, shape{Rev: 1, Forgot: true}, shapeOf(t, e.value(t, e.id)))
	require.Equal(t, []string{e.hash}, e.due("other"), "its entry in the old index")
	require.Equal(t, session.Idle, mustBegin(t, e.Store, &session.BeginRequest{ID: e.hash, Token: token(6)}).Status)
	require.Empty(t, e.due("other"))
}
