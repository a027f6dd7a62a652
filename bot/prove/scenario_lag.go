package main

import (
	"context"
	"net"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// startReplica gives the server a replica, behind a proxy of its own.
func (e *engine) startReplica(h *host, seed uint64) {
	lag, err := startProxy(e.server.Addr(), seed)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(lag.close)
	e.lag, e.replica = lag, redistest.StartServer(h, &redistest.Options{})
	ctx := context.Background()
	at, port, _ := net.SplitHostPort(lag.addr())
	if err := e.replica.Client().Do(ctx, "REPLICAOF", at, port).Err(); err != nil {
		h.Fatal("prove: replica: ", err)
	}
	master := e.server.Client()
	if err := await(ctx, 20*time.Second, func() bool {
		return strings.Contains(master.Info(ctx, "replication").Val(), "state=online")
	}); err != nil {
		h.Fatal("prove: replica: ", err)
	}
}

// lagRow has a replica that is behind take the place of its master: what the master had
// acknowledged meanwhile is gone. It is counted.
func lagRow(long bool) trial {
	t := base("replica-lag/master", 30, pick(long, 30, 60), 100, 3)
	t.redis, t.allow.rollback = redisPair, true
	const behind = 1500 * time.Millisecond
	t.during = func(s *stage) {
		if !s.pause(3 * time.Second) {
			return
		}
		s.redis.lag.set(trouble{hole: true})
		s.pause(behind)
		s.redis.server.Kill()
		s.redis.lag.close()
		if err := s.redis.replica.Client().Do(context.Background(), "REPLICAOF", "NO", "ONE").Err(); err != nil {
			s.fail("promote: %v", err)
		}
		s.redis.proxy.retarget(s.redis.replica.Addr())
		s.note("a replica %s behind took the master's place", behind)
	}
	return t
}
