package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
)

// counted is a store that is shared between processes.
type counted struct {
	session.Store
	mu    sync.Mutex
	heard map[string]time.Time // by process and account
	err   error
}

func (c *counted) Heartbeat(_ context.Context, process string, accounts []string, term time.Duration) (n []int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return nil, c.err
	}
	for _, account := range accounts {
		c.heard[account+" "+process] = time.Now()
	}
	for name, at := range c.heard {
		if time.Since(at) >= term {
			delete(c.heard, name)
		}
	}
	for i, account := range accounts {
		n = append(n, 0)
		for name := range c.heard {
			if strings.HasPrefix(name, account+" ") {
				n[i]++
			}
		}
	}
	return n, nil
}

// sharing is a channel that is told how many processes there are.
type sharing struct {
	fakeChannel
	mu     sync.Mutex
	shares map[string]int // by account, what it was told last
}

func (s *sharing) SetProcesses(account string, processes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shares == nil {
		s.shares = map[string]int{}
	}
	s.shares[account] = processes
}

func (s *sharing) of(account string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shares[account]
}

// The channel knows within seconds how many processes there are, and keeps to what it knew while
// the store is away.
func TestProcessesShareRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &logged{}
		store := &counted{Store: memstore.New(), heard: map[string]time.Time{}}
		start := func() (*bot.Bot, *sharing) {
			c := &sharing{}
			b, err := bot.New(c, store, []*flow.Flow{counter(t, nil)}, &bot.Options{Logger: slog.New(log)})
			require.NoError(t, err)
			synctest.Wait()
			return b, c
		}
		one, first := start()
		require.Equal(t, 1, first.of(""))
		two, second := start()
		require.Equal(t, 2, second.of(""))
		time.Sleep(11 * time.Second)
		require.Equal(t, 2, first.of(""))

		store.mu.Lock()
		store.err = errors.New("away")
		store.mu.Unlock()
		time.Sleep(time.Minute)
		require.Equal(t, 2, first.of(""))
		require.Contains(t, strings.Join(log.all(), "\n"), "processes not counted")
		store.mu.Lock()
		store.err = nil
		store.mu.Unlock()

		time.Sleep(11 * time.Second)
		require.NoError(t, two.Shutdown(context.Background()))
		time.Sleep(41 * time.Second)
		require.Equal(t, 1, first.of(""))
		require.NoError(t, one.Shutdown(context.Background()))
	})
}
