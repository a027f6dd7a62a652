package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
)

// overtaken is a store in which another process handles the event "lost" while its action runs.
type overtaken struct {
	session.Store
	begun session.Begun
}

func (s *overtaken) Begin(ctx context.Context, r *session.BeginRequest) (session.Begun, error) {
	b, err := s.Store.Begin(ctx, r)
	if b.Event.ID == "lost" {
		s.begun = b
	}
	return b, err
}

func (s *overtaken) Extend(ctx context.Context, id string, t session.Token, _ time.Duration) error {
	_, err := s.Store.Commit(ctx, &session.CommitRequest{
		ID: id, Token: t, Rev: s.begun.Rev, EventID: "lost", State: s.begun.State,
	})
	return errors.Join(err, session.ErrFenced)
}

// An action whose session another process took over is told to end, and comes to nothing. It does
// not keep its place for ever, whether it listens or not.
func TestLostLeaseEndsTheAction(t *testing.T) {
	for _, test := range []struct {
		name string
		obey bool
		wait time.Duration
	}{{"waits for its context", true, 4 * time.Second}, {"ignores its context", false, 64 * time.Second}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				free := make(chan struct{})
				act := func(ctx context.Context, turn *countTurn) error {
					if turn.Event().ID != "lost" {
						turn.Send(text("fine"))
						return nil
					}
					heard := ctx.Done()
					if !test.obey {
						heard = nil
					}
					select {
					case <-heard:
					case <-free:
					}
					return ctx.Err()
				}
				r := &rig{T: t, channel: &fakeChannel{}, store: &overtaken{Store: memstore.New()}, log: &logged{}}
				r.start(r.channel, onText(t, act))
				defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
				defer close(free)
				r.say("ann", "start")
				r.receive(said("ann", "lost", "work"))
				r.pass(test.wait)
				got := r.bot.Stats()
				require.EqualValues(r, 1, got.Fenced)
				require.Zero(r, got.Failed+got.Dead)
				require.Zero(r, strings.Count(strings.Join(r.log.all(), "\n"), "ERROR"))
				require.Empty(r, r.channel.take())
				if !test.obey {
					require.EqualValues(r, 1, got.Stuck)
				}
				require.NoError(r, r.bot.Shutdown(context.Background()), "its place is free")
			})
		})
	}
}
