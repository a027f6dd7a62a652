package flowtest

import (
	"cmp"
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
	store   *store // of bot
	channel *channel
	builds  builds
	events  int
	line    string // of the transcript that is played, such as "testdata/tea.txt:3: "

	mu   sync.Mutex
	errs []string
	step *bot.Stepped // the last one since the user tapped a button
}

// User returns the chat of another user with the same bot. The name may be any text.
func (c *Chat) User(name string) *Chat {
	return &Chat{t: c.t, user: fmt.Sprintf("U%032x", []byte(name))[:33], shared: c.shared}
}

// Say sends a text.
func (c *Chat) Say(text string) {
	c.t.Helper()
	c.Send(transport.Event{Kind: transport.KindText, Text: text})
}

// Tap taps the button with the label in the newest message that has one; of several there, the nth,
// counted from 1: Tap("Add", 2) taps the second. Quick replies are there as on LINE: until one is tapped,
// and until the bot or the user sends a message. The test fails if there is no such button, or if it belongs
// to the present question and no transition takes it.
func (c *Chat) Tap(label string, nth ...int) {
	c.t.Helper()
	c.tap(label, "", nth...)
}

// Pick picks a value with a date picker: 2026-12-05, 19:00 or 2026-12-05T19:00, as its mode wants. The
// picker is found as by Tap. The test fails if there is none, or if it does not offer the value.
func (c *Chat) Pick(label, value string, nth ...int) {
	c.t.Helper()
	c.tap(label, value, nth...)
}

// TapMenu taps an area of a menu whose action is a postback with the data. Areas of menus are not
// marked with a step, so that they can be tapped at any time.
func (c *Chat) TapMenu(data string) {
	c.t.Helper()
	c.Send(transport.Event{Kind: transport.KindPostback, Postback: transport.Postback{Data: data}})
}

// Send makes any event happen: Send(transport.Event{Kind: transport.KindFollow}). What is missing is filled
// in: the event's id, time, source and reply token; in messages their id, and a place, a sticker or a file.
func (c *Chat) Send(e transport.Event) {
	c.t.Helper()
	c.events++
	number := func(s *string, of string) {
		if *s == "" {
			*s = fmt.Sprintf("%s-%d", of, c.events)
		}
	}
	number(&e.ID, "event")
	number(&e.ReplyToken, "token")
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	if e.Source == (transport.Source{}) {
		e.Source = c.source()
	}
	e.Type = cmp.Or(e.Type, typeOf(e.Kind))
	if e.Kind == transport.KindEdited || e.Kind == transport.KindUnsend {
		c.shows(func(s *shown) { e.MessageID = cmp.Or(e.MessageID, s.lastID) })
	} else if e.Kind.IsMessage() {
		number(&e.MessageID, "message")
	}
	e = sample(e)
	c.shows(func(s *shown) { s.did(e) })
	c.receive(e)
}

// Repeat makes the platform deliver this chat's last event again.
func (c *Chat) Repeat() {
	c.t.Helper()
	var e transport.Event
	c.shows(func(s *shown) { e = s.last })
	if e.ID == "" {
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
	for _, m := range c.sent() {
		texts = append(texts, m.String())
	}
	return texts
}

func (c *Chat) sent() (msgs []message) {
	c.shows(func(s *shown) { msgs = s.take() })
	return msgs
}

// State returns the flow and state of this chat as "flow/state", or "end" if none is active. Conversations that
// are suspended follow, the next to be active first: "faq/topic; booking/ask_day waits". Sub-flows that run stand
// behind the state that runs them: "tickets/seat/seats/row".
func (c *Chat) State() string {
	s, err := c.bot.Session(context.Background(), c.source())
	switch {
	case err != nil:
		return "unreadable"
	case s.Flow == "":
		return "end"
	}
	where := whereIs(&s.Conversation)
	for i := range s.Suspended {
		sign := ", "
		if i == 0 {
			sign = "; "
		}
		where += sign + whereIs(&s.Suspended[i])
	}
	switch len(s.Suspended) {
	case 0:
		return where
	case 1:
		return where + " waits"
	default:
		return where + " wait"
	}
}

// whereIs returns the flow and the state of a conversation, and those of its sub-flows.
func whereIs(c *bot.Conversation) string {
	where := c.Flow + "/" + string(c.State)
	for _, in := range c.Inner {
		where += "/" + in.Flow + "/" + string(in.State)
	}
	return where
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

// typeOf is the platform's name of a kind of events, as far as it matters.
func typeOf(k transport.Kind) string {
	if k.IsMessage() {
		return "message"
	}
	return k.String()
}

// shows runs f with what the chat shows.
func (c *Chat) shows(f func(*shown)) { c.channel.with(c.user, f) }

func (c *Chat) tap(label, value string, nth ...int) {
	c.t.Helper()
	n := 1
	if len(nth) > 0 {
		n = nth[0]
	}
	if len(nth) > 1 || n < 1 {
		c.fatalf("button %q: one number says which, counted from 1", label)
	}
	var a action
	var e transport.Event
	var err error
	c.shows(func(s *shown) { a, e, err = s.tap(label, n, value) })
	if err != nil {
		c.fatalf("%v", err)
	}
	c.sendTap(a, e)
}

// photos sends n photos together: each is an event of its own, in the order of the set.
func (c *Chat) photos(n int) {
	c.t.Helper()
	set := fmt.Sprintf("set-%d", c.events+1)
	for i := range n {
		c.Send(transport.Event{Kind: transport.KindImage, Set: &transport.ImageSet{ID: set, Index: i + 1, Total: n}})
	}
}

// quote sends a text that quotes the bot's last message.
func (c *Chat) quote(text string) {
	c.t.Helper()
	var id string
	c.shows(func(s *shown) {
		if i := s.newest(); i >= 0 {
			id = s.messages[i].id
		}
	})
	if id == "" {
		c.fatalf("the bot has sent no message yet that could be quoted")
	}
	c.Send(transport.Event{Kind: transport.KindText, Text: text, Quoted: id})
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
