package bot_test

import (
	"context"
	"log/slog"
	"sync"
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

// brief is a flow that says goodbye after 10 s. While "slow" runs, its user waits for 2 s. Its state is
// bound to the menu "brief".
func brief(t *testing.T) *flow.Flow {
	t.Helper()
	type turn = flow.Turn[count]
	say := func(words string) func(context.Context, *turn) error {
		return func(_ context.Context, t *turn) error { t.Send(text(words)); return nil }
	}
	b := flow.New[count]("brief")
	b.Start(flow.Text("start")).To("talking")
	b.In("talking").Menu("brief").Enter(say("hello")).
		On(flow.Text("slow")).Do(func(_ context.Context, t *turn) error {
		time.Sleep(2 * time.Second)
		t.Send(text("at last"))
		return nil
	}).Stay().
		After(10 * time.Second).Do(say("bye")).End()
	f, err := b.Build()
	require.NoError(t, err)
	return f
}

// fourProcesses is a store on which three other processes work.
type fourProcesses struct{ session.Store }

func (fourProcesses) Heartbeat(context.Context, string, []string, time.Duration) ([]int, error) {
	return []int{4}, nil
}

// full is a channel that can do all that a channel may do.
type full struct {
	*fakeChannel
	mu        sync.Mutex
	loading   []string
	processes int
}

func (c *full) ShowLoading(_ context.Context, chat transport.Source, _ time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.loading = append(c.loading, chat.ChatID)
	return nil
}

func (c *full) HasMenu(_, name string) bool { return name == "brief" }

func (c *full) SetProcesses(_ string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.processes = n
}

// What stands between a bot and its store or channel, and adds nothing, takes nothing away.
func TestDecoratorsLoseNothing(t *testing.T) {
	for _, tt := range []struct {
		name    string
		store   func(session.Store) session.Store
		channel func(bot.Channel) bot.Channel
	}{
		{"of nothing", func(s session.Store) session.Store { return s }, func(c bot.Channel) bot.Channel { return c }},
		{
			"of the store", func(s session.Store) session.Store { return struct{ session.Store }{s} },
			func(c bot.Channel) bot.Channel { return c },
		},
		{
			"of the channel", func(s session.Store) session.Store { return s },
			func(c bot.Channel) bot.Channel { return struct{ bot.Channel }{c} },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &full{fakeChannel: &fakeChannel{}}
				store := tt.store(fourProcesses{memstore.New()})
				b, err := bot.New(tt.channel(c), store, []*flow.Flow{brief(t)}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
				require.NoError(t, err)
				defer func() { require.NoError(t, b.Shutdown(context.Background())) }()
				synctest.Wait() // the bot asks what is due, and would sleep for an hour now
				say := func(words string) {
					t.Helper()
					require.NoError(t, b.Receive(t.Context(), []transport.Event{said("ann", words, words)}))
					synctest.Wait()
				}
				pass := func(d time.Duration) { time.Sleep(d); synctest.Wait() }
				c.mu.Lock()
				require.Equal(t, 4, c.processes, "the channel is told how many processes there are")
				c.mu.Unlock()

				say("start")
				require.Equal(t, []string{"hello", "menu:brief"}, untagged(c.texts()))
				say("slow")
				pass(1100 * time.Millisecond)
				c.mu.Lock()
				require.Equal(t, []string{"ann"}, c.loading, "the user is shown that an answer is on its way")
				c.mu.Unlock()
				pass(900 * time.Millisecond)
				require.Equal(t, []string{"at last"}, untagged(c.texts()))

				pass(8*time.Second - time.Millisecond) // "slow" was said 2 s ago
				require.Empty(t, c.texts())
				pass(time.Millisecond)
				require.Equal(t, []string{"bye", "menu:"}, untagged(c.texts()), "a timer of 10 s fires at 10 s")
			})
		})
	}
}

// A menu that the channel does not have is found behind a decorator too.
func TestDecoratedChannelHasItsMenus(t *testing.T) {
	t.Parallel()
	channel := struct{ bot.Channel }{&holder{menus: []string{"other"}}}
	_, err := bot.New(channel, memstore.New(), []*flow.Flow{brief(t)}, nil)
	require.ErrorContains(t, err, `the menu "brief", which was not declared`)
}
