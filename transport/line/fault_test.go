package line_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
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
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/memnet"
	"github.com/kaiwa-go/kaiwa/transport/line/tokens"
)

// echo answers each text with how many there were, and the text.
func echo(t *testing.T) *flow.Flow {
	t.Helper()
	type data struct{ Texts string }
	b := flow.New[data]("echo")
	say := func(_ context.Context, t *flow.Turn[data]) error {
		time.Sleep(time.Millisecond) // in virtual time no reply would be late else
		t.Data.Texts += t.Event().Text
		t.Send(line.Text(t.Data.Texts))
		return nil
	}
	b.Start(flow.Text(".")).To("on")
	b.In("on").Enter(say).On(flow.Text("bye")).End().On(flow.Text()).Do(say).Stay()
	f, err := b.Build()
	require.NoError(t, err)
	return f
}

// talk is a real bot on a stand-in for LINE.
func talk(t *testing.T, o *emulator.Options, lo *line.Options, token string, store session.Store) *emulator.Platform {
	t.Helper()
	return talkTold(t, o, lo, token, store, &outcomes{})
}

// talkTold is talk with the outcomes of all attempts.
func talkTold(
	t *testing.T, o *emulator.Options, lo *line.Options, token string, store session.Store, told *outcomes,
) *emulator.Platform {
	t.Helper()
	network := memnet.New(t)
	o.Users, o.Client = []string{"Ann"}, network.Client()
	platform := emulator.New("secret", "token", o)
	t.Cleanup(platform.Close)
	lo.Endpoint, lo.Timeout = network.Serve("line.test", platform), 300*time.Millisecond
	if token == "" {
		source, err := tokens.Stateless("1234567890", "secret",
			&tokens.Options{Endpoint: lo.Endpoint, Client: network.Client()})
		require.NoError(t, err)
		lo.Tokens = source
	}
	channel, err := line.New("secret", token, lo)
	require.NoError(t, err)
	channel.ConnectBy(network.Dial)
	b, err := bot.New(channel, store, []*flow.Flow{echo(t)}, &bot.Options{Sent: told.add})
	require.NoError(t, err)
	t.Cleanup(func() { _ = b.Shutdown(context.WithoutCancel(t.Context())) })
	platform.SetWebhook(network.Serve("bot.test", b))
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

// faultRow is one way for the call with an answer to fail. The same rows are the test and FAULTS.md.
type faultRow struct {
	name string // in words for FAULTS.md
	n    int    // so many calls fail
	emulator.Fault
	reply, push string // what becomes of an answer that is to be a reply, and a push
}

// What may become of an answer, in the words of FAULTS.md.
const (
	replied = "comes as a reply, once"
	pushed  = "comes as a push, once"
	dead    = "does not come: a dead letter"
	nothing = "cannot be"
)

var faultRows = []faultRow{
	{"nothing fails", 0, emulator.Fault{}, replied, pushed},
	{"401, the access token is renewed", 1, emulator.Fault{Status: 401}, replied, pushed},
	{"429, too many calls", 1, emulator.Fault{Status: 429}, replied, pushed},
	{"429, the monthly limit", 1, emulator.Fault{Status: 429, Message: monthlyLimit}, nothing, replied},
	{"500, nothing done", 1, emulator.Fault{Status: 500}, replied, pushed},
	{"500 twice, nothing done", 2, emulator.Fault{Status: 500}, replied, pushed},
	{"500, but LINE has it (then 409 for a push)", 1, emulator.Fault{Status: 500, After: true}, replied, pushed},
	{"502, but LINE has it", 1, emulator.Fault{Status: 502, After: true}, replied, pushed},
	{"reset before LINE has it", 1, emulator.Fault{Cut: true}, replied, pushed},
	{"reset after LINE has it", 1, emulator.Fault{Cut: true, After: true}, replied, pushed},
	{"no answer in time, LINE does not have it", 1, emulator.Fault{Hang: true}, replied, pushed},
	{"no answer in time, LINE has it", 1, emulator.Fault{Hang: true, After: true}, replied, pushed},
	{"400, a message that LINE refuses", 1, emulator.Fault{Status: 400}, dead, dead},
	{"400, somebody else used the reply token", 1, emulator.Fault{Status: 400, Message: "Invalid reply token"}, pushed, nothing},
	{"403, not for this account", 1, emulator.Fault{Status: 403}, dead, dead},
	{"413, too large", 1, emulator.Fault{Status: 413}, dead, dead},
}

// Whatever happens to a call, the user sees each answer once and in order, or not at all where
// LINE refuses it for good; and each attempt is told, with LINE's id of the call.
func TestFaults(t *testing.T) {
	for _, row := range faultRows {
		for mode, want := range map[string]string{"reply": row.reply, "push": row.push} {
			if want == nothing {
				continue
			}
			t.Run(mode+" "+row.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { row.test(t, mode, want) })
			})
		}
	}
}

func (row *faultRow) test(t *testing.T, mode, want string) {
	t.Helper()
	lo, told := &line.Options{}, &outcomes{}
	if mode == "push" {
		lo.ReplyWindow = time.Nanosecond
	}
	platform := talkTold(t, &emulator.Options{}, lo, "", memstore.New(), told)
	all := []string{".", ".a", ".ab"}
	if want == dead {
		all = []string{".", ".ab"}
	}
	_, err := platform.Say(t.Context(), "Ann", ".")
	require.NoError(t, err)
	require.Equal(t, all[:1], seen(t, platform, "."))
	platform.FailNext(row.n, row.Fault)
	for _, text := range []string{"a", "b"} {
		_, err := platform.Say(t.Context(), "Ann", text)
		require.NoError(t, err)
	}
	require.Equal(t, all, seen(t, platform, ".ab"))
	for _, m := range platform.Messages("Ann") {
		if m.Text == ".a" {
			require.Equal(t, want, map[string]string{"reply": replied, "push": pushed}[m.Via])
		}
	}
	told.check(t, row, want == dead)
}

// outcomes are what bot.Options.Sent was told.
type outcomes struct {
	mu  sync.Mutex
	all []bot.Sent
}

func (o *outcomes) add(s bot.Sent) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, s)
}

func (o *outcomes) check(t *testing.T, row *faultRow, lost bool) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	drops := 0
	for _, s := range o.all {
		var se *transport.SendError
		if errors.As(s.Err, &se) && se.Disposition == transport.Drop {
			drops++
		}
		silent := s.Err != nil && (row.Cut || row.Hang)
		require.Equal(t, !silent, s.Receipt.RequestID != "", "%+v", s)
	}
	require.Equal(t, lost, drops == 1, "%+v", o.all)
}

func TestFaultsFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Faults\n\nWhat becomes of an answer of a bot whose call to LINE fails. What comes next is not held up for good,\n" +
		"and comes behind it. A test writes this table from its own rows, each of which is run against the\n" +
		"emulator over HTTP, in virtual time: `KAIWA_UPDATE=1 go test ./transport/line`.\n\n" +
		"| the call meets | an answer that is to be a reply | an answer that is to be a push |\n|---|---|---|\n")
	for _, r := range faultRows {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.name, r.reply, r.push)
	}
	b.WriteString("\nA reply token that expired makes the answer a push. A 401 that no new access token mends holds all until\n" +
		"somebody mends it. At the monthly limit replies go out; a late answer is replied if LINE still takes its\n" +
		"reply token; what can only be pushed is a dead letter at once, which keeps back nothing.\n")
	const file = "FAULTS.md"
	if os.Getenv("KAIWA_UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "write it again with KAIWA_UPDATE=1")
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
	synctest.Test(t, func(t *testing.T) {
		platform := talk(t, &emulator.Options{}, &line.Options{}, "own-token", memstore.New())
		for _, text := range []string{".", "a"} {
			_, err := platform.Say(t.Context(), "Ann", text)
			require.NoError(t, err)
			synctest.Wait() // two events of one millisecond have no order
		}
		platform.AddToken("own-token", 0) // somebody mends it
		require.Equal(t, []string{".", ".a"}, seen(t, platform, ".a"))
	})
}

// Behind the monthly limit replies still go out.
func TestMonthlyLimitLeavesReplies(t *testing.T) {
	platform := talk(t, &emulator.Options{MonthlyLimit: 1}, &line.Options{}, "token", memstore.New())
	var all string
	for _, text := range []string{".", "a", "b"} {
		_, err := platform.Say(t.Context(), "Ann", text)
		require.NoError(t, err)
		all += text
		seen(t, platform, all) // two events of one millisecond have no order
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
