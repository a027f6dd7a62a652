package redisledger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
)

// Options are the settings of a Ledger. Nil and the zero value mean the defaults.
type Options struct {
	// Namespace keeps several bots apart in one Redis. It becomes part of every key and may have
	// letters, digits, '-', '_' and '.'. The default is none.
	Namespace string
	// Keep is how long a log is kept after its last record, at least two days. The default is
	// 90 days.
	Keep time.Duration
	// MaxBytes is how large the log of a campaign may grow. The default is 64 MiB, which is about
	// two million recipients. A campaign that reaches it stops before the next call, and goes on
	// under a larger one; what became of the last call is noted above it.
	MaxBytes int
	// Lease is how long a process that died keeps others out, at least a second. The default is
	// 30 s.
	Lease time.Duration
}

const (
	defaultKeep  = 90 * 24 * time.Hour
	minKeep      = 48 * time.Hour // twice the life of a retry key
	defaultBytes = 64 << 20
	defaultLease = 30 * time.Second
)

// Ledger is a campaign.Ledger in Redis. It is safe for concurrent use. Make it with New.
type Ledger struct {
	client redis.UniversalClient
	opt    Options
}

var _ campaign.Ledger = (*Ledger)(nil)

// New returns a ledger on the client's Redis, which it asks whether it is fit: see the package's
// documentation. The client is a *redis.Client, also one of Sentinel, or a *redis.ClusterClient;
// it stays the caller's.
func New(ctx context.Context, client redis.UniversalClient, o *Options) (*Ledger, error) {
	opt, err := withDefaults(o)
	if err != nil {
		return nil, err
	}
	switch c := client.(type) {
	case *redis.Client:
		err = checkServer(ctx, c)
	case *redis.ClusterClient:
		err = c.ForEachMaster(ctx, checkServer)
	default:
		err = fmt.Errorf("redisledger: client is a %T, neither *redis.Client nor *redis.ClusterClient", c)
	}
	if err != nil {
		return nil, err
	}
	return &Ledger{client: client, opt: opt}, nil
}

func withDefaults(o *Options) (Options, error) {
	var opt Options
	if o != nil {
		opt = *o
	}
	if opt.Keep == 0 {
		opt.Keep = defaultKeep
	}
	if opt.MaxBytes == 0 {
		opt.MaxBytes = defaultBytes
	}
	if opt.Lease == 0 {
		opt.Lease = defaultLease
	}
	odd := func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_.", c))
	}
	switch {
	case strings.ContainsFunc(opt.Namespace, odd):
		return opt, errors.New("redisledger: Namespace has characters other than letters, digits, '-', '_' and '.'")
	case opt.Keep < minKeep:
		return opt, errors.New("redisledger: Keep is under two days")
	case opt.Lease < time.Second:
		return opt, errors.New("redisledger: Lease is under a second")
	case opt.MaxBytes < 0:
		return opt, errors.New("redisledger: MaxBytes is negative")
	}
	return opt, nil
}

// checkServer says what makes the server unfit to hold a ledger.
func checkServer(ctx context.Context, c *redis.Client) error {
	text, err := c.Info(ctx, "memory").Result()
	if err != nil {
		return callError("info", err)
	}
	for line := range strings.Lines(text) {
		if p, ok := strings.CutPrefix(strings.TrimSpace(line), "maxmemory_policy:"); ok && p != "noeviction" {
			return fmt.Errorf("redisledger: maxmemory-policy is %q and would lose campaigns: set noeviction", p)
		}
	}
	return nil
}

// Open implements campaign.Ledger. It waits for as long as the lease of a process that died may
// last before it returns campaign.ErrBusy.
func (l *Ledger) Open(ctx context.Context, name string) (campaign.Log, error) {
	prefix := "kaiwa:"
	if l.opt.Namespace != "" {
		prefix += l.opt.Namespace + ":"
	}
	prefix += "campaign:{" + name + "}:"
	g := &log{ledger: l, lease: prefix + "lease", key: prefix + "log", token: rand.Text()}
	limit := time.Now().Add(l.opt.Lease + l.opt.Lease/10)
	tick := time.NewTicker(l.opt.Lease / 10)
	defer tick.Stop()
	for {
		taken, err := g.run(ctx, takeScript, []string{g.lease}, g.token, l.opt.Lease.Milliseconds())
		if err != nil {
			return nil, err
		}
		if taken {
			break
		}
		if time.Now().After(limit) {
			return nil, campaign.ErrBusy
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	g.keep()
	return g, nil
}

// callError keeps the class of an answer of Redis and drops its text.
func callError(op string, err error) error {
	var answer redis.Error
	if !errors.As(err, &answer) {
		return fmt.Errorf("redisledger: %s: %w", op, err)
	}
	class, _, _ := strings.Cut(answer.Error(), " ")
	return fmt.Errorf("redisledger: %s: redis answered %s", op, class)
}
