package flowtest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// channel is a platform that shows every message at once and forgets none.
type channel struct {
	mu    sync.Mutex
	chats map[string]*shown
	used  map[string]bool   // reply tokens
	keys  map[[16]byte]bool // of pushes
}

func newChannel() *channel {
	return &channel{chats: map[string]*shown{}, used: map[string]bool{}, keys: map[[16]byte]bool{}}
}

// chat is called with mu held.
func (c *channel) chat(id string) *shown {
	s := c.chats[id]
	if s == nil {
		s = &shown{}
		c.chats[id] = s
	}
	return s
}

// Send shows the messages, once for each reply token and each key.
func (c *channel) Send(_ context.Context, d *transport.Delivery) (transport.Receipt, error) {
	var msgs []message
	if d.SwitchMenu {
		msgs = []message{menuSwitch(d.Menu)}
	} else if err := json.Unmarshal(d.Messages, &msgs); err != nil || len(msgs) == 0 || len(msgs) > transport.MaxMessages {
		return transport.Receipt{}, &transport.SendError{Disposition: transport.Drop, Err: errors.New("flowtest: malformed messages")}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if d.ReplyToken != "" {
		if c.used[d.ReplyToken] {
			return transport.Receipt{}, nil
		}
		c.used[d.ReplyToken] = true
	} else {
		if c.keys[d.Key] {
			return transport.Receipt{Pushed: true}, nil
		}
		c.keys[d.Key] = true
	}
	c.chat(d.Source.ChatID).show(msgs)
	return transport.Receipt{Pushed: d.ReplyToken == ""}, nil
}

// ReplyWindow is over: no call is ever in doubt.
func (c *channel) ReplyWindow(*transport.Delivery) time.Duration { return 0 }

// ShowLoading does nothing: a transcript does not show it.
func (c *channel) ShowLoading(context.Context, transport.Source, time.Duration) error { return nil }

// HasMenu lets flows name any menu.
func (c *channel) HasMenu(string, string) bool { return true }

func (c *channel) Rejected() transport.Rejected { return transport.Rejected{} }

func (c *channel) Accounts() []string { return []string{""} }

// SetProcesses does nothing: the platform has no limits.
func (c *channel) SetProcesses(string, int) {}

// Handler serves nothing: events come by Receive.
func (c *channel) Handler(func(context.Context, []transport.Event) error) http.Handler {
	return http.NotFoundHandler()
}

// Decode reads an event that Chat made.
func (c *channel) Decode(_ string, raw []byte) (transport.Event, error) {
	var e transport.Event
	err := json.Unmarshal(raw, &e)
	e.Raw = raw
	return e, err
}

// with runs f with what a chat shows.
func (c *channel) with(chat string, f func(*shown)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c.chat(chat))
}
