package flowtest

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

const defaultUser = "U00000000000000000000000000000001"

// Chat is a one-to-one chat between a user and the bot. Each method that makes the user do
// something returns when the bot has done all that follows from it.
//
// A Chat is for the goroutine of the test alone.
type Chat struct {
	t    *testing.T
	user string
	*shared
}

// shared is what the chats of all users have in common.
type shared struct {
	bot     *bot.Bot
	channel *channel
	events  int
	line    string // of the transcript that is played, such as "testdata/tea.txt:3: "

	mu   sync.Mutex
	errs []string
}

// User returns the chat of another user with the same bot. The name may be any text.
func (c *Chat) User(name string) *Chat {
	return &Chat{t: c.t, user: fmt.Sprintf("U%032x", []byte(name))[:33], shared: c.shared}
}

// Say sends a text.
func (c *Chat) Say(text string) {
	c.send(transport.Event{Kind: transport.KindText, Type: "message", Text: text})
}

// Tap taps the newest button with the label. The test fails if there is none.
func (c *Chat) Tap(label string) { c.tap(label, "") }

// Pick picks a value with the newest date picker with the label: 2026-12-05, 19:00 or
// 2026-12-05T19:00, as its mode wants. The test fails if there is none.
func (c *Chat) Pick(label, value string) { c.tap(label, value) }

// TapMenu taps an area of a menu whose action is a postback with the data. Areas of menus are not
// marked with a step, so that they can be tapped at any time.
func (c *Chat) TapMenu(data string) {
	c.send(transport.Event{Kind: transport.KindPostback, Type: "postback", Postback: transport.Postback{Data: data}})
}

// Do makes an event of another kind happen, such as transport.KindFollow.
func (c *Chat) Do(kind transport.Kind) { c.send(transport.Event{Kind: kind, Type: kind.String()}) }

// Repeat makes the platform deliver this chat's last event again.
func (c *Chat) Repeat() {
	c.t.Helper()
	e, ok := c.channel.last(c.user)
	if !ok {
		c.fatalf("the user has done nothing yet that could come again")
	}
	e.Redelivered = true
	c.receive(e)
}

// Wait lets time pass, and with it the timers that are due.
func (c *Chat) Wait(d time.Duration) {
	time.Sleep(d)
	c.settle()
}

// Sent returns what the bot sent to this chat since the last call: each message as a transcript
// shows it, without the mark.
func (c *Chat) Sent() []string {
	var texts []string
	for _, m := range c.channel.take(c.user) {
		texts = append(texts, m.String())
	}
	return texts
}

// State returns the flow and state of this chat as "flow/state", or "end" if none is active.
func (c *Chat) State() string {
	s, err := c.bot.Session(context.Background(), c.source())
	switch {
	case err != nil:
		return "unreadable"
	case s.Flow == "":
		return "end"
	}
	return s.Flow + "/" + string(s.State)
}

// Errors returns what the bot logged as errors since the last call, for all chats.
func (c *Chat) Errors() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	errs := c.errs
	c.errs = nil
	return errs
}

func (c *Chat) source() transport.Source {
	return transport.Source{Chat: transport.ChatUser, ChatID: c.user, UserID: c.user}
}

func (c *Chat) tap(label, value string) {
	c.t.Helper()
	a, ok := c.channel.button(c.user, label)
	if !ok {
		c.fatalf("no button %q in the chat; the last message is: %s", label, c.channel.newest(c.user))
	}
	e, err := a.event(value)
	if err != nil {
		c.fatalf("button %q: %v", label, err)
	}
	c.send(e)
}

// send completes the event and delivers it.
func (c *Chat) send(e transport.Event) {
	c.t.Helper()
	c.events++
	e.ID = fmt.Sprintf("event-%d", c.events)
	e.ReplyToken = fmt.Sprintf("token-%d", c.events)
	e.Time, e.Source = time.Now(), c.source()
	c.channel.remember(e)
	c.receive(e)
}

func (c *Chat) receive(e transport.Event) {
	c.t.Helper()
	raw, err := json.Marshal(e)
	if err != nil {
		c.fatalf("%v", err)
	}
	e.Raw = raw
	if err := c.bot.Receive(context.Background(), []transport.Event{e}); err != nil {
		c.fatalf("the bot refused the event: %v", err)
	}
	c.settle()
}

func (c *Chat) fatalf(format string, args ...any) {
	c.t.Helper()
	c.t.Fatalf("%sflowtest: "+format, append([]any{c.line}, args...)...)
}

// botLog collects the errors that the bot logs, and tells the test why an action panicked.
type botLog struct{ chat *Chat }

func (l *botLog) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func (l *botLog) Handle(_ context.Context, r slog.Record) error {
	text := strings.TrimPrefix(r.Message, "bot: ")
	var p *flow.PanicError
	r.Attrs(func(a slog.Attr) bool {
		if v, ok := a.Value.Any().(*flow.PanicError); ok {
			p = v
		}
		if a.Key == "err" || a.Key == "why" {
			text += ": " + strings.ReplaceAll(a.Value.String(), "\n", "; ")
		}
		return true
	})
	if p != nil {
		l.chat.t.Logf("%s\n%v: %v\n%s", text, p, p.Value, p.Stack)
	}
	l.chat.mu.Lock()
	defer l.chat.mu.Unlock()
	l.chat.errs = append(l.chat.errs, text)
	return nil
}

func (l *botLog) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l *botLog) WithGroup(string) slog.Handler      { return l }
