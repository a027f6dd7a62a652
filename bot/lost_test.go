package bot_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
)

// overtaken is a store in which another process handles the event "lost" while its action runs.
type overtaken struct {
	session.Store
	begun session.BeginResult
}

func (s *overtaken) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	b, err := s.Store.Begin(ctx, r)
	if b.Event.ID == "lost" {
		s.begun = b
	}
	return b, err
}

func (s *overtaken) Extend(ctx context.Context, id string, t session.LeaseToken, _ time.Duration) error {
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

// slowAcks is a store whose acknowledgements take two seconds.
type slowAcks struct {
	session.Store
	done atomic.Int64
}

func (s *slowAcks) Ack(ctx context.Context, r *session.AckRequest) (session.AckResult, error) {
	time.Sleep(2 * time.Second)
	s.done.Add(1)
	return s.Store.Ack(ctx, r)
}

// After Shutdown nobody uses the store, which may be closed: acknowledgements that wait are sent,
// and one that is on its way is waited for.
func TestShutdownAcknowledges(t *testing.T) {
	for _, test := range []struct {
		name string
		pass time.Duration
	}{{"what waits", 0}, {"what is on its way", time.Second}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &slowAcks{Store: memstore.New()}
				r := &rig{T: t, channel: &fakeChannel{}, store: store, log: &logged{}}
				r.start(r.channel, counter(t, nil))
				r.say("ann", "start")
				r.pass(test.pass)
				require.Zero(t, store.done.Load())
				require.NoError(t, r.bot.Shutdown(context.Background()))
				require.EqualValues(t, 1, store.done.Load())
			})
		})
	}
}

// A message that was taken back is purged however late its sender's word comes.
func TestLateUnsend(t *testing.T) {
	act := func(context.Context, *countTurn) error { return flow.Permanent(errors.New("no")) }
	bubbleWith(t, bot.Options{}, act, func(r *rig) {
		r.say("ann", "start")
		e := said("ann", "1", "private")
		e.MessageID = "m"
		r.receive(raw(e))
		letters := func() int {
			all, err := deadLetters(r.bot.DeadLetters(context.Background()))
			require.NoError(r, err)
			return len(all)
		}
		require.Equal(r, 1, letters())
		e.ID, e.Kind, e.Text = "2", transport.KindUnsend, ""
		r.pass(25 * time.Hour)
		r.receive(raw(e))
		require.Zero(r, letters())
		require.EqualValues(r, 1, r.bot.Stats().Stale, "it has no turn")
	})
}

// An event that cannot be handled is set aside though no more outputs can wait: without a word.
func TestSetAsideWithFullOutbox(t *testing.T) {
	calls := 0
	act := func(_ context.Context, turn *countTurn) error {
		if turn.Event().Text == "bad" {
			calls++
			return flow.Permanent(errors.New("no"))
		}
		for range 100 {
			turn.Send(text("hello"))
		}
		return nil
	}
	bubbleWith(t, bot.Options{Failed: bot.Always(text("sorry"))}, act, func(r *rig) {
		r.channel.fail = func(int, *transport.Delivery) error {
			return &transport.SendError{Disposition: transport.Hold, Err: errors.New("test: token refused")}
		}
		r.say("ann", "start")
		for range session.MaxOutputs / 20 { // five messages are one output
			r.say("ann", "many")
			r.pass(time.Second)
		}
		require.EqualValues(r, 1+session.MaxOutputs/20, r.bot.Stats().Turns)
		r.say("ann", "bad")
		r.pass(time.Minute)
		require.Equal(r, 1, calls)
		require.EqualValues(r, 1, r.bot.Stats().Dead)
		letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
		require.NoError(r, err)
		require.Len(r, letters, 1)
	})
}
