package bot_test

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
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

// A reply is looked at once more at the end of its token's window, whatever the platform asks for and
// however long it waits already.
func TestLastLook(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.channel.window = 50 * time.Second
		r.channel.fail = func(int, *transport.Delivery) error {
			return &transport.SendError{Disposition: transport.Retry, After: 5 * time.Minute, Err: errors.New("test: away")}
		}
		r.say("ann", "start")
		r.pass(2 * time.Minute)
		got := r.channel.take()
		require.Len(r, got, 2, "and then as long as it asks for")
		require.Equal(r, 45*time.Second, got[1].Age.Round(time.Second))
	})
}

// The same for a reply that waits behind a push: the push is tried again in time for the reply. Here the
// push is 20 s older, and the platform is back after 62 s.
func TestLastLookBehindAPush(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.say("ann", "start")
		r.channel.window = 50 * time.Second
		end := time.Now().Add(62 * time.Second)
		r.channel.fail = func(_ int, d *transport.Delivery) error {
			if d.ReplyToken == "token-event-2" || !time.Now().Before(end) {
				return nil
			}
			se := &transport.SendError{Disposition: transport.Retry, Err: errors.New("test: away")}
			if time.Until(end) < 32*time.Second {
				se.After = 5 * time.Minute
			}
			return se
		}
		r.say("ann", "many") // a reply, and a push
		r.pass(20 * time.Second)
		r.say("ann", "a")
		r.pass(5 * time.Minute)
		got := r.channel.take()
		last := got[len(got)-1]
		require.Equal(r, "token-event-3", last.Token)
		require.LessOrEqual(r, last.Age, 46*time.Second)
	})
}

// What a turn leaves is tried for 23 h from that turn on, though its event is older: a dead letter that
// is replayed a day later is answered.
func TestReplayAfterADay(t *testing.T) {
	fail := true
	act := func(_ context.Context, turn *countTurn) error {
		if fail && turn.Event().Text == "a" {
			return flow.Permanent(errors.New("no"))
		}
		turn.Send(text(turn.Event().Text))
		return nil
	}
	bubbleWith(t, bot.Options{}, act, func(r *rig) {
		r.say("ann", "start")
		r.say("ann", "a")
		r.channel.take()
		r.pass(30 * time.Hour)
		fail = false
		letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
		require.NoError(r, err)
		require.Len(r, letters, 1)
		require.NoError(r, r.bot.Replay(context.Background(), letters[0].ID))
		r.pass(time.Second)
		got := r.channel.take()
		require.Len(r, got, 1)
		require.Equal(r, 30*time.Hour, got[0].Age.Round(time.Minute), "its token is as old as it is")
		require.Zero(r, r.bot.Stats().Dropped)
	})
}

// A push that may repeat a reply is counted.
func TestDoubtfulPushIsCounted(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.channel.receipt = func(int) transport.Receipt { return transport.Receipt{Pushed: true, MayRepeat: true} }
		r.say("ann", "start")
		got := r.bot.Stats()
		require.EqualValues(r, 1, got.Sent)
		require.EqualValues(r, 1, got.Ambiguous)
	})
}

// A reply token that somebody else used is not tried again, neither at once nor while a refusal would
// be taken for the success of an earlier attempt.
func TestSpentTokenIsNotTriedAgain(t *testing.T) {
	inBubble(t, bot.Options{}, func(r *rig) {
		r.channel.window = 50 * time.Second
		r.channel.fail = func(int, *transport.Delivery) error {
			return &transport.SendError{Disposition: transport.Retry, TokenSpent: true, Err: errors.New("test: used")}
		}
		r.say("ann", "start")
		r.pass(time.Minute)
		for i, s := range r.channel.take() {
			require.Equal(r, i == 0 || s.Age > 50*time.Second, s.Token != "", "%v", s.Age)
		}
	})
}

// cutOff is the store of a process that reaches it for no acknowledgement until a time, and never sweeps.
type cutOff struct {
	session.Store
	until time.Time
}

func (s *cutOff) Ack(ctx context.Context, r *session.AckRequest) (session.AckResult, error) {
	if time.Now().Before(s.until) {
		return session.AckResult{}, session.ErrUnavailable
	}
	return s.Store.Ack(ctx, r)
}

func (s *cutOff) Wake() <-chan struct{} { return nil }

func (s *cutOff) Due(context.Context, []string, int, time.Duration) ([]string, time.Duration, error) {
	return nil, time.Hour, nil
}

// A process whose acknowledgement comes late gets nothing of what another process is sending meanwhile: the
// other one, which believes to be alone, would take the platform's refusal of its reply token for a stranger's
// doing, and push the answer a second time.
func TestLateAcknowledgementTakesNothing(t *testing.T) {
	for _, test := range []struct {
		name  string
		until time.Duration // when a reaches the store for acknowledgements again
	}{{"by itself", 4300 * time.Millisecond}, {"carried by Begin", time.Hour}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shared := memstore.New()
				a := &rig{T: t, channel: &fakeChannel{}, log: &logged{}}
				a.store = &cutOff{shared, time.Now().Add(test.until)}
				a.start(a.channel, counter(t, nil))
				defer func() { require.NoError(t, a.bot.Shutdown(context.Background())) }()
				b := &rig{T: t, channel: &fakeChannel{}, store: shared, log: &logged{}}
				b.start(b.channel, counter(t, nil))
				defer func() { require.NoError(t, b.bot.Shutdown(context.Background())) }()

				a.say("ann", "start")
				require.Len(t, a.channel.take(), 1)
				b.pass(4 * time.Second)
				require.Len(t, b.channel.take(), 1, "nobody acknowledged the answer")
				b.channel.mu.Lock()
				b.channel.slow = func() { time.Sleep(2 * time.Second) } // a acknowledges meanwhile
				b.channel.mu.Unlock()
				b.receive(said("ann", "next", "more"))
				b.pass(500 * time.Millisecond)
				if test.until == time.Hour {
					a.receive(said("ann", "more", "more"))
				}
				b.pass(time.Minute)
				var answers []string
				for _, s := range append(a.channel.take(), b.channel.take()...) {
					if s.Token == "token-next" {
						answers = append(answers, s.Messages...)
					}
				}
				require.Len(t, answers, 1)
			})
		})
	}
}

// earlierOutput is an output as a build up to November 2026 stored it, of an event of that age.
func earlierOutput(age time.Duration) []byte {
	b := []byte{1, byte(transport.ChatUser), 1}
	b = binary.BigEndian.AppendUint64(b, uint64(time.Now().Add(-age).UnixMilli()))
	b = append(b, make([]byte, 16)...)
	for _, s := range []string{"", "ann", "ann", "token"} {
		b = append(append(b, byte(len(s))), s...)
	}
	return append(b, `["hello"]`...)
}

// An output that a build up to November 2026 stored has the time of its event alone.
func TestEarlierDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		leave(t, r.store, session.Key{Chat: transport.ChatUser, ChatID: "ann"}.ID(), earlierOutput(time.Hour))
		r.start(r.channel, counter(t, nil))
		defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
		r.pass(time.Minute)
		got := r.channel.take()
		require.Len(t, got, 1)
		require.Equal(t, []string{"hello"}, untagged(got[0].Messages))
		require.Equal(t, time.Hour, got[0].Age.Round(time.Minute))
	})
}

// leave leaves an output in a store, as a process that died does.
func leave(t *testing.T, store session.Store, id string, body []byte) {
	t.Helper()
	ctx, token := context.Background(), session.LeaseToken{1}
	begun, err := store.Begin(ctx, &session.BeginRequest{ID: id, Token: token, Event: session.Event{ID: "left", Time: time.Now(), Body: []byte("{}")}})
	require.NoError(t, err)
	_, err = store.Commit(ctx, &session.CommitRequest{ID: id, Token: token, Rev: begun.Rev, EventID: "left", Outputs: [][]byte{body}})
	require.NoError(t, err)
}

// After an outage of the store, what another process had is not sent before that process had time to
// acknowledge: whoever of the two reaches the store first.
func TestOthersAcknowledgeAfterAnOutage(t *testing.T) {
	for up := 55 * time.Second; up < 57*time.Second; up += 100 * time.Millisecond {
		synctest.Test(t, func(t *testing.T) {
			shared, channel, ctx := memstore.New(), &fakeChannel{window: 50 * time.Second}, context.Background()
			stores := [2]*ackless{{Store: shared}, {Store: shared}}
			var bots [2]*bot.Bot
			for i, s := range stores {
				b, err := bot.New(channel, s, []*flow.Flow{counter(t, nil)}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
				require.NoError(t, err)
				bots[i] = b
			}
			set := func(down bool) {
				for _, s := range stores {
					s.mu.Lock()
					s.down = down
					s.mu.Unlock()
				}
			}
			require.NoError(t, bots[0].Receive(ctx, []transport.Event{said("ann", "1", "start")}))
			synctest.Wait()
			require.Len(t, channel.take(), 1)
			set(true)
			time.Sleep(up)
			set(false)
			time.Sleep(time.Minute)
			require.Empty(t, channel.take())
			for _, b := range bots {
				require.NoError(t, b.Shutdown(ctx))
			}
		})
	}
}
