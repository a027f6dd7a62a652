package bot_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
)

// frozen is a store that hangs until a time. A call ends without an answer after 1.2 s. A Begin takes effect all
// the same, late after the store goes on, as if Redis found it in a socket.
type frozen struct {
	session.Store
	mu          sync.Mutex
	until, late time.Time
}

// freeze has the store hang for d, and Begins take effect so long after that.
func (f *frozen) freeze(d, late time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.until = time.Now().Add(d)
	f.late = f.until.Add(late)
}

func (f *frozen) times() (until, late time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.until, f.late
}

func (f *frozen) hang() error {
	if until, _ := f.times(); time.Now().Before(until) {
		time.Sleep(1200 * time.Millisecond)
		return session.ErrUnavailable
	}
	return nil
}

func (f *frozen) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	if err := f.hang(); err != nil {
		req := *r
		_, late := f.times()
		time.AfterFunc(time.Until(late), func() { _, _ = f.Store.Begin(context.Background(), &req) })
		return session.BeginResult{}, err
	}
	return f.Store.Begin(ctx, r)
}

func (f *frozen) Release(ctx context.Context, r *session.ReleaseRequest) error {
	if err := f.hang(); err != nil {
		return err
	}
	return f.Store.Release(ctx, r)
}

func (f *frozen) Due(ctx context.Context, accounts []string, limit int, claim time.Duration) ([]string, time.Duration, error) {
	if err := f.hang(); err != nil {
		return nil, 0, err
	}
	return f.Store.Due(ctx, accounts, limit, claim)
}

// A Begin that had no answer, and took effect when the store went on, keeps the lease for nobody.
func TestBeginWithoutAnswerIsGivenBack(t *testing.T) {
	for name, late := range map[string]time.Duration{
		"at once": 0, "behind the call that gives it back": 1400 * time.Millisecond,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &frozen{Store: memstore.New()}
				bubbleOver(t, store, bot.Options{}, func(_ context.Context, turn *countTurn) error {
					turn.Send(text("done"))
					return nil
				}, func(r *rig) {
					r.say("ann", "start")
					store.freeze(3*time.Second, late)
					err := r.bot.Receive(context.Background(), []transport.Event{said("ann", "e", "a")})
					require.ErrorIs(r, err, session.ErrUnavailable)
					time.Sleep(3800 * time.Millisecond) // 5 s since the event came
					synctest.Wait()
					require.Equal(r, []string{"done"}, untagged(r.channel.texts()))
				})
			})
		})
	}
}
