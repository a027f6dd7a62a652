package emulator

import (
	"context"
	"encoding/json"
	"time"
)

// User is a person in the chat.
type User struct {
	// ID is what the bot sees: U and 32 hexadecimal digits.
	ID string `json:"id"`
	// Name is the display name of the profile.
	Name string `json:"name"`
}

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
	// Via is the call that a message of the bot came by: "reply" or "push".
	Via string `json:"via,omitempty"`
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
}

// user is a person and its chat. Platform.mu guards it.
type user struct {
	User
	friend, wasFriend bool
	wrote             time.Time // when the user last sent anything
	items             []*item
	quickUsed         int       // Seq of the message whose quick reply was used
	loading           time.Time // until when the loading animation shows
	problem           string    // the last failure of the webhook, in words for the page
	changed           chan struct{}
}

// View is the node that the message is shown as, for the page's template.
func (it *item) View() *node { return it.view }

// touch wakes everyone who waits for a change of the chat.
func (u *user) touch() {
	close(u.changed)
	u.changed = make(chan struct{})
}

// add appends a bubble to the chat.
func (u *user) add(it *item) {
	it.Seq = len(u.items) + 1
	u.items = append(u.items, it)
	if it.From == FromBot {
		u.loading = time.Time{}
	}
	u.touch()
}

// reachable says whether a push to the user is shown: it is a friend, or wrote in the last 7 days
// and has not blocked the bot.
func (u *user) reachable(now time.Time) bool {
	return u.friend || !u.wasFriend && !u.wrote.IsZero() && now.Sub(u.wrote) <= 7*24*time.Hour
}

// blocked says that the user was a friend and ended it.
func (u *user) blocked() bool { return u.wasFriend && !u.friend }

// find returns the user with that id or name, or nil. The users do not change after New.
func (p *Platform) find(idOrName string) *user {
	for _, u := range p.users {
		if u.ID == idOrName || u.Name == idOrName {
			return u
		}
	}
	return nil
}

// Users returns the people in the chat, in the order of Options.Users.
func (p *Platform) Users() []User {
	users := make([]User, len(p.users))
	for i, u := range p.users {
		users[i] = u.User
	}
	return users
}

// Messages returns what the user's chat shows: both sides, in order. It is empty for an unknown
// user. The slice belongs to the caller.
func (p *Platform) Messages(user string) []Message {
	u := p.find(user)
	if u == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	messages := make([]Message, len(u.items))
	for i, it := range u.items {
		messages[i] = it.Message
	}
	return messages
}

// Next returns the first message of the bot whose Seq is above after, and waits for it if it is
// not there yet. Pass the Seq of the last message seen, or 0. It returns ErrUnknownUser, ErrClosed
// or the error of ctx.
func (p *Platform) Next(ctx context.Context, user string, after int) (Message, error) {
	u := p.find(user)
	if u == nil {
		return Message{}, ErrUnknownUser
	}
	for {
		m, changed := p.firstFromBot(u, after)
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

func (p *Platform) firstFromBot(u *user, after int) (Message, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, it := range u.items[min(max(after, 0), len(u.items)):] {
		if it.From == FromBot {
			return it.Message, nil
		}
	}
	return Message{}, u.changed
}
