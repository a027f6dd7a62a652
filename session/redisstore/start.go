package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// layout is the version of the keys and values. A change to either is a new layout.
const layout = 1

// start checks Redis, claims the namespace and loads the scripts.
func (s *Store) start(ctx context.Context, opt Options) error {
	load := func(ctx context.Context, c *redis.Client) error {
		if err := checkServer(ctx, c, s.cluster); err != nil {
			return err
		}
		for _, sc := range s.scripts.all() {
			if err := c.ScriptLoad(ctx, sc.text).Err(); err != nil {
				return callError("script load", err)
			}
		}
		return nil
	}
	if err := s.eachMaster(ctx, load); err != nil {
		return err
	}
	return claim(ctx, s.client, opt)
}

func (s *Store) eachMaster(ctx context.Context, f func(context.Context, *redis.Client) error) error {
	switch c := s.client.(type) {
	case *redis.ClusterClient:
		return c.ForEachMaster(ctx, f)
	case *redis.Client:
		return f(ctx, c)
	default:
		return fmt.Errorf("redisstore: client is a %T, neither *redis.Client nor *redis.ClusterClient", c)
	}
}

// checkServer says what makes the server unfit to hold sessions.
func checkServer(ctx context.Context, c *redis.Client, cluster bool) error {
	text, err := c.Info(ctx, "server", "memory", "replication").Result()
	if err != nil {
		return callError("info", err)
	}
	info := parseInfo(text)
	major, _, _ := strings.Cut(info["redis_version"], ".")
	var faults []error
	if n, _ := strconv.Atoi(major); n < 7 {
		faults = append(faults, fmt.Errorf("redisstore: Redis is version %q, older than 7.0", info["redis_version"]))
	}
	if p := info["maxmemory_policy"]; p != "noeviction" {
		faults = append(faults, fmt.Errorf("redisstore: maxmemory-policy is %q and would lose sessions: set noeviction", p))
	}
	if !cluster {
		if info["role"] != "master" {
			faults = append(faults, fmt.Errorf("redisstore: Redis is a %q, not a master", info["role"]))
		}
		if info["redis_mode"] == "cluster" {
			faults = append(faults, errors.New("redisstore: Redis is a Cluster: use a redis.ClusterClient"))
		}
	}
	return errors.Join(faults...)
}

func parseInfo(text string) map[string]string {
	info := make(map[string]string)
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[k] = v
		}
	}
	return info
}

// claim writes what the namespace is laid out for, or compares it with what is there.
func claim(ctx context.Context, c redis.UniversalClient, opt Options) error {
	key := namespaceRoot(opt.Namespace) + "meta"
	want := fmt.Sprintf("layout=%d partitions=%d", layout, opt.Partitions)
	got, err := c.SetArgs(ctx, key, want, redis.SetArgs{Mode: "NX", Get: true}).Result()
	if errors.Is(err, redis.Nil) || err == nil && got == want {
		return nil
	}
	if err != nil {
		return callError("meta", err)
	}
	return fmt.Errorf("redisstore: key %s says %.64q, but this store wants %q: "+
		"the number of partitions is fixed by the first start", key, got, want)
}
