package line_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// echo answers each text with how many there were, and the text.
func echo(t *testing.T) bot.Flow {
	t.Helper()
	type data struct{ Texts string }
	b := flow.New[data]("echo", "on")
	say := func(_ context.Context, t *flow.Turn[data]) error {
		t.Data.Texts += t.Event().Text
		t.Send(line.Text(t.Data.Texts))
		return nil
	}
	b.StartOn(flow.Text("."))
	b.In("on").Enter(say).On(flow.Text("bye")).End().On(flow.Text()).Do(say).Stay()
	f, err := b.Build()
	require.NoError(t, err)
	return f
}

// talk is a real bot on a stand-in for LINE.
func talk(t *testing.T, o *emulator.Options, lo *line.Options, token string, store session.Store) *emulator.Platform {
	t.Helper()
	o.Users = []string{"Ann"}
	platform := emulator.New("secret", "token", o)
	api := httptest.NewServer(platform)
	t.Cleanup(api.Close)
	t.Cleanup(platform.Close)
	lo.Endpoint, lo.Timeout = api.URL, 300*time.Millisecond
	if token == "" {
		tokens, err := line.StatelessTokens("1234567890", "secret", &line.TokenOptions{Endpoint: api.URL})
		require.NoError(t, err)
		lo.Tokens = tokens
	}
	channel, err := line.New("secret", token, lo)
	require.NoError(t, err)
	b, err := bot.New(channel, store, []bot.Flow{echo(t)}, nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = b.Shutdown(context.WithoutCancel(t.Context())) })
	hook := httptest.NewServer(b)
	t.Cleanup(hook.Close)
	platform.SetWebhook(hook.URL)
	_, err = platform.Follow(t.Context(), "Ann")
	require.NoError(t, err)
	return platform
}

// seen is what the bot said to Ann, once its last words have come.
func seen(t *testing.T, platform *emulator.Platform, last string) (texts []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for seq := 0; ; {
		m, err := platform.Next(ctx, "Ann", seq)
		require.NoError(t, err, "%v", texts)
		seq = m.Seq
		if texts = append(texts, m.Text); m.Text == last {
			break
		}
	}
	texts = nil
	for _, m := range platform.Messages("Ann") {
		if m.From == emulator.FromBot {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// Whatever happens to a call, the user sees each answer once and in order, or not at all where
// LINE refuses it for good.
func TestFaults(t *testing.T) {
	tests := []struct {
		name  string
		n     int
		fault emulator.Fault
		lost  bool
	}{
		{"nothing", 0, emulator.Fault{}, false},
		{"401 once", 1, emulator.Fault{Status: 401}, false},
		{"429", 1, emulator.Fault{Status: 429}, false},
		{"500 before", 1, emulator.Fault{Status: 500}, false},
		{"500 twice", 2, emulator.Fault{Status: 500}, false},
		{"500 after", 1, emulator.Fault{Status: 500, After: true}, false},
		{"502 after", 1, emulator.Fault{Status: 502, After: true}, false},
		{"reset before", 1, emulator.Fault{Cut: true}, false},
		{"reset after", 1, emulator.Fault{Cut: true, After: true}, false},
		{"time-out before", 1, emulator.Fault{Hang: true}, false},
		{"time-out after", 1, emulator.Fault{Hang: true, After: true}, false},
		{"400", 1, emulator.Fault{Status: 400}, true},
		{"403", 1, emulator.Fault{Status: 403}, true},
		{"413", 1, emulator.Fault{Status: 413}, true},
	}
	modes := []struct {
		name   string
		window time.Duration
	}{{"reply", 0}, {"push", time.Nanosecond}}
	for _, mode := range modes {
		for _, tt := range tests {
			t.Run(mode.name+" "+tt.name, func(t *testing.T) {
				t.Parallel()
				platform := talk(t, &emulator.Options{}, &line.Options{ReplyWindow: mode.window}, "", memstore.New())
				want := []string{".", ".a", ".ab"}
				if tt.lost {
					want = []string{".", ".ab"}
				}
				_, err := platform.Say(t.Context(), "Ann", ".")
				require.NoError(t, err)
				require.Equal(t, want[:1], seen(t, platform, "."))
				if tt.n > 0 {
					platform.FailNext(tt.n, tt.fault)
				}
				for _, text := range []string{"a", "b"} {
					_, err := platform.Say(t.Context(), "Ann", text)
					require.NoError(t, err)
				}
				require.Equal(t, want, seen(t, platform, ".ab"))
			})
		}
	}
}

// A reply token that has expired makes room for a push; one that was used does not.
func TestFaultOfTheReplyToken(t *testing.T) {
	platform := talk(t, &emulator.Options{ReplyTokenLife: time.Nanosecond}, &line.Options{ReplyWindow: time.Nanosecond}, "token", memstore.New())
	_, err := platform.Say(t.Context(), "Ann", ".")
	require.NoError(t, err)
	require.Equal(t, []string{"."}, seen(t, platform, "."))
	messages := platform.Messages("Ann")
	require.Equal(t, "push", messages[len(messages)-1].Via)
}

// A token that is revoked holds everything until there is another.
func TestRevokedTokenHolds(t *testing.T) {
	platform := talk(t, &emulator.Options{}, &line.Options{}, "own-token", memstore.New())
	for _, text := range []string{".", "a"} {
		_, err := platform.Say(t.Context(), "Ann", text)
		require.NoError(t, err)
	}
	platform.AddToken("own-token", 0) // somebody mends it
	require.Equal(t, []string{".", ".a"}, seen(t, platform, ".a"))
}

// Behind the monthly limit replies still go out.
func TestMonthlyLimitLeavesReplies(t *testing.T) {
	platform := talk(t, &emulator.Options{MonthlyLimit: 1}, &line.Options{}, "token", memstore.New())
	for _, text := range []string{".", "a", "b"} {
		_, err := platform.Say(t.Context(), "Ann", text)
		require.NoError(t, err)
	}
	require.Equal(t, []string{".", ".a", ".ab"}, seen(t, platform, ".ab"))
}

// Two accounts on one Redis know the same user, and mix up nothing.
func TestAccountsShareRedis(t *testing.T) {
	client := redistest.Start(t)
	ns := redistest.Namespace(t, client)
	platforms := map[string]*emulator.Platform{}
	for _, name := range []string{"shop", "club"} {
		store, err := redisstore.New(t.Context(), client, &redisstore.Options{Namespace: ns, Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		platforms[name] = talk(t, &emulator.Options{}, &line.Options{Name: name}, "token", store)
	}
	for _, text := range []string{".", "a"} {
		_, err := platforms["shop"].Say(t.Context(), "Ann", text)
		require.NoError(t, err)
	}
	require.Equal(t, []string{".", ".a"}, seen(t, platforms["shop"], ".a"))
	_, err := platforms["club"].Say(t.Context(), "Ann", ".")
	require.NoError(t, err)
	require.Equal(t, []string{"."}, seen(t, platforms["club"], "."))
	require.Equal(t, platforms["shop"].Users()[0].ID, platforms["club"].Users()[0].ID)
}
