package bot_test

import (
	"context"
	"encoding/binary"
	"errors"
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
			return &transport.SendError{Disposition: transport.Retry, Err: errors.New("test: away")}
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

// frozenAck is a store whose first acknowledgement takes so long that the delivery lease runs out, and
// another process sends what is behind.
type frozenAck struct {
	session.Store
	frozen atomic.Bool
}

func (s *frozenAck) Ack(ctx context.Context, id string, done session.Seq, lease time.Duration) ([]session.Output, error) {
	if s.frozen.CompareAndSwap(true, false) {
		time.Sleep(session.DefaultDeliveryLease)
	}
	return s.Store.Ack(ctx, id, done, lease)
}

// A process that acknowledges after its delivery lease cannot know if what it then gets was sent.
func TestLateAcknowledgementIsADoubt(t *testing.T) {
	for _, late := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			store := &frozenAck{Store: memstore.New()}
			r := &rig{T: t, channel: &fakeChannel{}, store: store, log: &logged{}}
			r.start(r.channel, counter(t, nil))
			defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
			r.say("ann", "start")
			r.pass(time.Second)
			r.channel.take()
			sends := 0
			r.channel.slow = func() { // the next turn commits meanwhile
				if sends++; sends == 1 {
					time.Sleep(time.Second)
				}
			}
			store.frozen.Store(late)
			r.say("ann", "a")
			r.say("ann", "b")
			r.pass(3500 * time.Millisecond)
			r.pass(time.Minute)
			got := r.channel.take()
			require.GreaterOrEqual(t, len(got), 2)
			require.Equal(t, late, got[len(got)-1].Retried)
		})
	}
}

// An output that a build up to November 2026 stored has the time of its event alone.
func TestEarlierDelivery(t *testing.T) {
	body := append([]byte{1, byte(transport.ChatUser), 1}, binary.BigEndian.AppendUint64(nil, uint64(time.Now().Add(-time.Hour).UnixMilli()))...)
	body = append(body, make([]byte, 16)...)
	for _, s := range []string{"", "ann", "ann", "token"} {
		body = append(append(body, byte(len(s))), s...)
	}
	body = append(body, `["hello"]`...)
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		binary.BigEndian.PutUint64(body[3:], uint64(time.Now().Add(-time.Hour).UnixMilli()))
		leave(t, r.store, body)
		r.start(r.channel, counter(t, nil))
		defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
		r.pass(time.Minute)
		got := r.channel.take()
		require.Len(t, got, 1)
		require.Equal(t, []string{"hello"}, got[0].Messages)
		require.Equal(t, time.Hour, got[0].Age.Round(time.Minute))
	})
}

// leave leaves an output in a store, as a process that died does.
func leave(t *testing.T, store session.Store, body []byte) {
	t.Helper()
	ctx, token := context.Background(), session.LeaseToken{1}
	id := session.Key{}.ID()
	begun, err := store.Begin(ctx, &session.BeginRequest{ID: id, Token: token, Event: session.Event{ID: "1", Time: time.Now(), Body: []byte("{}")}})
	require.NoError(t, err)
	_, err = store.Commit(ctx, &session.CommitRequest{ID: id, Token: token, Rev: begun.Rev, EventID: "1", Outputs: [][]byte{body}})
	require.NoError(t, err)
}
