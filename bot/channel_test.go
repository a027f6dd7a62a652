package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
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

// text is a message for tests: its JSON is the string itself, with the tag before it.
type text string

func (m text) AppendJSON(b []byte, tag string) ([]byte, error) {
	s, err := json.Marshal(transport.Mark(string(m), tag))
	return append(b, s...), err
}

func (m text) Validate() error {
	if m == "invalid" {
		return errors.New("test: invalid message")
	}
	return nil
}

// sent is one attempt of a delivery.
type sent struct {
	At       time.Time
	Account  string
	Chat     string
	Token    string
	Key      [16]byte
	Retried  bool
	Age      time.Duration
	Messages []string
}

// fakeChannel records what it is asked to send.
type fakeChannel struct {
	name     string
	more     []string // names of other accounts
	rejected transport.Rejected
	mu       sync.Mutex
	sent     []sent
	fail     func(n int, d *transport.Delivery) error // n counts from 0
	slow     func()                                   // called without the lock

	receipt func(n int) transport.Receipt
	window  time.Duration                                  // of reply tokens
	accept  func(context.Context, []transport.Event) error // what the bot's webhook calls
}

func (c *fakeChannel) ReplyWindow(d *transport.Delivery) time.Duration { return c.window - d.Age }

// Send records a delivery. The switch of a menu is a message such as "menu:main".
func (c *fakeChannel) Send(_ context.Context, d *transport.Delivery) (transport.Receipt, error) {
	c.mu.Lock()
	slow := c.slow
	c.mu.Unlock()
	if slow != nil {
		slow()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := sent{At: time.Now(), Account: d.Source.Channel, Chat: d.Source.ChatID, Token: d.ReplyToken, Key: d.Key, Retried: d.Retried, Age: d.Age}
	if d.SwitchMenu {
		s.Messages = []string{"menu:" + d.Menu}
	} else if err := json.Unmarshal(d.Messages, &s.Messages); err != nil {
		return transport.Receipt{}, err
	}
	c.sent = append(c.sent, s)
	n := len(c.sent) - 1
	var receipt transport.Receipt
	if c.receipt != nil {
		receipt = c.receipt(n)
	}
	if c.fail != nil {
		return receipt, c.fail(n, d)
	}
	return receipt, nil
}

func (c *fakeChannel) ShowLoading(context.Context, transport.Source, time.Duration) error { return nil }

func (c *fakeChannel) HasMenu(string, string) bool { return true }

func (c *fakeChannel) Rejected() transport.Rejected { return c.rejected }

func (c *fakeChannel) Accounts() []string { return append([]string{c.name}, c.more...) }

func (c *fakeChannel) SetProcesses(string, int) {}

func (c *fakeChannel) Handler(accept func(context.Context, []transport.Event) error) http.Handler {
	c.accept = accept
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var events []transport.Event
		if err := json.NewDecoder(r.Body).Decode(&events); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for i := range events {
			events[i].Raw, _ = json.Marshal(events[i])
		}
		if err := accept(r.Context(), events); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

func (c *fakeChannel) Decode(account string, raw []byte) (transport.Event, error) {
	var e transport.Event
	err := json.Unmarshal(raw, &e)
	e.Raw, e.Source.Channel = raw, account
	return e, err
}

// take returns what was sent since the last call.
func (c *fakeChannel) take() []sent {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.sent
	c.sent = nil
	return s
}

// texts returns the messages that were sent since the last call.
func (c *fakeChannel) texts() []string {
	var all []string
	for _, s := range c.take() {
		all = append(all, s.Messages...)
	}
	return all
}

// said makes the event of a user who writes something.
func said(user, id, words string) transport.Event {
	e := transport.Event{
		ID: id, Kind: transport.KindText, Type: "message", Time: time.Now(), Text: words, ReplyToken: "token-" + id,
		Source: transport.Source{Chat: transport.ChatUser, ChatID: user, UserID: user},
	}
	return raw(e)
}

func tapped(user, id, data, tag string) transport.Event {
	e := said(user, id, "")
	e.Kind, e.Type = transport.KindPostback, "postback"
	e.Postback = transport.Postback{Data: data, Mark: tag}
	return raw(e)
}

func raw(e transport.Event) transport.Event {
	e.Raw = nil
	b, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	e.Raw = b
	return e
}

type count struct{ N int }

type countTurn = flow.Turn[count]

// counter is a flow that counts what its user says. "fail" fails, "many" sends seven messages,
// "slow" calls slow.
func counter(t testing.TB, slow func(context.Context)) *flow.Flow {
	t.Helper()
	reply := func(_ context.Context, t *countTurn) error {
		t.Data.N++
		t.Send(text(fmt.Sprintf("%d %s", t.Data.N, t.Event().Text)))
		return nil
	}
	b := flow.New[count]("counter")
	b.Start(flow.Text("start")).To("counting")
	b.In("counting").Enter(func(_ context.Context, t *countTurn) error {
		t.Send(text("counting"))
		return nil
	}).
		On(flow.Text("fail")).Do(func(context.Context, *countTurn) error { return errors.New("no luck") }).Stay().
		On(flow.Text("panic")).Do(func(context.Context, *countTurn) error { panic("secret words") }).Stay().
		On(flow.Text("invalid")).Do(func(_ context.Context, t *countTurn) error { t.Send(text("invalid")); return nil }).Stay().
		On(flow.Text("many")).Do(func(_ context.Context, t *countTurn) error {
		for i := range 7 {
			t.Send(text(fmt.Sprint(i)))
		}
		return nil
	}).Stay().
		On(flow.Text("slow")).Do(func(ctx context.Context, t *countTurn) error {
		slow(ctx)
		return reply(ctx, t)
	}).Stay().
		On(flow.Text("next")).To("second").
		On(flow.Text("stop")).Do(reply).Remind("later", func(t *countTurn) time.Time { return t.Now().Add(48 * time.Hour) }, reply).End().
		On(flow.Text()).Do(reply).Stay().
		After(time.Hour).Do(func(_ context.Context, t *countTurn) error {
		t.Send(text(fmt.Sprintf("idle at %d", t.Data.N)))
		return nil
	}).End()
	b.In("second").Enter(func(_ context.Context, t *countTurn) error {
		t.Send(text("second"))
		return nil
	}).
		On(flow.Postback("go")).End().
		On(flow.Text("back")).To("counting")
	f, err := b.Build()
	require.NoError(t, err)
	return f
}

// rig is a bot on virtual time.
type rig struct {
	*testing.T
	bot     *bot.Bot
	channel *fakeChannel
	store   session.Store
	log     *logged
	n       int
}

// inBubble runs f with a bot on a memory store, in a bubble of virtual time.
func inBubble(t *testing.T, o bot.Options, f func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, channel: &fakeChannel{}, store: memstore.New(), log: &logged{}}
		o.Logger = slog.New(r.log)
		b, err := bot.New(r.channel, r.store, []*flow.Flow{counter(t, func(ctx context.Context) { time.Sleep(2 * time.Second) })}, &o)
		require.NoError(t, err)
		r.bot = b
		defer func() { require.NoError(t, b.Shutdown(context.Background())) }()
		f(r)
	})
}

// ofProcess returns the numbers of a bot without those by account.
func ofProcess(b *bot.Bot) bot.Stats {
	s := b.Stats()
	s.Accounts = nil
	return s
}

// say has a user say something and waits for all that follows at once.
func (r *rig) say(user, words string) {
	r.Helper()
	r.n++
	r.receive(said(user, fmt.Sprintf("event-%d", r.n), words))
}

func (r *rig) receive(events ...transport.Event) {
	r.Helper()
	require.NoError(r, r.bot.Receive(context.Background(), events))
	synctest.Wait()
}

// pass lets time pass.
func (r *rig) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// logged keeps what a bot logs.
type logged struct {
	mu    sync.Mutex
	lines []string
}

func (l *logged) Enabled(context.Context, slog.Level) bool { return true }

func (l *logged) Handle(_ context.Context, r slog.Record) error {
	line := r.Level.String() + " " + r.Message
	r.Attrs(func(a slog.Attr) bool {
		line += " " + a.String()
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	return nil
}

func (l *logged) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l *logged) WithGroup(string) slog.Handler      { return l }

func (l *logged) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.lines...)
}

// deadLetters gathers dead letters.
func deadLetters(seq iter.Seq2[session.DeadLetter, error]) (all []session.DeadLetter, err error) {
	for l, err := range seq {
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}
