package main

import (
	"context"
	"net"
	"time"
)

// splitLag is min-replicas-max-lag of the old master, in seconds, and splitWrites for how long it takes writes after
// it was cut off, at most: replicas confirm once a second, it counts whole seconds, and it looks once a second. One
// more is for a machine that stands still.
const (
	splitLag    = "2"
	splitWrites = 5 * time.Second
)

// splitRow has two masters for 8 s: the old one is cut off from its replica, which takes its place, and one of three
// bots still talks to it. With the setting that redisstore's documentation asks for, it refuses after some
// 4 s. What it took until then is lost when it becomes the replica of the new one. A bot notices it in sessions that are at
// an earlier revision than it knew; where the other bots have taken a session further meanwhile, nobody does.
func splitRow(long bool) trial {
	t := base("split-brain", 30, pick(long, 60, 200), 100, 3)
	t.real()
	t.redis, t.split, t.allow.rollback, t.quiet = redisPair, true, true, 20*time.Second
	t.redisArgs = append([]string{"--min-replicas-to-write", "1", "--min-replicas-max-lag", splitLag}, syncAtOnce...)
	t.during = func(s *stage) {
		if !s.pause(4 * time.Second) {
			return
		}
		ctx, e := context.Background(), s.redis
		from := time.Now()
		e.lag.set(trouble{hole: true})
		if err := e.replica.Client().Do(ctx, "REPLICAOF", "NO", "ONE").Err(); err != nil {
			s.fail("promote: %v", err)
		}
		e.proxy.retarget(e.replica.Addr()) // two of the three bots follow
		s.pause(8 * time.Second)
		host, port, _ := net.SplitHostPort(e.replica.Addr())
		if err := e.server.Client().ReplicaOf(ctx, host, port).Err(); err != nil {
			s.fail("the old master: %v", err)
		}
		e.lag.close()
		e.stale.retarget(e.replica.Addr())
		s.forget(from.Add(-replicated), from.Add(splitWrites))
		s.note("two masters for %s", short(time.Since(from)))
	}
	return t
}
