package main

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// The kinds of Redis that a row runs on.
const (
	redisOne      = "one"
	redisAOF      = "aof" // one, and it keeps what it acknowledged
	redisSentinel = "sentinel"
	redisCluster  = "cluster"
	redisPair     = "pair" // a master and a replica, which takes its place by hand
)

// redisConfig is how a client reaches Redis.
type redisConfig struct {
	Kind  string
	Addrs []string
	First string // that the first bot has in their place, if any
}

func (c *redisConfig) client() redis.UniversalClient {
	switch c.Kind {
	case redisCluster:
		return redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs, ContextTimeoutEnabled: true})
	case redisSentinel:
		return redis.NewFailoverClient(&redis.FailoverOptions{
			MasterName: "redistest", SentinelAddrs: c.Addrs, ContextTimeoutEnabled: true,
		})
	default:
		return redis.NewClient(&redis.Options{Addr: c.Addrs[0], ContextTimeoutEnabled: true})
	}
}

// engine is the Redis of a row. Only the fields of its kind are set.
type engine struct {
	cfg      redisConfig           // for the bots
	client   redis.UniversalClient // past the proxy
	server   *redistest.Server
	proxy    *proxy
	replica  *redistest.Server
	lag      *proxy // between master and replica
	stale    *proxy // of the first bot, where it has one of its own
	sentinel *redistest.Sentinel
	cluster  *cluster
}

func startEngine(h *host, t *trial, seed uint64) *engine {
	e := &engine{cfg: redisConfig{Kind: t.redis}}
	direct := e.cfg
	switch t.redis {
	case redisSentinel:
		e.sentinel = redistest.StartSentinel(h)
		e.cfg.Addrs = []string{e.sentinel.Watcher.Addr()}
		direct = e.cfg
	case redisCluster:
		e.cluster = startCluster(h)
		e.cfg.Addrs = e.cluster.addrs()
		direct = e.cfg
	default:
		e.server = redistest.StartServer(h, &redistest.Options{AOF: t.redis == redisAOF, Args: t.redisArgs})
		direct.Addrs = []string{e.server.Addr()}
		p, err := startProxy(e.server.Addr(), seed)
		if err != nil {
			h.Fatal(err)
		}
		h.Cleanup(p.close)
		e.proxy, e.cfg.Addrs = p, []string{p.addr()}
		if t.split {
			if e.stale, err = startProxy(e.server.Addr(), seed); err != nil {
				h.Fatal(err)
			}
			h.Cleanup(e.stale.close)
			e.cfg.First = e.stale.addr()
		}
		if t.redis == redisPair {
			direct = e.cfg // the master changes
			e.startReplica(h, seed)
		}
	}
	e.client = direct.client()
	h.Cleanup(func() { _ = e.client.Close() })
	return e
}

func newNamespace() string { return "prove" + strings.ToLower(rand.Text()[:8]) }

// eachKey calls f for all keys of the namespace.
func (e *engine) eachKey(ctx context.Context, namespace string, f func(c *redis.Client, key string) error) error {
	scan := func(ctx context.Context, c *redis.Client) error {
		keys := c.Scan(ctx, 0, "kaiwa:"+namespace+":*", 1000).Iterator()
		for keys.Next(ctx) {
			if err := f(c, keys.Val()); err != nil {
				return err
			}
		}
		return keys.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if c, ok := e.client.(*redis.ClusterClient); ok {
		c.ReloadState(ctx)
		for _, node := range e.cluster.masters(ctx) {
			if err := scan(ctx, node); err != nil {
				return err
			}
		}
		return nil
	}
	return scan(ctx, e.client.(*redis.Client))
}
