package redisstore

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// shape is what a stored session holds, without the times.
type shape struct {
	Rev                                uint32
	Seen                               int
	State, Head                        string
	Lease, Free, Timer, Floor, Retried bool
	Forgot                             bool
	Tries, Mail                        int
	Owner, Carrier                     string
	Outputs                            []string
}

// shapeOf reads a value as lua/load.lua describes it, independently of the scripts.
func shapeOf(t *testing.T, v string) shape {
	t.Helper()
	var s shape
	if v == "" {
		return s
	}
	a := answer{b: unfolded([]byte(v))}
	version := a.num(1)
	require.Contains(t, []uint64{earlierLayout, layout}, version)
	flags := a.num(1)
	s.Rev = uint32(a.num(4))
	s.Timer = a.num(6) > 0
	s.Floor = a.num(4) > 0
	a.take(3 + 4)
	s.Seen = int(a.num(1))
	s.State = string(a.take(int(a.num(3))))
	a.take(10 * s.Seen)
	if s.Lease = flags&1 != 0; s.Lease {
		s.Free, s.Owner = flags&2 != 0, string(a.take(8))
		a.take(6)
		s.Tries = int(a.num(1))
	}
	if flags&4 != 0 {
		h := answer{b: a.take(int(a.num(3)))}
		h.take(12)
		s.Head = string(h.take(int(h.num(1))))
		h.take(int(h.num(1)))
		s.Head += "=" + string(h.b)
	}
	if flags&8 != 0 {
		s.Mail = int(a.num(1))
	}
	if flags&32 != 0 {
		s.Forgot = a.num(6) > 0
	}
	if flags&16 != 0 {
		a.take(6)
		s.Carrier, s.Retried = string(a.take(8)), a.num(1) == 1
		if version == layout {
			require.EqualValues(t, a.num(3), len(a.b))
		}
		for _, o := range a.outputs() {
			s.Outputs = append(s.Outputs, fmt.Sprint(o.Seq, "=", string(o.Body)))
		}
	}
	require.False(t, a.bad)
	return s
}

func TestIdleSessionIsOneKeyAndOneIndexEntry(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t, redistest.StartServer(t, nil).Client(), &Options{Namespace: "one"})
	id, due := sessionID(1), time.Now().Add(15*time.Minute).Truncate(time.Millisecond)
	b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
	require.EqualValues(t, b.Now.Add(session.DefaultDeliveryLease).UnixMilli(), s.watched(t, id), "no later than outputs of the turn need it")
	require.Equal(t, shape{
		Seen: 1, Head: "e1=body of e1", Lease: true, Tries: 1, Owner: string(tokenBytes(1)),
	}, shapeOf(t, s.value(t, id)))
	mustCommit(t, s, &session.CommitRequest{
		ID: id, Token: token(1), EventID: "e1", State: []byte("state"), Due: due,
	})
	p := s.at(id)
	require.ElementsMatch(t, []string{p.session, p.watch, p.bounds, "kaiwa:one:meta"}, s.client.Keys(ctx, "*").Val())
	require.EqualValues(t, due.UnixMilli(), s.watched(t, id))
	require.Equal(t, shape{Rev: 1, Seen: 1, State: "state", Timer: true}, shapeOf(t, s.value(t, id)))
	require.Len(t, s.value(t, id), 27+10+len("state"))
}

func TestKeysExpire(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, test := range []struct {
		name  string
		r     session.CommitRequest
		timer time.Duration // from now
		ttl   time.Duration
	}{
		{"keep", session.CommitRequest{State: []byte("s"), Keep: 72 * time.Hour}, 0, 72 * time.Hour},
		{"keep that is short", session.CommitRequest{State: []byte("s"), Keep: time.Hour}, 0, keepAtLeast},
		{"ended", session.CommitRequest{Keep: 72 * time.Hour}, 0, keepAtLeast},
		{"ended with outputs", session.CommitRequest{Outputs: [][]byte{[]byte("o")}}, 0, keepAtLeast},
		{"with a timer", session.CommitRequest{}, 100 * time.Hour, 100*time.Hour + keepAtLeast},
		{"with a timer that has passed", session.CommitRequest{}, -100 * time.Hour, keepAtLeast},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, redistest.Start(t), nil)
			id := sessionID(1)
			key := s.at(id).session
			ttl := func() time.Duration { return s.client.PTTL(ctx, key).Val() }
			mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
			require.InDelta(t, 25*time.Hour, ttl(), float64(time.Minute))
			test.r.ID, test.r.Token, test.r.EventID = id, token(1), "e1"
			if test.timer != 0 {
				test.r.Due = time.Now().Add(test.timer)
			}
			mustCommit(t, s, &test.r)
			require.InDelta(t, test.ttl, ttl(), float64(time.Minute))
			// A new turn may lengthen it, by up to an hour, and never shortens it.
			before := ttl()
			mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Event: event("e2", 2)})
			require.InDelta(t, max(before, 25*time.Hour), ttl(), float64(time.Hour+time.Minute))
			require.Greater(t, ttl(), before-time.Minute)
		})
	}
}

func TestMailboxIsAKeyOnlyWhileEventsWait(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t, redistest.Start(t), nil)
	id := sessionID(1)
	box := s.at(id).mailbox
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
	require.Zero(t, s.client.Exists(ctx, box).Val())
	for i, e := range []session.Event{event("b", 3), event("a", 3), event("c", 2)} {
		require.Equal(t, session.Queued,
			mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(byte(2 + i)), Event: e}).Status)
	}
	require.InDelta(t, 25*time.Hour, s.client.PTTL(ctx, box).Val(), float64(time.Minute))
	require.Equal(t, 3, shapeOf(t, s.value(t, id)).Mail)
	order, current := "", "e1"
	for rev := range uint32(4) {
		c := mustCommit(t, s, &session.CommitRequest{
			ID: id, Token: token(1), Rev: rev, EventID: current, State: []byte("s"),
		})
		require.Equal(t, c.Next.ID == "", rev == 3)
		if current = c.Next.ID; current != "" {
			require.Equal(t, "body of "+current, string(c.Next.Body))
			require.WithinDuration(t, c.Now, c.Next.Accepted, time.Minute)
		}
		order += current
	}
	require.Equal(t, "cba", order)
	require.Zero(t, s.client.Exists(ctx, box).Val())
	require.Zero(t, s.watched(t, id))
}

// A mailbox that is gone though the session says otherwise must not stop the session.
func TestMailboxThatWasLost(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t, redistest.Start(t), nil)
	id := sessionID(1)
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1), Hold: true})
	require.NoError(t, s.client.Del(ctx, s.at(id).mailbox).Err())
	require.Equal(t, session.Idle, mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2)}).Status)
	require.Zero(t, s.watched(t, id))
	require.Equal(t, shape{Seen: 1}, shapeOf(t, s.value(t, id)))
	require.Equal(t, session.Duplicate,
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(3), Event: event("e1", 1)}).Status)
}

func TestIndexThatDisagreesIsMended(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t, redistest.Start(t), nil)
	id := sessionID(1)
	for _, have := range []bool{false, true} { // without and with a session
		if have {
			mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
			mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(1), EventID: "e1", State: []byte("s")})
		}
		require.NoError(t, s.client.Do(ctx, "ZADD", s.at(id).watch, 5, s.at(id).hash).Err())
		require.NoError(t, s.client.Do(ctx, "ZADD", s.at(id).bounds, 5, testAccount).Err())
		require.Equal(t, []string{id}, dueIDs(t, s))
		require.Equal(t, session.Idle, mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2)}).Status)
		require.Empty(t, dueIDs(t, s))
	}
	// An index and a bound that were lost are written again.
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(3), Event: event("e2", 1)})
	due := time.Now().Add(time.Second)
	mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(3), Rev: 1, EventID: "e2", Due: due})
	require.NoError(t, s.client.Del(ctx, s.at(id).watch, s.at(id).bounds).Err())
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(4)})
	require.EqualValues(t, due.UnixMilli(), s.watched(t, id))
	require.LessOrEqual(t, s.bound(t, id), s.watched(t, id))
	require.Positive(t, s.bound(t, id))
}

func TestDeadLetters(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t, redistest.Start(t), nil)
	id := sessionID(1)
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
	require.NoError(t, s.Release(ctx, &session.ReleaseRequest{ID: id, Token: token(1), Counted: true}))
	b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2)})
	require.Equal(t, 2, b.Attempt)
	accepted := b.Event.Accepted
	r := &session.CommitRequest{
		ID: id, Token: token(2), EventID: "e1", Dead: "panic" + string(repeat("!", 400)),
		State: []byte("s"), Due: time.UnixMilli(1),
	}
	mustCommit(t, s, r)
	mustCommit(t, s, r) // again: one letter
	b = mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(3)})
	mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(3), Rev: b.Rev, Dead: "timer"})
	letters := s.client.XRange(ctx, s.at(id).dead, "-", "+").Val()
	require.Len(t, letters, 1, "a timer leaves none")
	require.Equal(t, map[string]any{
		"sid": s.at(id).hash, "id": "e1", "attempts": "2", "why": r.Dead[:255], "body": "body of e1", "message": "message of e1",
		"time": fmt.Sprint(base.UnixMilli() + 1), "accepted": fmt.Sprint(accepted.UnixMilli()),
	}, letters[0].Values)
}

func TestSeenEvents(t *testing.T) {
	t.Parallel()
	s := newStore(t, redistest.Start(t), nil)
	id := sessionID(1)
	run := func(i int, want session.Status, redelivered bool, at time.Time) {
		t.Helper()
		b := mustBegin(t, s, &session.BeginRequest{
			ID: id, Token: benchToken(i), Redelivered: redelivered,
			Event: session.Event{ID: fmt.Sprint("e", i), Time: at, Body: []byte("b")},
		})
		require.Equal(t, want, b.Status, i)
		if want == session.Run {
			mustCommit(t, s, &session.CommitRequest{ID: id, Token: benchToken(i), Rev: b.Rev, EventID: b.Event.ID})
		}
	}
	now := time.Now()
	for i := range maxSeen + 2 {
		run(i, session.Run, i < maxSeen, now) // without a floor a redelivery is as good as any
		require.Equal(t, shape{Rev: uint32(i + 1), Seen: min(i+1, maxSeen), Floor: i >= maxSeen},
			shapeOf(t, s.value(t, id)))
	}
	run(maxSeen+1, session.Duplicate, false, now)
	run(2, session.Duplicate, false, now)
	run(0, session.Stale, true, now)                     // forgotten, and so refused
	run(1, session.Run, false, now)                      // forgotten, but not marked: nothing can tell
	run(500, session.Run, true, now.Add(10*time.Second)) // after the floor
}

// Age is kept in units of 4 s, modulo 2^16.
func TestSeenEventsAge(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, test := range []struct {
		name string
		age  time.Duration
		want session.Status
		seen int
	}{
		{"fresh", time.Minute, session.Duplicate, 2},
		{"of nearly a day", 24*time.Hour - time.Minute, session.Duplicate, 2},
		{"of more than a day", 24*time.Hour + time.Minute, session.Stale, 1},
		{"of three days", 72 * time.Hour, session.Stale, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, redistest.Start(t), nil)
			id := sessionID(1)
			key := s.at(id).session
			b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("old", 1)})
			mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(1), EventID: "old"})
			v := []byte(s.value(t, id))
			unit := b.Now.Add(-test.age).UnixMilli() / 4000
			binary.BigEndian.PutUint16(v[27+8:], uint16(unit))
			require.NoError(t, s.client.Set(ctx, key, v, time.Hour).Err())
			// Another event makes it forget what is too old.
			b = mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Event: event("new", 2)})
			mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(2), Rev: b.Rev, EventID: "new"})
			require.Equal(t, test.seen, shapeOf(t, s.value(t, id)).Seen)
			old := event("old", 1)
			old.Time = b.Now.Add(-test.age)
			b = mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(3), Event: old, Redelivered: true})
			require.Equal(t, test.want, b.Status)
		})
	}
}

// The hash of an event is looked for among packed bytes, where it may also be found askew.
func TestSeenEventIsFoundOnlyInItsPlace(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t, redistest.Start(t), nil)
	id := sessionID(1)
	c := newCall()
	packBegin(c, &session.BeginRequest{Event: event("e", 1)})
	hash := string(c.request[c.cuts[0]-14 : c.cuts[0]-6])
	now := make([]byte, 2)
	binary.BigEndian.PutUint16(now, uint16(time.Now().UnixMilli()/4000))
	for _, test := range []struct {
		name, seen string
		want       session.Status
	}{
		{"askew", "12345" + hash + "abcde" + string(now), session.Run},
		{"in parts", hash[4:] + hash[:4] + string(now), session.Run},
		{"askew, then in place", "12345" + hash + "abcde" + string(now) + hash + string(now), session.Duplicate},
		{"in the state alone", "", session.Run},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := len(test.seen) / 10
			v := append([]byte{1, 0, 0, 0, 0, 9}, make([]byte, 17)...)
			v = append(v, byte(n), 0, 0, 8)
			v = append(append(v, hash...), test.seen[:10*n]...)
			require.NoError(t, s.client.Set(ctx, s.at(id).session, v, time.Hour).Err())
			b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e", 1)})
			require.Equal(t, test.want, b.Status)
		})
	}
}

// What an earlier commit of this package stored at storedAt for sessionID(1): the value and one event of the mailbox.
const (
	storedValue = "\x01=\x00\x00\x00\x01\x01ѩJ \x00\x00\x00\x00\x00\bz<\x04\x04\x04\x05\x03\x00\x00\x05state" +
		"\x8b\\\xc4\xdf~\xec}2\x11\xae\xac\x0f\t\xc0\xf8\xbf^z\x11\xae\xce\xf7\xfc\x13\xa3\x81\x80\x93\x11\xae" +
		"\x01\x02\x03\x04\x05\x06\a\x02\x01\xa2\x18Th\xc6\x01" +
		"\x00\x00'\x01\xba`\xd38\x02\x01\xa2\x18TA\xb6\x02e2\rmessage of e2body of e2\x01\x01\xa2\x18TA\xb6" +
		"\x01\xa2\x18TQV\x01\x02\x03\x04\x05\x06\a\x01\x00\x00\x00\x00\x01\x01\x00\x00\x00\x01o"
	storedMail = "e3\x00\x01\xa2\x18TA\xb6\x02e3\rmessage of e3body of e3\x02"
)

var storedAt = time.UnixMilli(1_795_704_504_758)

// A session that an earlier commit of this package stored goes on: a turn runs, an event and an output
// wait, and it was forgotten before.
func TestValueOfAnEarlierCommit(t *testing.T) {
	t.Parallel()
	ctx, client := context.Background(), redistest.Start(t)
	s := newStore(t, client, nil)
	id, p := sessionID(1), s.at(sessionID(1))
	clock := newClock(t, client, s)
	clock.advance(time.Until(storedAt.Add(time.Minute)))
	require.NoError(t, client.Set(ctx, p.session, storedValue, time.Hour).Err())
	require.NoError(t, client.ZAdd(ctx, p.mailbox, redis.Z{
		Score: float64(base.UnixMilli() + 3), Member: storedMail,
	}).Err())
	require.NoError(t, client.ZAdd(ctx, p.watch, redis.Z{Score: float64(storedAt.UnixMilli()), Member: p.hash}).Err())

	status := func(e session.Event) session.Status {
		return mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(8), Event: e, Hold: true}).Status
	}
	require.Equal(t, session.Stale, status(session.Event{ID: "early", Time: storedAt, Body: []byte("b")}))
	require.Equal(t, session.Duplicate, status(event("e1", 1)))
	b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(9)})
	b.Event.Time, b.Event.Accepted = b.Event.Time.UTC(), b.Event.Accepted.UTC()
	require.Equal(t, session.BeginResult{
		Status: session.Run, Now: b.Now, Retried: true, Attempt: 2, Crashed: true, Rev: 1, State: []byte("state"),
		Due:     time.UnixMilli(2_000_000_000_000),
		Outputs: []session.Output{{Seq: session.MakeSeq(1, 1), Body: []byte("o")}},
		Event: session.Event{
			ID: "e2", Time: event("e2", 2).Time.UTC(), Accepted: storedAt.UTC(), MessageID: "message of e2",
			Body: []byte("body of e2"),
		},
	}, b)
	c := mustCommit(t, s, &session.CommitRequest{
		ID: id, Token: token(9), Rev: 1, EventID: "e2", Done: session.MakeSeq(1, 1),
	})
	require.Equal(t, "e3", c.Next.ID)
	require.Equal(t, "body of e3", string(c.Next.Body))
}
