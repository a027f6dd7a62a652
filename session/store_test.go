package session_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/storetest"
	"github.com/kaiwa-go/kaiwa/transport"
)

// A store that was written from the comments of session.Store alone keeps the contract.
func TestPlainStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) session.Store { return NewPlainStore() }, &storetest.Options{Virtual: true})
}

// text is a message that is its own JSON.
type text string

func (m text) AppendJSON(b []byte, _ string) ([]byte, error) {
	return fmt.Appendf(b, "%q", string(m)), nil
}

func (m text) Validate() error { return nil }

// textChannel keeps what it is asked to send. The first refusals attempts fail.
type textChannel struct {
	mu       sync.Mutex
	refusals int
	said     []string
}

func (c *textChannel) Send(_ context.Context, d *transport.Delivery) (r transport.Receipt, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refusals--; c.refusals >= 0 {
		return r, errors.New("try again")
	}
	var texts []string
	err = json.Unmarshal(d.Messages, &texts)
	c.said = append(c.said, texts...)
	return r, err
}

func (c *textChannel) take() (said []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	said, c.said = c.said, nil
	return said
}

func (c *textChannel) refuse(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refusals = n
}

func (c *textChannel) Decode(_ string, raw []byte) (e transport.Event, err error) {
	return e, json.Unmarshal(raw, &e)
}

func (c *textChannel) Handler(func(context.Context, []transport.Event) error) http.Handler {
	return nil
}

func (c *textChannel) ShowLoading(context.Context, transport.Source, time.Duration) error { return nil }

func (c *textChannel) Accounts() []string { return []string{""} }

func (c *textChannel) Rejected() transport.Rejected { return transport.Rejected{} }

func (c *textChannel) HasMenu(string, string) bool { return true }

func (*textChannel) ReplyWindow(*transport.Delivery) time.Duration { return 0 }

func (c *textChannel) SetProcesses(string, int) {}

// count is a flow that counts what its user says, and ends after 10 s without a word. The first attempt
// at "twice" fails.
func count(t *testing.T) *flow.Flow {
	t.Helper()
	type turn = flow.Turn[struct{ N int }]
	failed := false
	b := flow.New[struct{ N int }]("count")
	b.Start(flow.Text("start")).To("counting")
	b.In("counting").
		On(flow.Text("twice")).Do(func(_ context.Context, t *turn) error {
		if failed = !failed; failed {
			return errors.New("no luck")
		}
		t.Send(text("at the second attempt"))
		return nil
	}).Stay().
		On(flow.Text()).Do(func(_ context.Context, t *turn) error {
		t.Data.N++
		t.Send(text(fmt.Sprintf("%d %s", t.Data.N, t.Event().Text)))
		return nil
	}).Stay().
		After(10 * time.Second).Do(func(_ context.Context, t *turn) error {
		t.Send(text("bye"))
		return nil
	}).End()
	f, err := b.Build()
	require.NoError(t, err)
	return f
}

// A bot keeps its promises on the plain store: it needs nothing of a store that is not in the contract.
func TestPlainStoreCarriesABot(t *testing.T) {
	said := func(id, words string) transport.Event {
		e := transport.Event{ID: id, Kind: transport.KindText, Text: words, Time: time.Now(), ReplyToken: "token"}
		e.Source = transport.Source{Chat: transport.ChatUser, ChatID: "ann", UserID: "ann"}
		e.Raw, _ = json.Marshal(e)
		return e
	}
	for _, tt := range []struct {
		name string
		play func(t *testing.T, c *textChannel, store session.Store, receive func(...transport.Event))
	}{
		{"events in order, each once", func(t *testing.T, c *textChannel, _ session.Store, receive func(...transport.Event)) {
			b, a := said("b", "b"), said("a", "a")
			a.Time = b.Time.Add(-time.Millisecond)
			a.Raw, _ = json.Marshal(a)
			receive(a, b)
			for range 20 {
				b.Redelivered = true
				receive(b, a)
			}
			require.Equal(t, []string{"1 a", "2 b"}, c.take())
		}},
		{"a timer fires at its time", func(t *testing.T, c *textChannel, _ session.Store, receive func(...transport.Event)) {
			time.Sleep(10*time.Second - time.Millisecond)
			synctest.Wait()
			require.Empty(t, c.take())
			time.Sleep(time.Millisecond)
			synctest.Wait()
			require.Equal(t, []string{"bye"}, c.take())
			receive(said("late", "a"))
			require.Empty(t, c.take(), "the conversation has ended")
		}},
		{"an action that failed is tried again", func(t *testing.T, c *textChannel, _ session.Store, receive func(...transport.Event)) {
			receive(said("twice", "twice"), said("a", "a"))
			require.Empty(t, c.take())
			time.Sleep(3 * time.Second)
			synctest.Wait()
			require.Equal(t, []string{"at the second attempt", "1 a"}, c.take())
		}},
		{"outputs that the platform does not take are sent later, in order", func(
			t *testing.T, c *textChannel, store session.Store, receive func(...transport.Event),
		) {
			c.refuse(5)
			receive(said("a", "a"))
			receive(said("b", "b"))
			require.Empty(t, c.take())
			time.Sleep(9 * time.Second)
			synctest.Wait()
			require.Equal(t, []string{"1 a", "2 b"}, c.take())
			key, _ := session.KeyOf(said("", "").Source, session.PerMember)
			snap, err := store.Inspect(t.Context(), key.ID())
			require.NoError(t, err)
			require.Empty(t, snap.Outputs, "they are acknowledged")
		}},
		{"an event whose process died has its turn", func(
			t *testing.T, c *textChannel, store session.Store, _ func(...transport.Event),
		) {
			e := said("a", "a")
			key, _ := session.KeyOf(e.Source, session.PerMember)
			lost, err := store.Begin(t.Context(), &session.BeginRequest{
				ID: key.ID(), Token: session.LeaseToken{1}, Lease: time.Second,
				Event: session.Event{ID: e.ID, Time: e.Time, Body: e.Raw},
			})
			require.NoError(t, err)
			require.Equal(t, session.Run, lost.Status)
			time.Sleep(4 * time.Second)
			synctest.Wait()
			require.Equal(t, []string{"1 a"}, c.take())
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, store := &textChannel{}, NewPlainStore()
				o := &bot.Options{Logger: slog.New(slog.DiscardHandler)}
				b, err := bot.New(c, store, []*flow.Flow{count(t)}, o)
				require.NoError(t, err)
				defer func() { require.NoError(t, b.Shutdown(context.Background())) }()
				synctest.Wait() // the bot asks for the first time what is due, and nothing is
				receive := func(events ...transport.Event) {
					t.Helper()
					require.NoError(t, b.Receive(context.Background(), slices.Clone(events)))
					synctest.Wait()
				}
				receive(said("start", "start"))
				tt.play(t, c, store, receive)
			})
		})
	}
}
