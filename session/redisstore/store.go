package redisstore

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session"
)

// Options are the settings of a Store. Nil and the zero value mean the defaults.
type Options struct {
	// Namespace keeps programs apart in one Redis, such as a bot and a trial of it. Accounts of one
	// namespace are apart anyway. It becomes part of every key and may
	// have letters, digits, '-', '_' and '.'. The default is none.
	Namespace string
	// Partitions is the number of hash slots that sessions are spread over, 1 to 1024. It is
	// fixed by the first store that uses the namespace. The default is 64.
	Partitions int
	// Timeout ends a call that has no answer. The default is 1.2 s, which leaves time to tell
	// LINE within its 2 s that an event was not accepted.
	Timeout time.Duration
	// Replicas is how many replicas must have a write before it is acknowledged. The default is
	// none: the master alone. See "Durability" in the package's documentation.
	Replicas int
	// Fsync has a write acknowledged only when it is on the master's disk, and, with Replicas, on
	// theirs. It takes an append-only file, and Redis 7.2 or appendfsync always.
	Fsync bool
	// Wait bounds how long a call waits for replicas and disks. The default is 300 ms, or half of
	// Timeout if that is less.
	Wait time.Duration
	// Logger gets what New has to say about Redis. The default is slog.Default().
	Logger *slog.Logger

	flushers int // how many batches are under way at once; 0 for the default
}

const (
	defaultPartitions = 64
	maxPartitions     = 1024
	defaultTimeout    = 1200 * time.Millisecond
	defaultWait       = 300 * time.Millisecond
)

// Store is a session.Store in Redis. Make it with New.
//
// A method checks its request, packs it into a call, has a batcher send the call, and reads the
// answer: all else is done by the scripts in lua/. Ack, for example:
//
//	checkID        refuses an id that is no session's
//	firm.get       an empty call
//	u40, term      write the number of the output, and how long the delivery lease lasts
//	seal           adds script and keys
//	firm.do        puts the call into the queue, and waits until a flusher has the answer
//	firm.put       gives the call back
//	outputs        reads the outputs that are left
//
// batch and firm are the same batcher unless Options ask for Replicas or Fsync.
type Store struct {
	client  redis.UniversalClient
	parts   []partition
	cluster bool
	demand  demand
	batch   *batcher // for calls that promise nothing
	firm    *batcher // for calls that do: waits for replicas and disks if Options ask for it
	scripts scripts
	lookout *lookout // for another master; nil in a Cluster

	peers     atomic.Int64 // how many processes serve the accounts of this one, as Heartbeat counted last
	processes string       // what the keys of Heartbeat begin with: in one hash slot, as one script reads them
}

var _ session.Store = (*Store)(nil)

// New returns a store on the client's Redis. It asks Redis whether it is fit (see "What Redis must be"
// in the package's documentation), loads the scripts, and writes kaiwa:meta if it is the first store
// of the namespace. The client is a *redis.Client, also one of Sentinel, or a *redis.ClusterClient;
// it stays the caller's. New returns an error if Redis cannot be reached, is not fit, or holds
// the namespace with another number of partitions.
func New(ctx context.Context, client redis.UniversalClient, o *Options) (*Store, error) {
	opt, err := withDefaults(o)
	if err != nil {
		return nil, err
	}
	_, cluster := client.(*redis.ClusterClient)
	s := &Store{
		client:  client,
		parts:   makePartitions(opt.Namespace, opt.Partitions),
		cluster: cluster,
		demand:  demand{cluster: cluster, replicas: opt.Replicas, fsync: opt.Fsync},
		scripts: theScripts(),
		batch:   &batcher{client: client, timeout: opt.Timeout, flushers: opt.flushers},

		processes: namespaceRoot(opt.Namespace) + "{processes}:",
	}
	// start gives firm a batcher of its own if there is something to wait for.
	s.firm = s.batch
	if err := s.start(ctx, &opt); err != nil {
		return nil, err
	}
	return s, nil
}

// withDefaults returns the options with defaults in the place of zeros, or what is wrong with them. Wait
// must be less than Timeout. Otherwise a call would always end before Redis answers that the replicas
// were not in time.
func withDefaults(o *Options) (Options, error) {
	var opt Options
	if o != nil {
		opt = *o
	}
	if opt.Partitions == 0 {
		opt.Partitions = defaultPartitions
	}
	if opt.Partitions < 1 || opt.Partitions > maxPartitions {
		return opt, fmt.Errorf("redisstore: Partitions is %d, not 1 to %d", opt.Partitions, maxPartitions)
	}
	if opt.Timeout < 0 || opt.Wait < 0 {
		return opt, fmt.Errorf("redisstore: Timeout is %v and Wait is %v: neither may be below zero", opt.Timeout, opt.Wait)
	}
	if opt.Timeout == 0 {
		opt.Timeout = defaultTimeout
	}
	if opt.flushers == 0 {
		opt.flushers = defaultFlushers
	}
	if opt.Wait == 0 {
		opt.Wait = min(defaultWait, opt.Timeout/2)
	}
	if opt.Wait >= opt.Timeout {
		return opt, fmt.Errorf("redisstore: Wait is %v, not less than Timeout, %v", opt.Wait, opt.Timeout)
	}
	if opt.Replicas < 0 {
		return opt, fmt.Errorf("redisstore: Replicas is %d", opt.Replicas)
	}
	if opt.Logger == nil {
		opt.Logger = slog.Default()
	}
	// '{' and '}' above all: they would move the hash tag, and with it all keys, to another slot.
	for _, c := range opt.Namespace {
		if c > 'z' || tagValue(byte(c)) < 0 && c != '.' {
			return opt, fmt.Errorf("redisstore: Namespace has characters other than letters, digits, '-', '_' and '.'")
		}
	}
	return opt, nil
}
