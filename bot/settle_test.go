package bot_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
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

// ackLog is a store that notes which outputs were acknowledged.
type ackLog struct {
	session.Store
	away  atomic.Bool
	mu    sync.Mutex
	acked []session.Seq
}

func (s *ackLog) Ack(ctx context.Context, r *session.AckRequest) (session.AckResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Done&0xff != 0 { // otherwise it is the end of an earlier commit: an output is postponed
		s.acked = append(s.acked, r.Done)
	}
	return s.Store.Ack(ctx, r)
}

func (s *ackLog) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.acked)
}

func (s *ackLog) Due(ctx context.Context, accounts []string, limit int, claim time.Duration) ([]string, time.Duration, error) {
	if s.away.Load() {
		return nil, 0, session.ErrUnavailable
	}
	return s.Store.Due(ctx, accounts, limit, claim)
}

// With ProcessBeforeResponse, Receive returns when the turn is over, its reply sent and acknowledged.
func TestProcessBeforeResponse(t *testing.T) {
	const call = 300 * time.Millisecond // of the platform
	for _, test := range []struct {
		name  string
		words string
		fails int // so many calls of the platform
		turns int // so many turns
		after time.Duration
		acked bool
	}{
		{"a turn and its reply", "a", 0, 0, call, true},
		{"a turn that takes a second", "second", 0, 0, time.Second + call, true},
		{"a reply that is sent twice", "a", 1, 0, 2*call + 100*time.Millisecond, true},
		{"a turn that is tried twice", "a", 0, 1, 200*time.Millisecond + call, true},
		{"two outputs", "many", 0, 0, 2 * call, true},
		{"two outputs, the second is sent twice", "many", -1, 0, 3*call + 100*time.Millisecond, true},
		{"a turn that takes longer", "long", 0, 0, 1500 * time.Millisecond, false},
		{"a reply that has to wait", "a", 3, 0, 3*call + 500*time.Millisecond, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &ackLog{Store: memstore.New()}
				r := &rig{T: t, channel: &fakeChannel{}, store: store, log: &logged{}}
				turns := 0
				act := func(_ context.Context, turn *countTurn) error {
					switch words := turn.Event().Text; {
					case words == "second":
						time.Sleep(time.Second)
					case words == "long":
						time.Sleep(5 * time.Second)
					case words == "many":
						for range 5 {
							turn.Send(text("more"))
						}
					}
					if turns++; turns <= test.turns {
						return errors.New("no luck")
					}
					turn.Send(text("heard"))
					return nil
				}
				b := flow.New[count]("once")
				b.Start(flow.Text()).To("on")
				b.In("on").Enter(act).On(flow.Text()).Do(act).Stay().On(flow.Text("bye")).End()
				r.startBot(bot.Options{ProcessBeforeResponse: true}, b.MustBuild())
				defer func() { require.NoError(t, r.bot.Shutdown(context.Background())) }()
				r.channel.slow = func() { time.Sleep(call) }
				r.channel.fail = func(n int, _ *transport.Delivery) error {
					if n < test.fails || test.fails < 0 && n == -test.fails {
						return errors.New("test: away")
					}
					return nil
				}
				start := time.Now()
				require.NoError(t, r.bot.Receive(t.Context(), []transport.Event{said("ann", "e1", test.words)}))
				require.Equal(t, test.after, time.Since(start))
				require.Equal(t, test.acked, store.count() > 0)
				r.pass(time.Minute)
				want := []string{"heard"}
				if test.words == "many" {
					want = []string{"more", "more", "more", "more", "more", "heard"}
				}
				var got []string
				for i, s := range r.channel.take() {
					if i >= test.fails && (test.fails >= 0 || i != -test.fails) {
						got = append(got, s.Messages...)
					}
				}
				require.Equal(t, want, untagged(got))
			})
		})
	}
}

// A webhook waits for its own session alone.
func TestProcessBeforeResponseOfOthers(t *testing.T) {
	inBubble(t, bot.Options{ProcessBeforeResponse: true}, func(r *rig) {
		r.say("ann", "start")
		go func() { _ = r.bot.Receive(r.Context(), []transport.Event{said("ann", "e0", "slow")}) }()
		synctest.Wait()
		start := time.Now()
		r.receive(said("bob", "e1", "start"), said("bob", "e2", "a"))
		require.Zero(r, time.Since(start))
		r.receive(said("ann", "e3", "a")) // waits behind the slow turn
		require.Equal(r, 1500*time.Millisecond, time.Since(start))
		r.pass(time.Second)
	})
}

// RunPending does what is due, and answers when it is done.
func TestRunPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &ackLog{Store: memstore.New()}
		r := &rig{T: t, channel: &fakeChannel{}, store: store, log: &logged{}}
		o := bot.Options{ProcessBeforeResponse: true}
		r.startBot(o, counter(t, nil))
		call := func() (int, string) {
			w := httptest.NewRecorder()
			r.bot.RunPending().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
			return w.Code, w.Body.String()
		}
		r.say("ann", "start")
		r.say("bob", "start")
		r.channel.take()
		require.NoError(t, r.bot.Shutdown(t.Context())) // nobody sweeps
		code, body := call()
		require.Equal(t, http.StatusServiceUnavailable, code)
		require.Equal(t, "bot: shut down\n", body)

		time.Sleep(time.Hour)
		// What is due in this moment is begun by the sweep or by the handler: both are waited for.
		r.channel.slow = func() { time.Sleep(300 * time.Millisecond) }
		acked := store.count()
		r.startBot(o, counter(t, nil))
		code, body = call()
		require.Equal(t, http.StatusOK, code)
		require.Equal(t, "done\n", body)
		require.ElementsMatch(t, []string{"idle at 0", "idle at 0"}, untagged(r.channel.texts()))
		require.Equal(t, acked+2, store.count())

		store.away.Store(true)
		code, body = call()
		require.Equal(t, http.StatusServiceUnavailable, code)
		require.Equal(t, "session: store unavailable\n", body)
		store.away.Store(false)

		// It ends in time.
		r.channel.mu.Lock()
		r.channel.slow = func() { time.Sleep(time.Minute) }
		r.channel.mu.Unlock()
		go func() { _ = r.bot.Receive(t.Context(), []transport.Event{said("ann", "e0", "start")}) }()
		synctest.Wait()
		start := time.Now()
		code, body = call()
		require.Equal(t, 25*time.Second, time.Since(start))
		require.Equal(t, http.StatusServiceUnavailable, code)
		require.Equal(t, "bot: more is due\n", body)
		r.pass(5 * time.Minute)
		require.NoError(t, r.bot.Shutdown(context.Background()))

		r.startBot(bot.Options{}, counter(t, nil))
		code, body = call()
		require.Equal(t, http.StatusInternalServerError, code)
		require.Equal(t, "bot: RunPending needs Options.ProcessBeforeResponse\n", body)
		require.NoError(t, r.bot.Shutdown(context.Background()))
	})
}
