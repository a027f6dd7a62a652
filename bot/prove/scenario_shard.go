package main

import (
	"context"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// shardRow kills one master of a Cluster, with the terms that users have and with Redis' default durability. Its
// users wait until its replica has taken its place; nobody else is refused or waits for it. For that the Cluster
// has the setting that redisstore's documentation asks for: with cluster-require-full-coverage yes, all nodes
// refuse for the second or so in which a slot has no master.
func shardRow(long bool) trial {
	t := base("cluster-shard", 30, pick(long, 40, 150), 100, 3)
	t.real()
	t.redis, t.allow.rollback = redisCluster, true
	t.outage, t.quiet = clusterTimeout+3*time.Second, 20*time.Second
	var died time.Time
	var others [][]*event // of users whose sessions are on the other nodes
	t.during = func(s *stage) {
		if !s.pause(3 * time.Second) {
			return
		}
		ctx, c := context.Background(), s.redis.cluster
		for _, client := range c.clients {
			if err := client.ConfigSet(ctx, "cluster-require-full-coverage", "no").Err(); err != nil {
				s.fail("full coverage: %v", err)
			}
		}
		masters := c.masters(ctx)
		there := s.sessionsOn(masters[0])
		for _, events := range s.users {
			if !there[sessionHash(events[0])] {
				others = append(others, events)
			}
		}
		if len(others) == 0 || len(others) == len(s.users) {
			s.fail("%d of %d users are on the other nodes", len(others), len(s.users))
		}
		died = time.Now()
		c.server(masters[0]).Kill()
		s.pause(time.Second)
		parts := 0
		for _, addr := range s.fleet.addrs() {
			if said := s.ready(addr); strings.HasPrefix(said, "ready in part") {
				parts++
			}
		}
		if err := await(ctx, 15*time.Second, func() bool { return len(c.masters(ctx)) == clusterMasters }); err != nil {
			s.fail("no failover: %v", err)
		}
		s.forget(died.Add(-replicated), time.Now())
		s.note("%d of %d users were on the node that died; a replica took its place after %s; %d processes were ready in part",
			len(s.users)-len(others), len(s.users), short(time.Since(died)), parts)
	}
	t.after = func(s *stage, r *result) {
		refused := 0
		for _, events := range others {
			for _, e := range events {
				refused += e.refusals
			}
		}
		if refused > 0 {
			s.fail("%d webhooks of users of the other nodes were refused", refused)
		}
		r.waits("of users of the other nodes", s.answersOf(others, time.Time{}, 0), 0, shardWait)
	}
	return t
}

// shardWait is how long a user of a living node may wait.
const shardWait = 2 * time.Second

// sessionHash is the end of the name of the key in which the session of the event is.
func sessionHash(e *event) string {
	id := session.Key{Channel: e.acct, Chat: transport.ChatUser, ChatID: e.user}.ID()
	return id[len(id)-session.HashLen:]
}

// sessionsOn returns the hashes of the sessions that a node has.
func (s *stage) sessionsOn(node *redis.Client) map[string]bool {
	there := map[string]bool{}
	keys := node.Scan(context.Background(), 0, "kaiwa:"+s.namespace+":*", 1000).Iterator()
	for keys.Next(context.Background()) {
		if _, name, ok := strings.Cut(keys.Val(), "}:"); ok {
			there[name] = true
		}
	}
	if err := keys.Err(); err != nil {
		s.fail("keys of a node: %v", err)
	}
	return there
}
