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
		id, p := sessionID(int(n.Add(1))), &s.parts[0]
		keys := []string{p.prefix + id, p.watch, p.prefix + "q:" + id, p.dead}
		defer client.Del(ctx, keys...)
		setAside(t, s, id, event("e0", 0), token(7))
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1), Lease: time.Hour})
		mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Event: event("e2", 2)})
		sc := s.scripts.all()[int(which)%len(s.scripts.all())]
		keys = keysOf(sc.name, keys)
		before := dump(client, p, id)
		err := client.EvalSha(ctx, sc.sha, keys, a, b, c, d, e).Err()
		if err != nil && err != redis.Nil {
			require.Equal(t, before, dump(client, p, id), "%s: %v", sc.name, err)
		}
	})
}

// keysOf returns what the script takes of session, watch index, mailbox and letters.
func keysOf(script string, all []string) []string {
	switch script {
	case "begin":
		return all[:3]
	case "release", "extend", "ack":
		return all[:2]
	case "discard":
		return []string{all[0], all[1], all[3]}
	case "due", "check":
		return all[1:2]
	case "letters", "purge":
		return all[3:]
	default:
		return all
	}
}

// dump returns all that is stored of a session, and the letters.
func dump(c *redis.Client, p *partition, id string) []any {
	ctx := context.Background()
	return []any{
		c.Get(ctx, p.prefix+id).Val(), c.ZScore(ctx, p.watch, id).Val(),
		c.ZRangeWithScores(ctx, p.prefix+"q:"+id, 0, -1).Val(), c.XRange(ctx, p.dead, "-", "+").Val(),
	}
}
