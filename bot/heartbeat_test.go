package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
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
	heard map[string]time.Time
	err   error
}

func (c *counted) Heartbeat(_ context.Context, process string, _ []string, term time.Duration) ([]int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return nil, c.err
	}
	c.heard[process] = time.Now()
	for name, at := range c.heard {
		if time.Since(at) >= term {
			delete(c.heard, name)
		}
	}
	return []int{len(c.heard)}, nil
}

// sharing is a channel that is told how many processes there are.
type sharing struct {
	fakeChannel
	mu     sync.Mutex
	shares []int
}

func (s *sharing) SetProcesses(processes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shares = append(s.shares, processes)
}

func (s *sharing) last() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Concat([]int{-1}, s.shares)[len(s.shares)]
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
		require.Equal(t, 1, first.last())
		two, second := start()
		require.Equal(t, 2, second.last())
		time.Sleep(11 * time.Second)
		require.Equal(t, 2, first.last())

		store.mu.Lock()
		store.err = errors.New("away")
		store.mu.Unlock()
		time.Sleep(time.Minute)
		require.Equal(t, 2, first.last())
		require.Contains(t, strings.Join(log.all(), "\n"), "processes not counted")
		store.mu.Lock()
		store.err = nil
		store.mu.Unlock()

		time.Sleep(11 * time.Second)
		require.NoError(t, two.Shutdown(context.Background()))
		time.Sleep(41 * time.Second)
		require.Equal(t, 1, first.last())
		require.NoError(t, one.Shutdown(context.Background()))
	})
}
