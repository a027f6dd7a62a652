package emulator

import (
	"context"
	"encoding/json"
	"time"
)

// Side says who wrote a message.
type Side string

// The two sides of a chat.
const (
	FromUser Side = "user"
	FromBot  Side = "bot"
)

// Message is one bubble in a chat.
type Message struct {
	// Seq is the place in the chat, from 1.
	Seq int `json:"seq"`
	// ID is LINE's id of the message. It is empty for a bubble that is only shown, such as the
	// display text of a postback.
	ID string `json:"id,omitempty"`
	// From says who wrote it.
	From Side `json:"from"`
	// Author is the ID of the user who wrote it, empty for the bot.
	Author string `json:"author,omitempty"`
	// Via is the call that a message of the bot came by, such as "reply", "push" or "multicast".
	Via string `json:"via,omitempty"`
	// Read says that the bot, or LINE for it, has marked a user's message as read.
	Read bool `json:"read,omitempty"`
	// Time is when it appeared.
	Time time.Time `json:"time"`
	// Type is the message's type, such as "text" or "template".
	Type string `json:"type"`
	// Text is what can be read: the text, or the alternative text of a template, an imagemap or a
	// flex message, or a label such as "Sticker 446/1988".
	Text string `json:"text"`
	// Content is the message object as it was sent. Do not write to it.
	Content json.RawMessage `json:"content,omitempty"`
}

// item is a Message with what the page needs to show it.
type item struct {
	Message
	view    *node
	buttons []Button
	quote   string // its quote token, or empty
	cast    *cast  // what is counted of it, or nil
	bubble  int    // its place in the cast, from 1
}

// chat is where messages are shown: a user's own chat with the bot, a group or a room.
// Platform.mu guards it; kind, id, name and person never change.
type chat struct {
	kind, id, name string // kind is that of an event's source: user, group or room
	picture        string
	person         *user   // whose own chat this is, or nil
	members        []*user // of a group or a room
	joined         bool    // the bot is in the group or room
	items          []*item
	casts          []*cast   // of which users may not have seen all
	quickUsed      int       // Seq of the message whose quick reply was used
	loading        time.Time // until when the loading animation shows
	problem        string    // the last failure of the webhook, in words for the page
	epoch          int       // how often bubbles changed that were shown before
	changed        chan struct{}
}

func newChat(kind, id, name string) *chat {
	return &chat{kind: kind, id: id, name: name, changed: make(chan struct{})}
}

// View is the node that the message is shown as, for the page's template.
func (it *item) View() *node { return it.view }

// touch wakes everyone who waits for a change of the chat.
func (c *chat) touch() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// add appends a bubble to the chat.
func (c *chat) add(it *item) {
	it.Seq = len(c.items) + 1
	c.items = append(c.items, it)
	if it.From == FromBot {
		c.loading = time.Time{}
	}
	c.touch()
}

// shows says whether people see what the bot sends now.
func (c *chat) shows(now time.Time, via string) bool {
	if c.person == nil {
		return c.joined
	}
	return c.person.reachable(now) || via == "reply" && !c.person.blocked()
}

// reach is how many messages a send to the chat counts for: the people who get it.
func (c *chat) reach(now time.Time) int {
	switch {
	case c.person == nil:
		return len(c.members)
	case c.person.reachable(now):
		return 1
	default:
		return 0
	}
}

// Messages returns what a chat shows: both sides, in order. The chat is named by a user, or by a
// group or a room. It is empty for an unknown name. The slice belongs to the caller.
func (p *Platform) Messages(chat string) []Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, _ := p.place(chat)
	if c == nil {
		return nil
	}
	messages := make([]Message, len(c.items))
	for i, it := range c.items {
		messages[i] = it.Message
	}
	return messages
}

// Next returns the first message of the bot in a chat whose Seq is above after, and waits for it if
// it is not there yet. Pass the Seq of the last message seen, or 0. It returns ErrUnknownUser,
// ErrClosed or the error of ctx.
func (p *Platform) Next(ctx context.Context, chat string, after int) (Message, error) {
	p.mu.Lock()
	c, _ := p.place(chat)
	p.mu.Unlock()
	if c == nil {
		return Message{}, ErrUnknownUser
	}
	for {
		m, changed := p.firstFromBot(c, after)
		if m.Seq > 0 {
			return m, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Message{}, ctx.Err()
		case <-p.life.Done():
			return Message{}, ErrClosed
		}
	}
}

func (p *Platform) firstFromBot(c *chat, after int) (Message, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, it := range c.items[min(max(after, 0), len(c.items)):] {
		if it.From == FromBot {
			return it.Message, nil
		}
	}
	return Message{}, c.changed
}
