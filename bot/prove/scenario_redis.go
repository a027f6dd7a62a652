package main

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// redisRows make trouble between the bots and one Redis, and in it.
func redisRows(long bool) (rows []trial) {
	events := pick(long, 20, 100)
	for _, percent := range []int{1, 5} {
		t := base(fmt.Sprintf("redis-lost-replies/%d%%", percent), 50, events, 150, 3)
		t.during = holdTrouble(trouble{lose: float64(percent) / 100})
		if percent == 1 {
			t.repair = time.Second
		}
		rows = append(rows, t)
	}
	for _, ms := range pick(long, []int{50, 1000}, []int{5, 50, 300, 1000}) {
		t := base(fmt.Sprintf("redis-latency/%dms", ms), 50, events, 50, 3)
		delay := time.Duration(ms) * time.Millisecond
		t.during = holdTrouble(trouble{delay: delay, jitter: delay / 10})
		if ms >= 1000 { // most calls end in a time-out: what counts is that each is answered
			// A turn takes two calls, which is as long as the short lease: a timer that began in vain five times in a
			// row would be a dead letter.
			t.real()
			t.events, t.rate, t.redeliver, t.quiet = pick(long, 5, 20), 25, false, 20*time.Second
		}
		rows = append(rows, t)
	}
	rows = append(rows, blackhole(long), cutRow(long), restartRow(long, "everysec"))
	if long {
		rows = append(rows, restartRow(long, "always"))
	}
	rows = append(rows, powerRows(long)...)
	return append(rows, frozenRedis(long), loadingRow(long), flushRow(long), fullRow(long))
}

// frozenRedis stops Redis for 3 s, as a host that hangs would, with the terms that users have. What it finds in
// its sockets when it goes on takes effect, though nobody waits for it any more: nobody may wait for that.
func frozenRedis(long bool) trial {
	const d = 3 * time.Second
	t := base("redis-frozen", 30, pick(long, 40, 150), 100, 2)
	t.real()
	t.outage, t.whole = d+2*time.Second, 5*time.Second
	t.during = func(s *stage) {
		n := 0
		for ; s.pause(2*time.Second) && n < pick(long, 1, 5); n++ {
			s.redis.server.Freeze()
			s.rest(d)
			s.redis.server.Thaw()
			s.pause(3 * time.Second)
		}
		s.note("%d stops of %s", n, d)
	}
	return t
}

// holdTrouble has the proxy make trouble from start to end.
func holdTrouble(tr trouble) func(*stage) {
	return func(s *stage) {
		s.redis.proxy.set(tr)
		<-s.ctx.Done()
		s.redis.proxy.set(trouble{})
	}
}

// spell has the proxy make trouble for a time, after which webhooks are to be accepted again
// within 2 s.
func spell(tr trouble, d time.Duration) func(*stage) {
	return func(s *stage) {
		if !s.pause(2 * time.Second) {
			return
		}
		s.redis.proxy.set(tr)
		s.pause(d)
		s.redis.proxy.set(trouble{})
		most := s.fleet.stats()
		s.note("trouble for %s, then %d goroutines", d, most.Goroutines)
	}
}

func blackhole(long bool) trial {
	d := pick(long, 6*time.Second, 30*time.Second)
	t := base("redis-blackhole", 30, pick(long, 40, 130), 100, 3)
	t.outage, t.quiet = d+2*time.Second, 20*time.Second
	t.during = spell(trouble{hole: true}, d)
	return t
}

func cutRow(long bool) trial {
	d := pick(long, 3*time.Second, 30*time.Second)
	t := base("redis-cut", 30, pick(long, 30, 130), 100, 3)
	t.outage = d + 2*time.Second
	t.during = spell(trouble{cut: true}, d)
	return t
}

// restartRow kills a Redis that keeps what it acknowledged, and starts it again.
func restartRow(long bool, fsync string) trial {
	t := base("redis-restart/"+fsync, 30, pick(long, 40, 150), 100, 3)
	t.redis, t.redisArgs, t.outage = redisAOF, []string{"--appendfsync", fsync}, 6*time.Second
	t.during = func(s *stage) {
		n := 0
		for ; s.pause(3*time.Second) && n < pick(long, 2, 10); n++ {
			s.redis.server.Kill()
			s.pause(2 * time.Second)
			s.redis.server.Restart()
		}
		s.note("%d restarts after 2 s", n)
	}
	return t
}

// loadingRow starts Redis on so much data that it answers LOADING for some seconds.
func loadingRow(long bool) trial {
	t := base("redis-loading", 30, pick(long, 40, 130), 100, 3)
	t.redis, t.outage, t.quiet = redisAOF, 20*time.Second, 20*time.Second
	t.redisArgs = []string{"--key-load-delay", "200"} // µs for each command of the log
	t.during = func(s *stage) {
		if !s.pause(3 * time.Second) {
			return
		}
		s.redis.server.Kill()
		began := time.Now()
		s.redis.server.Restart()
		c := s.redis.client.(*redis.Client)
		if err := await(context.Background(), 20*time.Second, func() bool {
			return c.Ping(context.Background()).Err() == nil
		}); err != nil {
			s.fail("Redis did not load: %v", err)
		}
		s.note("Redis loaded for %s", short(time.Since(began)))
	}
	return t
}

func flushRow(long bool) trial {
	t := base("redis-flush", 50, pick(long, 20, 100), 150, 3)
	t.during = func(s *stage) {
		n := 0
		for ; s.pause(500 * time.Millisecond); n++ {
			if err := s.redis.client.(*redis.Client).ScriptFlush(context.Background()).Err(); err != nil {
				s.fail("script flush: %v", err)
			}
		}
		s.note("%d flushes", n)
	}
	return t
}

// fullRow lets Redis be full for a while.
func fullRow(long bool) trial {
	d := pick(long, 4*time.Second, time.Minute)
	t := base("redis-full", 30, pick(long, 40, 250), 100, 3)
	t.outage, t.patience = d+4*time.Second, 2*time.Minute
	t.during = func(s *stage) {
		if !s.pause(2 * time.Second) {
			return
		}
		limit(s, s.redis.server, "1mb")
		s.pause(d)
		limit(s, s.redis.server, "0")
		s.note("full for %s", d)
	}
	return t
}

func limit(s *stage, server *redistest.Server, bytes string) {
	c := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer c.Close()
	if err := c.ConfigSet(context.Background(), "maxmemory", bytes).Err(); err != nil {
		s.fail("maxmemory: %v", err)
	}
}
