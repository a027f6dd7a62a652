package main

import (
	"context"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// plannedRows have the sentinel fail over while master and replica are well. `recipe` does it as redisstore's
// documentation says: writes are paused first, and nothing is lost. `bare` does it without: the old master takes
// writes for a second and more after the replica was promoted. What it takes then is not acknowledged, as the bots
// see that it was demoted; what it took in the last milliseconds before may be lost.
func plannedRows(long bool) []trial {
	return []trial{plannedRow("planned-failover/recipe", long, true), plannedRow("planned-failover/bare", long, false)}
}

func plannedRow(name string, long, recipe bool) trial {
	t := base(name, 30, pick(long, 60, 200), 100, 3)
	t.real()
	t.redis, t.outage, t.quiet = redisSentinel, 6*time.Second, 20*time.Second
	t.allow.rollback = !recipe
	t.during = func(s *stage) {
		done := 0
		for ; s.pause(4*time.Second) && done < pick(long, 1, 4); done++ {
			from := time.Now()
			if !s.failOver(recipe) {
				return
			}
			if !recipe {
				s.forget(from.Add(-replicated), time.Now())
			}
			s.note("failed over within %s", short(time.Since(from)))
		}
	}
	t.after = func(s *stage, r *result) {
		if !recipe && r.lost+r.chain > 0 && r.idle.Rollbacks == 0 {
			s.fail("turns were taken back, and no bot noticed")
		}
	}
	return t
}

// failOver has the sentinel promote the replica, and waits until the old master is its replica.
func (s *stage) failOver(pauseWrites bool) bool {
	ctx := context.Background()
	watcher := redis.NewSentinelClient(&redis.Options{Addr: s.redis.sentinel.Watcher.Addr()})
	defer watcher.Close()
	old := s.redis.masterBy(watcher)
	if old == nil {
		s.fail("the sentinel names no master")
		return false
	}
	client := old.Client()
	if pauseWrites {
		if err := client.Do(ctx, "CLIENT", "PAUSE", 10_000, "WRITE").Err(); err != nil {
			s.fail("pause: %v", err)
			return false
		}
	}
	if err := watcher.Failover(ctx, "redistest").Err(); err != nil {
		s.fail("failover: %v", err)
		return false
	}
	var now *redistest.Server
	err := await(ctx, 20*time.Second, func() bool {
		now = s.redis.masterBy(watcher)
		return now != nil && now != old
	})
	if err == nil && pauseWrites {
		host, port, _ := net.SplitHostPort(now.Addr())
		if err = client.ReplicaOf(ctx, host, port).Err(); err == nil {
			err = client.Do(ctx, "CLIENT", "UNPAUSE").Err()
		}
	}
	if err == nil {
		err = await(ctx, 30*time.Second, func() bool {
			return strings.Contains(client.Info(ctx, "replication").Val(), "master_link_status:up")
		})
	}
	if err != nil {
		s.fail("no failover: %v", err)
	}
	return err == nil
}

// masterBy returns the server that the sentinel names as the master; nil if it names none.
func (e *engine) masterBy(watcher *redis.SentinelClient) *redistest.Server {
	addr, err := watcher.GetMasterAddrByName(context.Background(), "redistest").Result()
	if err != nil || len(addr) < 2 {
		return nil
	}
	for _, server := range []*redistest.Server{e.sentinel.Master, e.sentinel.Replica} {
		if strings.HasSuffix(server.Addr(), ":"+addr[1]) {
			return server
		}
	}
	return nil
}
