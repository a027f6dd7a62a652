package tokens

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line"
)

// mint issues tokens token-1, token-2 and so on, good for 15 minutes.
type mint struct {
	issued atomic.Int32
	delay  time.Duration
	fault  atomic.Pointer[error]
	log    bytes.Buffer
}

func (m *mint) source() *renewer {
	issue := func(ctx context.Context) (string, time.Duration, error) {
		select {
		case <-time.After(m.delay):
		case <-ctx.Done():
			return "", 0, ctx.Err()
		}
		n := m.issued.Add(1)
		if err := m.fault.Load(); err != nil && *err != nil {
			return "", 0, *err
		}
		return fmt.Sprintf("token-%d", n), 15 * time.Minute, nil
	}
	return &renewer{issue: issue, log: slog.New(slog.NewTextHandler(&m.log, nil))}
}

func (m *mint) fail(err error) { m.fault.Store(&err) }

func tokenOf(t *testing.T, s line.TokenSource) string {
	t.Helper()
	token, err := s.Token(t.Context())
	require.NoError(t, err)
	return token
}

func TestTokenIsRenewedBeforeItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mint{delay: 100 * time.Millisecond}
		s := m.source()
		start := time.Now()
		require.Equal(t, "token-1", tokenOf(t, s))
		require.Equal(t, m.delay, time.Since(start), "the first one is waited for")
		time.Sleep(9 * time.Minute)
		require.Equal(t, "token-1", tokenOf(t, s))
		require.Equal(t, int32(1), m.issued.Load())

		time.Sleep(time.Minute) // two thirds of its life
		start = time.Now()
		require.Equal(t, "token-1", tokenOf(t, s))
		require.Zero(t, time.Since(start), "nobody waits for a renewal while the old one is good")
		time.Sleep(time.Second)
		require.Equal(t, "token-2", tokenOf(t, s))

		time.Sleep(time.Hour) // not used for long
		require.Equal(t, "token-3", tokenOf(t, s), "one that has ended is not used")
		require.Empty(t, m.log.String())
	})
}

func TestOneRenewalAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mint{delay: 100 * time.Millisecond}
		s := m.source()
		all := func(want string) {
			var wg sync.WaitGroup
			for range 64 {
				wg.Go(func() {
					token, err := s.Token(t.Context())
					if err != nil || token != want {
						t.Errorf("%q %v, want %q", token, err, want)
					}
				})
			}
			wg.Wait()
			synctest.Wait()
		}
		all("token-1")
		time.Sleep(10 * time.Minute)
		all("token-1")
		time.Sleep(time.Second)
		all("token-2")
		for range 64 { // refused together
			s.Refused("token-2")
		}
		all("token-3")
		s.Refused("token-2")
		s.Refused("token-3") // no better than the one before: not at once again
		all("token-3")
		time.Sleep(refusalDelay)
		s.Refused("token-3")
		all("token-4")
		require.Equal(t, int32(4), m.issued.Load())
	})
}

func TestFailedRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mint{}
		s := m.source()
		require.Equal(t, "token-1", tokenOf(t, s))
		m.fail(errors.New("out of order"))
		time.Sleep(12 * time.Minute)
		for range 600 { // of the three minutes that are left
			if time.Sleep(250 * time.Millisecond); time.Since(s.current.Load().end) < 0 {
				require.Equal(t, "token-1", tokenOf(t, s), "the old one serves to its end")
			}
		}
		synctest.Wait()
		require.Less(t, m.issued.Load(), int32(12), "with ever longer waits between the attempts")
		require.Contains(t, m.log.String(), "line: channel access token not renewed")
		require.Contains(t, m.log.String(), "old_is_good=true")
		require.NotContains(t, m.log.String(), "token-1")

		time.Sleep(2 * time.Minute)
		before := m.issued.Load()
		for range 100 {
			_, err := s.Token(t.Context())
			require.EqualError(t, err, "out of order")
		}
		require.LessOrEqual(t, m.issued.Load(), before+1)
		require.Contains(t, m.log.String(), "old_is_good=false")

		m.fail(nil)
		time.Sleep(maxRenewDelay)
		require.Equal(t, fmt.Sprintf("token-%d", m.issued.Load()+1), tokenOf(t, s))
	})
}

func TestTokenIsNotWaitedForWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mint{delay: time.Hour}
		s := m.source()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := s.Token(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		start := time.Now()
		_, err = s.Token(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, renewTimeout-time.Second, time.Since(start))
	})
}
