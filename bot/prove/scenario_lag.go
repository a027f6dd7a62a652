package main

import (
	"context"
	"net"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// syncAtOnce has a master begin to fill a replica when it asks, and not 5 s later.
var syncAtOnce = []string{"--repl-diskless-sync-delay", "0"}

// startReplica gives the server a replica, behind a proxy of its own.
func (e *engine) startReplica(h *host, seed uint64) {
	lag, err := startProxy(e.server.Addr(), seed)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(lag.close)
	e.lag, e.replica = lag, redistest.StartServer(h, &redistest.Options{Args: syncAtOnce})
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

// promote has the replica take the place of its master, which dies, and gives it a replica if
// the bots wait for one.
func (s *stage) promote() {
	s.redis.server.Kill()
	s.redis.lag.close()
	if err := s.redis.replica.Client().Do(context.Background(), "REPLICAOF", "NO", "ONE").Err(); err != nil {
		s.fail("promote: %v", err)
	}
	s.redis.proxy.retarget(s.redis.replica.Addr())
	if s.t.replicas > 0 {
		s.redis.replica.StartReplica()
	}
}

// lagRows have a replica that is behind take the place of its master. What the master had
// acknowledged meanwhile is gone, and counted; with Replicas, it had acknowledged nothing that the
// replica did not have, and nothing may be lost.
func lagRows(long bool) []trial {
	const d = 1500 * time.Millisecond
	master := lagRow("master", long, trouble{hole: true}, d)
	master.allow.rollback = true
	cut := lagRow("replicas1", long, trouble{hole: true}, d)
	// What comes late was refused, and is on the replica all the same.
	late := lagRow("replicas1-late", long, trouble{delay: d}, 3*time.Second)
	// What is acknowledged was waited for.
	far := lagRow("replicas1-far", long, trouble{delay: 100 * time.Millisecond}, 4*time.Second)
	rows := pick(long, []trial{cut}, []trial{cut, late, far})
	for i := range rows {
		rows[i].replicas, rows[i].outage, rows[i].quiet = 1, 7*time.Second, 20*time.Second
	}
	return append([]trial{master}, rows...)
}

func lagRow(name string, long bool, tr trouble, d time.Duration) trial {
	t := base("replica-lag/"+name, 30, pick(long, 30, 60), 100, 3)
	t.redis, t.redisArgs = redisPair, syncAtOnce
	t.during = func(s *stage) {
		if !s.pause(3 * time.Second) {
			return
		}
		from := time.Now()
		s.redis.lag.set(tr)
		s.pause(d)
		s.promote()
		if s.t.allow.rollback {
			s.forget(from, time.Now())
		}
		if tr.hole {
			s.note("a replica %s behind took the master's place", d)
		} else {
			s.note("a replica behind a link of %s took the master's place", tr.delay)
		}
	}
	return t
}
