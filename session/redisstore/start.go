package redisstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// start checks Redis, loads the scripts and claims the namespace. It also decides what to wait for
// behind each batch, which depends on the version of Redis. The order matters: a Redis that is not fit
// is refused before anything is written to it.
func (s *Store) start(ctx context.Context, opt *Options) error {
	if err := checkTimeout(s.client, opt); err != nil {
		return err
	}
	servers, err := s.survey(ctx)
	if err != nil {
		return s.hint(err)
	}
	if err := s.demand.faults(servers); err != nil {
		return err
	}
	if err := s.loadScripts(ctx); err != nil {
		return err
	}
	if err := claim(ctx, s.client, opt); err != nil {
		return err
	}
	s.demand.warn(servers, opt.Logger)
	if c, ok := s.client.(*redis.Client); ok {
		s.lookout = &lookout{client: c}
		s.watchReplicas(servers)
		if err := s.lookout.look(ctx, s.client.Do(ctx, "role")); err != nil {
			return callError("role", err)
		}
		s.batch.lookout = s.lookout
	}
	if w := makeBarrier(opt, opt.Fsync && haveWaitAOF(servers), &s.scripts.touch); w != nil {
		s.firm = &batcher{client: s.client, timeout: opt.Timeout, flushers: firmFlushers, barrier: w, lookout: s.lookout}
	}
	return nil
}

// watchReplicas has the master watched from now on if it has replicas. Without any, nobody could take its place.
func (s *Store) watchReplicas(servers []server) {
	for i := range servers {
		if s.lookout != nil && servers[i].info["connected_slaves"] != "0" {
			s.lookout.on.Store(true)
		}
	}
}

// checkTimeout refuses a client that waits no longer for an answer than Redis waits for replicas and disks: the
// client would give up first, and go on with another connection.
func checkTimeout(client redis.UniversalClient, opt *Options) error {
	var read time.Duration
	switch c := client.(type) {
	case *redis.Client:
		if c != nil {
			read = c.Options().ReadTimeout
		}
	case *redis.ClusterClient:
		if c != nil {
			read = c.Options().ReadTimeout
		}
	}
	if read > 0 && read <= opt.Wait && (opt.Replicas > 0 || opt.Fsync) {
		return fmt.Errorf("redisstore: the client's ReadTimeout is %v, not more than Options.Wait, %v", read, opt.Wait)
	}
	return nil
}

// hint adds to the error of the first call what is mostly the reason for it.
func (s *Store) hint(err error) error {
	switch c := s.client.(type) {
	case *redis.ClusterClient:
		if c != nil && strings.Contains(err.Error(), "cluster support disabled") {
			return errors.New("redisstore: Redis is no Cluster: use a redis.Client")
		}
	case *redis.Client:
		if c != nil && c.Options().TLSConfig == nil && errors.Is(err, io.EOF) {
			return fmt.Errorf("%w: does the port take TLS alone? Then set TLSConfig of the client", err)
		}
	}
	return err
}

// loadScripts has all masters know the scripts, in one round trip. A master that comes later, after a
// failover, does not know them: it answers NOSCRIPT, and call.read sends the text.
func (s *Store) loadScripts(ctx context.Context) error {
	return s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		_, err := c.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, sc := range s.scripts.all() {
				p.ScriptLoad(ctx, sc.text)
			}
			return nil
		})
		if err != nil {
			return callError("script load", err)
		}
		return nil
	})
}

// eachMaster calls f for the one master, or for each of a Cluster at the same time. It returns an error
// for a client that is neither.
func (s *Store) eachMaster(ctx context.Context, f func(context.Context, *redis.Client) error) error {
	if r := reflect.ValueOf(s.client); s.client == nil || r.Kind() == reflect.Pointer && r.IsNil() {
		return errors.New("redisstore: client is nil")
	}
	switch c := s.client.(type) {
	case *redis.ClusterClient:
		return c.ForEachMaster(ctx, f)
	case *redis.Client:
		return f(ctx, c)
	default:
		return fmt.Errorf("redisstore: client is a %T, neither *redis.Client nor *redis.ClusterClient", c)
	}
}

// claim writes the layout and the number of partitions of a namespace, or compares them with what the
// first store has written. With another number of partitions, sessions would be looked for in the
// wrong ones. The value is text, such as "layout=1 partitions=64". One command writes it if nothing is
// there, and returns what was there: of two stores that start at the same time, one is first.
func claim(ctx context.Context, c redis.UniversalClient, opt *Options) error {
	key := namespaceRoot(opt.Namespace) + "meta"
	want := fmt.Sprintf("layout=%d partitions=%d", keysLayout, opt.Partitions)
	// redis.Nil says that there was no value, and that ours is there now.
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
