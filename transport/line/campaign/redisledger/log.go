package redisledger

import (
	"context"
	_ "embed"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
)

//go:embed lua/take.lua
var takeScript string

//go:embed lua/append.lua
var appendScript string

//go:embed lua/drop.lua
var dropScript string

const (
	readRecords = 64 // at a time: about 1 MB
	dropTimeout = 5 * time.Second
)

var errFull = errors.New("redisledger: the log has reached Options.MaxBytes")

// log is a campaign.Log.
type log struct {
	ledger            *Ledger
	lease, key, token string
	records, bytes    int

	stop context.CancelFunc // ends the renewals of the lease
	done sync.WaitGroup
}

// run runs a script and reports whether it returned 1.
func (g *log) run(ctx context.Context, script string, keys []string, args ...any) (bool, error) {
	n, err := redis.NewScript(script).Run(ctx, g.ledger.client, keys, args...).Int()
	if err != nil {
		return false, callError("script", err)
	}
	return n == 1, nil
}

// keep renews the lease until the log is closed. That it fails shows at the next Append.
func (g *log) keep() {
	ctx, cancel := context.WithCancel(context.Background())
	g.stop = cancel
	g.done.Go(func() {
		tick := time.NewTicker(g.ledger.opt.Lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_, _ = g.run(ctx, takeScript, []string{g.lease}, g.token, g.ledger.opt.Lease.Milliseconds())
			case <-ctx.Done():
				return
			}
		}
	})
}

// Read implements campaign.Log.
func (g *log) Read(ctx context.Context, f func(record []byte) error) error {
	for {
		page, err := g.ledger.client.LRange(ctx, g.key, int64(g.records), int64(g.records+readRecords-1)).Result()
		if err != nil {
			return callError("read", err)
		}
		for _, record := range page {
			if err := f([]byte(record)); err != nil {
				return err
			}
			g.records++
			g.bytes += len(record)
		}
		if len(page) < readRecords {
			return nil
		}
	}
}

// Append implements campaign.Log.
func (g *log) Append(ctx context.Context, record []byte, outcome bool) error {
	if !outcome && g.bytes+len(record) > g.ledger.opt.MaxBytes {
		return errFull
	}
	opt := &g.ledger.opt
	ok, err := g.run(ctx, appendScript, []string{g.lease, g.key},
		g.token, opt.Lease.Milliseconds(), opt.Keep.Milliseconds(), g.records, record)
	switch {
	case err != nil:
		return err
	case !ok:
		return campaign.ErrLost
	}
	g.records++
	g.bytes += len(record)
	return nil
}

// Close implements campaign.Log.
func (g *log) Close() error {
	g.stop()
	g.done.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
	defer cancel()
	_, err := g.run(ctx, dropScript, []string{g.lease}, g.token)
	return err
}
