package redisstore

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// errDemoted is the error of a call that a master took which is none any more: a replica has taken its place, and
// what the old master took since then will be thrown away. Nothing tells the old master before Sentinel does, a
// second or more later.
var errDemoted = errors.New("a replica has taken the master's place")

// lookout notices that the master was demoted. Each batch ends with ROLE, which names the replicas. A replica that is
// promoted leaves its master first, so the list is shorter from then on. When a replica is missing, lookout asks it
// what it is now:
//
//	a master, with this master's history    the batch fails with errDemoted, and its calls go again
//	a replica, or it does not answer        it was restarted, or is dead: all is well
//	the server that the client talks to     the client has followed the failover: all is well
//
// Example: master A has the replicas B and C. SENTINEL FAILOVER promotes B at 0 s, and tells clients at 1.2 s. A
// takes a Begin at 0.5 s, and C confirms it. But ROLE names C alone, and B says that it is a master. So nobody is
// told that the event is safe. The call goes again until the client has found B.
//
// A Cluster needs no lookout: CLUSTER FAILOVER stops the old master first.
type lookout struct {
	client *redis.Client
	on     atomic.Bool // whether there have been replicas

	mu       sync.Mutex
	replicas []string // addresses, as of the last batch that was trusted
}

// lookoutWait is how long a replica that is missing may take to say what it is.
const lookoutWait = 300 * time.Millisecond

// look returns nil if the answer of ROLE shows that the batch before it may be trusted.
func (w *lookout) look(ctx context.Context, role *redis.Cmd) error {
	replicas, err := replicasOf(role)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, addr := range w.replicas {
		if !slices.Contains(replicas, addr) && w.promoted(ctx, addr) {
			return errDemoted
		}
	}
	w.replicas = replicas
	return nil
}

// replicasOf returns the addresses of the replicas that a master names. A replica names none.
func replicasOf(role *redis.Cmd) (addrs []string, err error) {
	fields, err := role.Slice()
	if err != nil || len(fields) < 3 {
		return nil, err
	}
	list, _ := fields[2].([]any)
	for _, entry := range list {
		if r, _ := entry.([]any); len(r) > 1 {
			host, _ := r[0].(string)
			port, _ := r[1].(string)
			addrs = append(addrs, net.JoinHostPort(host, port))
		}
	}
	return addrs, nil
}

// promoted asks the server at addr, which was a replica, whether it is a master now with the history of the one
// that the client talks to. A replica that is promoted keeps the id of that history as master_replid2.
func (w *lookout) promoted(ctx context.Context, addr string) bool {
	ctx, cancel := context.WithTimeout(ctx, lookoutWait)
	defer cancel()
	o := w.client.Options()
	other := redis.NewClient(&redis.Options{
		Addr: addr, Username: o.Username, Password: o.Password, TLSConfig: o.TLSConfig, Protocol: o.Protocol,
		CredentialsProvider: o.CredentialsProvider, CredentialsProviderContext: o.CredentialsProviderContext,
		MaxRetries: -1, DialerRetries: 1, DialTimeout: lookoutWait, ReadTimeout: lookoutWait, ContextTimeoutEnabled: true,
		DisableIdentity: true,
	})
	defer other.Close()
	text, err := other.Info(ctx, "replication").Result()
	if err != nil {
		return false
	}
	theirs := parseInfo(text)
	if theirs["role"] != "master" {
		return false
	}
	text, err = w.client.Info(ctx, "replication").Result()
	// The new master itself has a history of its own: so it is trusted when the client has followed.
	return err != nil || theirs["master_replid2"] == parseInfo(text)["master_replid"]
}
