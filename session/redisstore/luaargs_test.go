package redisstore

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// FuzzLuaArgs calls the scripts with any arguments: one that fails has written nothing, since all
// it may stumble over comes before its first write.
func FuzzLuaArgs(f *testing.F) {
	client := redistest.StartServer(f, nil).Client()
	s := newStore(f, client, &Options{Namespace: "x", Partitions: 1})
	ctx := context.Background()
	for i := range s.scripts.all() {
		f.Add(uint8(i), "", "", "", "", "")
		f.Add(uint8(i), strings.Repeat("\x01", 44), "\x01e", "state", "why", "")
	}
	c := newCall()
	packBegin(c, &session.BeginRequest{Token: token(9), Event: event("e9", 9)})
	f.Add(uint8(0), string(c.request[:c.cuts[0]]), string(c.request[c.cuts[0]:]), "", "", "")
	c = newCall()
	packCommit(c, &session.CommitRequest{
		Token: token(1), Rev: 1, EventID: "e1", Dead: "why", State: []byte("s"), Outputs: [][]byte{[]byte("o")},
	})
	arg := func(i int) string {
		if i == len(c.cuts) {
			return string(c.request[c.cuts[i-1]:])
		}
		from := 0
		if i > 0 {
			from = c.cuts[i-1]
		}
		return string(c.request[from:c.cuts[i]])
	}
	f.Add(uint8(1), arg(0), arg(1), arg(2), arg(3), arg(4))
	f.Add(uint8(1), arg(0), arg(1), arg(2), "", "half an output")
	f.Add(uint8(1), arg(0), strings.Repeat("i", 300), arg(2), "", "")
	f.Add(uint8(1), arg(0), arg(1), arg(2), strings.Repeat("w", 300), arg(4))

	var n atomic.Int64
	f.Fuzz(func(t *testing.T, which uint8, a, b, c, d, e string) {
		id := sessionID(int(n.Add(1)))
		p := s.at(id)
		keys := []string{p.session, p.watch, p.mailbox, p.dead, p.bounds}
		defer client.Del(ctx, keys...)
		setAside(t, s, id, event("e0", 0), token(7))
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1), Lease: time.Hour})
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Event: event("e2", 2)})
		sc := s.scripts.all()[int(which)%len(s.scripts.all())]
		keys = keysOf(sc.name, keys)
		before := dump(client, p)
		args := []any{a, b, c, d, e}
		switch sc.name { // of one session
		case "shortbegin":
			args = args[:2]
		case "shortcommit":
			args = args[:3]
		case "shortack":
			args = args[:1]
		}
		err := client.EvalSha(ctx, sc.sha, keys, args...).Err()
		if err != nil && err != redis.Nil {
			require.Equal(t, before, dump(client, p), "%s: %v", sc.name, err)
		}
	})
}

// keysOf returns what the script takes of session, watch index, mailbox, letters and bounds.
func keysOf(script string, all []string) []string {
	switch script {
	case "begin":
		return []string{all[0], all[1], all[2], all[4]}
	case "shortcommit", "shortack":
		return all[:2]
	case "shortbegin", "release", "extend", "ack":
		return []string{all[0], all[1], all[4]}
	case "discard":
		return []string{all[0], all[1], all[3], all[4]}
	case "due":
		return []string{all[1], all[4]}
	case "bounds":
		return []string{all[4], all[1]}
	case "check":
		return all[1:2]
	case "letters", "purge":
		return all[3:4]
	default:
		return all
	}
}

// dump returns all that is stored of a session, and the letters.
func dump(c *redis.Client, p home) []any {
	ctx := context.Background()
	return []any{
		c.Get(ctx, p.session).Val(), c.ZScore(ctx, p.watch, p.hash).Val(), c.ZScore(ctx, p.bounds, p.account).Val(),
		c.ZRangeWithScores(ctx, p.mailbox, 0, -1).Val(), c.XRange(ctx, p.dead, "-", "+").Val(),
	}
}
