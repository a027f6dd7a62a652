package redistest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Sentinel is a master and a replica that a sentinel watches over. If the master is killed, the
// replica takes its place after about two seconds.
type Sentinel struct {
	Master, Replica, Watcher *Server
	t                        testing.TB
}

// masterName is what the sentinel calls the master. Clients ask for the master by it.
const masterName = "redistest"

// StartSentinel starts the three and waits until the sentinel knows the replica. They are killed
// when the test ends.
func StartSentinel(t testing.TB) *Sentinel {
	t.Helper()
	s := &Sentinel{t: t, Master: StartServer(t, nil)}
	s.Replica = s.Master.StartReplica()
	s.Watcher = prepare(t)
	conf := filepath.Join(s.Watcher.dir, "sentinel.conf")
	text := fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %q\nlogfile %q\n"+
		"sentinel monitor %[4]s 127.0.0.1 %[5]d 1\n"+
		"sentinel down-after-milliseconds %[4]s 1000\nsentinel failover-timeout %[4]s 3000\n",
		s.Watcher.port, s.Watcher.dir, filepath.Join(s.Watcher.dir, "log"), masterName, s.Master.port)
	must(t, os.WriteFile(conf, []byte(text), 0o600))
	s.Watcher.args = []string{conf, "--sentinel"}
	s.Watcher.start()
	s.awaitReplica()
	return s
}

// awaitReplica waits until the sentinel knows the replica. A failover before that would find no server
// to take the master's place.
func (s *Sentinel) awaitReplica() {
	s.t.Helper()
	c := redis.NewSentinelClient(&redis.Options{Addr: s.Watcher.Addr()})
	defer c.Close()
	await(s.t, "the sentinel to find the replica", func() bool {
		info := c.Master(context.Background(), masterName).Val()
		return info["num-slaves"] == "1"
	})
}

// Client returns a new client that asks the sentinel for the master. It is closed when the test
// ends.
func (s *Sentinel) Client() *redis.Client {
	c := redis.NewFailoverClient(&redis.FailoverOptions{
		MasterName: masterName, SentinelAddrs: []string{s.Watcher.Addr()},
	})
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}
