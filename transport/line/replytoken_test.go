package line_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// inside calls a stand-in for LINE in this process, so that both live in virtual time.
type inside struct {
	http.Handler
	retryAfter string // with each answer
}

func (h *inside) RoundTrip(r *http.Request) (*http.Response, error) {
	w, done := httptest.NewRecorder(), make(chan error, 1)
	r.Host = "127.0.0.1"
	go func() {
		defer func() {
			if recover() != nil {
				done <- io.ErrUnexpectedEOF
			}
		}()
		h.ServeHTTP(w, r)
		done <- nil
	}()
	select {
	case err := <-done:
		if h.retryAfter != "" {
			w.Header().Set("Retry-After", h.retryAfter)
		}
		return w.Result(), err
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// life is a bot and a stand-in for LINE in virtual time, and a chat with both.
type life struct {
	*testing.T
	platform *emulator.Platform
	channel  *line.Channel
	bot      *bot.Bot
	wire     *inside
	group    string // the chat is this group's, if it is not empty
	fail     bool   // the action does
	steal    bool   // the action uses the reply token itself
	spent    bool   // the month's quota is used up

	fault emulator.Fault // of calls whose path ends in call, until then
	call  string
	until time.Time
}

func newLife(t *testing.T, o bot.Options, group bool) *life {
	t.Helper()
	l := &life{T: t}
	l.platform = emulator.New("secret", "token", &emulator.Options{Users: []string{"Ann"}, Fault: l.faultOf})
	l.wire = &inside{Handler: l.platform}
	if group {
		g, err := l.platform.AddGroup(emulator.Group{Name: "Club"}, "Ann")
		require.NoError(t, err)
		_, _ = l.platform.Invite(t.Context(), "Club")
		l.group = g.ID
	} else {
		_, _ = l.platform.Follow(t.Context(), "Ann")
	}
	var err error
	l.channel, err = line.New("secret", "token", &line.Options{
		Endpoint: "http://127.0.0.1", Client: &http.Client{Transport: l.wire}, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	b := flow.New[struct{}]("echo")
	say := func(_ context.Context, turn *flow.Turn[struct{}]) error {
		switch {
		case l.fail:
			return flow.Permanent(errors.New("no"))
		case l.steal:
			l.use(turn.Event().ReplyToken)
		}
		turn.Send(line.Text(turn.Event().Text))
		return nil
	}
	b.Start(flow.Text()).To("on")
	in := func(t *flow.Turn[struct{}]) time.Time { return t.Now().Add(time.Minute) }
	b.In("on").Enter(say).On(flow.Text("bye")).End().
		On(flow.Text("remind")).Do(say).Remind("later", in, func(_ context.Context, turn *flow.Turn[struct{}]) error {
		turn.Send(line.Text("later"))
		return nil
	}).Stay().
		On(flow.Text()).Do(say).Stay()
	f, err := b.Build()
	require.NoError(t, err)
	o.Logger = slog.New(slog.DiscardHandler)
	l.bot, err = bot.New(l.channel, memstore.New(), []*flow.Flow{f}, &o)
	require.NoError(t, err)
	return l
}

// use sends a message with a reply token, as the author's own code or LINE's SDK may do.
func (l *life) use(token string) {
	body := fmt.Sprintf(`{"replyToken":%q,"messages":[{"type":"text","text":"own"}]}`, token)
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/v2/bot/message/reply", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer token")
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	l.platform.ServeHTTP(w, r)
	require.Equal(l, http.StatusOK, w.Code, w.Body)
}

// happens makes an event at LINE, which does not reach the bot.
func (l *life) happens(text string) (d emulator.Delivery, raw string) {
	l.Helper()
	user := l.platform.Users()[0].ID
	name, source := "Ann", fmt.Sprintf(`{"type":"user","userId":%q}`, user)
	if l.group != "" {
		name, source = "Club/Ann", fmt.Sprintf(`{"type":"group","groupId":%q,"userId":%q}`, l.group, user)
	}
	d, _ = l.platform.Emit(l.Context(), name, "message", nil)
	require.NotEmpty(l, d.ReplyToken)
	return d, fmt.Sprintf(`{"type":"message","message":{"type":"text","id":"1","text":%q},"webhookEventId":%q,"timestamp":%d,`+
		`"source":%s,"replyToken":%q,"mode":"active","deliveryContext":{"isRedelivery":false}}`,
		text, d.EventID, time.Now().UnixMilli(), source, d.ReplyToken)
}

// arrives brings the bot an event.
func (l *life) arrives(raw string) {
	l.Helper()
	e, err := l.channel.Decode("", []byte(raw))
	require.NoError(l, err)
	require.NoError(l, l.bot.Receive(l.Context(), []transport.Event{e}))
	synctest.Wait()
}

func (l *life) says(text string) {
	l.Helper()
	_, raw := l.happens(text)
	l.arrives(raw)
}

// comesAfter has the event come again.
func (l *life) comesAfter(wait time.Duration) {
	d, raw := l.happens("hello")
	time.Sleep(wait)
	_, _ = l.platform.Redeliver(l.Context(), d)
	l.arrives(strings.Replace(raw, `"isRedelivery":false`, `"isRedelivery":true`, 1))
}

// letterIsReplayed gives the event that failed another turn.
func (l *life) letterIsReplayed(after time.Duration, first ...func()) {
	l.fail = true
	l.says("hello")
	l.fail = false
	time.Sleep(after)
	for _, f := range first {
		f()
	}
	for letter, err := range l.bot.DeadLetters(l.Context()) {
		require.NoError(l, err)
		require.NoError(l, l.bot.Replay(l.Context(), letter.ID))
	}
}

// failsFor lets all calls of a kind fail for so long.
func (l *life) failsFor(d time.Duration, call string, f emulator.Fault) {
	l.fault, l.call, l.until = f, call, time.Now().Add(d)
}

func (l *life) faultOf(r *http.Request) emulator.Fault {
	if l.spent && strings.HasSuffix(r.URL.Path, "/push") {
		return emulator.Fault{Status: 429, Message: monthlyLimit}
	}
	if l.call == "" || !strings.HasSuffix(r.URL.Path, l.call) || !time.Now().Before(l.until) {
		return emulator.Fault{}
	}
	return l.fault
}

// tokenRow is one situation in the life of a reply token: a row of TOKENS.md, and a test.
type tokenRow struct {
	name  string
	group bool // in a group, where answers may not be pushed
	o     bot.Options
	do    func(l *life)

	seen                     string // what the bot said came by
	sent, dropped, ambiguous int64  // as Stats says
}

var tokenRows = []tokenRow{
	{
		name: "all is well", do: func(l *life) { l.says("hello") },
		seen: "reply", sent: 1,
	},
	{
		name: "the event came again after 3 minutes", do: func(l *life) { l.comesAfter(3 * time.Minute) },
		seen: "reply", sent: 1,
	},
	{
		name: "the event came again after 21 minutes", do: func(l *life) { l.comesAfter(21 * time.Minute) },
		seen: "push", sent: 1,
	},
	{
		name: "the event came again after 21 minutes, and LINE answers no reply for 2 s",
		do: func(l *life) {
			l.failsFor(21*time.Minute+2*time.Second, "/reply", emulator.Fault{Hang: true})
			l.comesAfter(21 * time.Minute)
		},
		seen: "push", sent: 1,
	},
	{
		name: "the event came again after 21 minutes, in a group", group: true, do: func(l *life) { l.comesAfter(21 * time.Minute) },
		dropped: 1,
	},
	{
		name: "the event came again after 21 minutes, in a group with PushToGroups", group: true, o: bot.Options{PushToGroups: true},
		do:   func(l *life) { l.comesAfter(21 * time.Minute) },
		seen: "push", sent: 1,
	},
	{
		name: "the action used the token, by the SDK", do: func(l *life) { l.steal = true; l.says("hello") },
		seen: "reply push", sent: 1,
	},
	{
		name: "the action used the token, by the SDK, in a group", group: true, do: func(l *life) { l.steal = true; l.says("hello") },
		seen: "reply", dropped: 1,
	},
	{
		name: "the action used the token, and LINE answers the push with 500 for 20 s",
		do: func(l *life) {
			l.steal = true
			l.failsFor(20*time.Second, "/push", emulator.Fault{Status: 500})
			l.says("hello")
		},
		seen: "reply push", sent: 1, ambiguous: 1, // what was known of the token is not stored
	},
	{
		name: "an apology used the token, and the dead letter is replayed 30 s later", o: bot.Options{Failed: bot.Always(line.Text("sorry"))},
		do:   func(l *life) { l.letterIsReplayed(30 * time.Second) },
		seen: "reply push", sent: 2,
	},
	{
		name: "a replay after an apology, and no answer to its push for a second", o: bot.Options{Failed: bot.Always(line.Text("sorry"))},
		do: func(l *life) {
			l.failsFor(31*time.Second, "/push", emulator.Fault{Hang: true})
			l.letterIsReplayed(30 * time.Second)
		},
		seen: "reply push", sent: 2,
	},
	{
		name: "a replay after an apology, and no answer to its reply", o: bot.Options{Failed: bot.Always(line.Text("sorry"))},
		do: func(l *life) {
			l.letterIsReplayed(30*time.Second, func() { l.failsFor(time.Second, "/reply", emulator.Fault{Hang: true}) })
		},
		seen: "reply push", sent: 2,
	},
	{
		name: "a dead letter is replayed 30 hours later", do: func(l *life) { l.letterIsReplayed(30 * time.Hour) },
		seen: "push", sent: 1,
	},
	{
		name: "LINE takes the reply, and gives no answer for 33 s",
		do:   accepted(33*time.Second, emulator.Fault{Hang: true, After: true}),
		seen: "reply", sent: 1,
	},
	{
		name: "LINE takes the reply, and answers 500 for 44 s",
		do:   accepted(44*time.Second, emulator.Fault{Status: 500, After: true}),
		seen: "reply", sent: 1,
	},
	{
		name: "LINE takes the reply, answers 503, and asks to wait for 5 minutes",
		do: func(l *life) {
			l.wire.retryAfter = "300"
			accepted(10*time.Second, emulator.Fault{Status: 503, After: true})(l)
		},
		seen: "reply", sent: 1,
	},
	{
		name: "LINE takes the reply, and answers 500 for 44 s, in a group", group: true,
		do:   accepted(44*time.Second, emulator.Fault{Status: 500, After: true}),
		seen: "reply", sent: 1,
	},
	{
		name: "LINE takes the reply, and answers 500 for a minute",
		do:   accepted(time.Minute, emulator.Fault{Status: 500, After: true}),
		seen: "reply push", sent: 1, ambiguous: 1,
	},
	{
		name: "LINE takes the reply, and answers 500 for a minute, with the month's quota used up",
		do: func(l *life) {
			l.spent = true
			accepted(time.Minute, emulator.Fault{Status: 500, After: true})(l)
		},
		seen: "reply", dropped: 1, ambiguous: 1,
	},
	{
		name: "LINE takes the reply, and answers 500 for a minute, in a group", group: true,
		do:   accepted(time.Minute, emulator.Fault{Status: 500, After: true}),
		seen: "reply", ambiguous: 1,
	},
	{
		name: "LINE does not take the reply, and answers 500 for a minute",
		do:   accepted(time.Minute, emulator.Fault{Status: 500}),
		seen: "push", sent: 1, ambiguous: 1,
	},
	{
		name: "LINE does not take the reply, and answers 500 for 44 s",
		do:   accepted(44*time.Second, emulator.Fault{Status: 500}),
		seen: "reply", sent: 1,
	},
}

func accepted(d time.Duration, f emulator.Fault) func(*life) {
	return func(l *life) {
		l.failsFor(d, "/reply", f)
		l.says("hello")
	}
}

// A reply token is good once, for a minute, and 20 minutes after its event at most. Whoever used it,
// and whenever it comes: the answer is seen once, and what nobody can tell is counted.
func TestReplyTokens(t *testing.T) {
	for _, row := range tokenRows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLife(t, row.o, row.group)
				defer l.platform.Close()
				defer func() { require.NoError(t, l.bot.Shutdown(context.Background())) }()
				row.do(l)
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				var seen []string
				chat := "Ann"
				if row.group {
					chat = "Club"
				}
				for _, m := range l.platform.Messages(chat) {
					if m.From == emulator.FromBot {
						seen = append(seen, m.Via)
					}
				}
				require.Equal(t, row.seen, strings.Join(seen, " "))
				got := l.bot.Stats()
				require.Equal(t, []int64{row.sent, row.dropped, row.ambiguous}, []int64{got.Sent, got.Dropped, got.Ambiguous})
			})
		})
	}
}

// monthlyLimit is what LINE says when the month's quota is used up.
const monthlyLimit = "You have reached your monthly limit."

// When the month's quota is used up, a reminder that falls due holds up no free reply. It is a dead letter,
// and comes when the limit was raised and it is replayed.
func TestMonthlyLimitHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t, bot.Options{}, false)
		defer l.platform.Close()
		defer func() { require.NoError(t, l.bot.Shutdown(context.Background())) }()
		l.spent = true
		l.says("hello")
		l.says("remind")
		time.Sleep(time.Minute)
		synctest.Wait()
		require.EqualValues(t, 1, l.bot.Stats().Dropped, "at once")
		l.says("a")
		require.Equal(t, []string{"reply hello", "reply remind", "reply a"}, l.seen())

		replay := func() {
			for letter, err := range l.bot.DeadLetters(t.Context()) {
				require.NoError(t, err)
				require.NoError(t, l.bot.Replay(t.Context(), letter.ID))
			}
			synctest.Wait()
		}
		time.Sleep(time.Hour)
		replay() // too early
		l.says("b")
		l.spent = false // the limit was raised
		replay()
		require.Equal(t, []string{"reply hello", "reply remind", "reply a", "reply b", "push later"}, l.seen())
		got := l.bot.Stats()
		require.EqualValues(t, 2, got.Dropped)
		require.Zero(t, got.Held+got.OldestOutput)
		replay()
		require.Len(t, l.seen(), 5, "no letter is left")
	})
}

// seen returns what the bot said to Ann, and how.
func (l *life) seen() (all []string) {
	for _, m := range l.platform.Messages("Ann") {
		if m.From == emulator.FromBot {
			all = append(all, m.Via+" "+m.Text)
		}
	}
	return all
}

func TestReplyTokensFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Reply tokens\n\nA reply token is good once, for about a minute from the webhook, and 20 minutes after its event at most.\n" +
		"LINE refuses one that was used and one that expired in the same words. What kaiwa makes of it, in a\n" +
		"one-to-one chat unless it says group, with LINE's rules as the emulator has them. A test writes this table\n" +
		"from its own rows: `KAIWA_UPDATE=1 go test ./transport/line -run TestReplyTokensFile`. The numbers are those\n" +
		"of `bot.Stats`.\n\n" +
		"| what happens | what comes, by which call | Sent | Dropped | Ambiguous |\n|---|---|---|---|---|\n")
	for _, r := range tokenRows {
		seen := strings.ReplaceAll(r.seen, " ", ", ")
		if seen == "" {
			seen = "nothing"
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d |\n", r.name, seen, r.sent, r.dropped, r.ambiguous)
	}
	b.WriteString(tokenRules)
	const file = "TOKENS.md"
	if os.Getenv("KAIWA_UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "write it again with KAIWA_UPDATE=1")
}

const tokenRules = `
The rules behind it:

- The window of a token is 50 s from the webhook (` + "`line.Options.ReplyWindow`" + `), and 19 minutes after the event.
  In it, "Invalid reply token" says that somebody used the token. If an earlier attempt of ours may have got
  through, it was that one: a success. If none was made, it was somebody else: the answer is pushed.
- Behind the window nobody can tell. An answer is pushed; one that was tried as a reply before may then come
  twice, and is counted in Ambiguous as well as in Sent. Where it may not be pushed, it is tried as a late reply.
- Attempts back off, but one is made 45 s after the webhook, the last look inside the window, whatever LINE asks
  for in Retry-After, and also for a reply that waits behind a push.
- A push repeats with its retry key, for 23 h from its turn: LINE takes it once.
- A push for which the month has no quota left is tried as a late reply, if it is an answer. If LINE takes none,
  it is a dead letter at once: what the chat gets after it goes out first, and ` + "`Bot.Replay`" + ` sends it behind that.
- A process that was frozen for longer than its delivery lease takes a refusal as if it had tried before:
  another process may have.
- An answer to a replayed dead letter has no reply token if ` + "`bot.Options.Failed`" + ` may have used it.
`
