package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// downAfter is the sentinel's down-after-milliseconds in redistest. A machine that stands still for so
// long has a failover that nobody asked for.
const downAfter = time.Second

// replicated is how old what a master acknowledged is at most that its replica has not got.
const replicated = time.Second

// failoverRows have a replica take the master's place. Redis replicates after it answered: what
// the replica had not got is lost, so that loss is counted here and not a deviation.
func failoverRows(long bool) []trial {
	sentinel := base("sentinel-killed", 30, pick(long, 50, 250), 100, 3)
	sentinel.redis, sentinel.allow.rollback = redisSentinel, true
	sentinel.outage, sentinel.quiet = downAfter+3*time.Second, 20*time.Second
	sentinel.during = func(s *stage) { failSentinel(s, pick(long, 1, 5)) }

	failover := base("cluster-failover", 30, pick(long, 50, 250), 100, 3)
	failover.redis, failover.allow.rollback = redisCluster, true
	failover.outage, failover.quiet = clusterTimeout+3*time.Second, 20*time.Second
	failover.during = func(s *stage) { failCluster(s, pick(long, 1, 5)) }

	slots := base("cluster-slots", 60, pick(long, 30, 150), 120, 3)
	slots.redis = redisCluster
	slots.during = func(s *stage) {
		s.pause(3 * time.Second) // so that there are sessions in the slots
		const count = 2000
		began := time.Now()
		if err := s.redis.cluster.move(context.Background(), count); err != nil {
			s.fail("move slots: %v", err)
		}
		s.note("%d slots moved in %s", count, short(time.Since(began)))
	}
	rows := append([]trial{sentinel}, plannedRows(long)...)
	return append(append(rows, splitRow(long), failover, shardRow(long), slots), lagRows(long)...)
}

func failSentinel(s *stage, times int) {
	watcher := redis.NewSentinelClient(&redis.Options{Addr: s.redis.sentinel.Watcher.Addr()})
	defer watcher.Close()
	ctx := context.Background()
	master := func() *redistest.Server { return s.redis.masterBy(watcher) }
	epoch := func() int {
		n, _ := strconv.Atoi(watcher.Master(ctx, "redistest").Val()["config-epoch"])
		return n
	}
	done, began, first := 0, time.Now(), epoch()
	for ; done < times && s.pause(3*time.Second); done++ {
		old, from := master(), time.Now()
		if old == nil {
			s.fail("the sentinel names no master")
			return
		}
		old.Kill()
		err := await(ctx, 15*time.Second, func() bool { now := master(); return now != nil && now != old })
		if err != nil {
			s.fail("no failover: %v", err)
			return
		}
		s.forget(from.Add(-replicated), time.Now())
		old.Restart()
		err = await(ctx, 40*time.Second, func() bool {
			now := master()
			return now != nil && strings.Contains(now.Client().Info(ctx, "replication").Val(), "state=online")
		})
		if err != nil {
			s.fail("the old master did not become a replica: %v", err)
			return
		}
	}
	s.note("%d failovers", done)
	if more := epoch() - first - done; more > 0 {
		s.note("and %d that nobody asked for: the machine stood still", more)
		s.forget(began, time.Now())
	}
}

func failCluster(s *stage, times int) {
	ctx, c := context.Background(), s.redis.cluster
	done := 0
	for ; done < times && s.pause(3*time.Second); done++ {
		masters := c.masters(ctx)
		old := c.server(masters[done%len(masters)])
		old.Kill()
		err := await(ctx, 15*time.Second, func() bool { return len(c.masters(ctx)) == clusterMasters })
		if err != nil {
			s.fail("no failover: %v", err)
			return
		}
		s.pause(time.Second)
		old.Restart()
		c.awaitReplicas(ctx)
	}
	s.note("%d failovers", done)
}
