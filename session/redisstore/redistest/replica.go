package redistest

import (
	"context"
	"fmt"
	"time"
)

// StartReplica starts a replica of the server and waits until it is in step. It is killed when
// the test ends.
func (s *Server) StartReplica() *Server {
	s.t.Helper()
	r := StartServer(s.t, &Options{Args: []string{"--replicaof", fmt.Sprintf("127.0.0.1 %d", s.port)}})
	r.awaitMaster(s)
	return r
}

// awaitMaster waits until the replica follows the master, and the master counts on it.
func (s *Server) awaitMaster(master *Server) {
	s.t.Helper()
	c, m, ctx := s.Client(), master.Client(), context.Background()
	await(s.t, "the replica", func() bool {
		role, err := c.Do(ctx, "ROLE").Slice()
		return err == nil && len(role) > 3 && role[3] == "connected" && m.Wait(ctx, 1, time.Second).Val() > 0
	})
}
