package emulator

import (
	"fmt"
	"time"
)

// User is a person who may chat with the bot.
type User struct {
	// ID is what the bot sees: U and 32 hexadecimal digits. AddUser makes one from the name if it
	// is empty, so that it is the same in every run.
	ID string `json:"id"`
	// Name is the display name of the profile.
	Name string `json:"name"`
	// Language is a BCP 47 tag, such as "ja". Default: "en".
	Language string `json:"language,omitempty"`
	// Picture is the https URL of the profile's picture, or empty.
	Picture string `json:"picture,omitempty"`
	// Status is the profile's status message, or empty.
	Status string `json:"status,omitempty"`
	// Friend says that the user has the bot as a friend. AddUser sends no event for it.
	Friend bool `json:"friend"`
	// FriendSince is when the user became a friend. AddUser takes the time now if it is zero.
	FriendSince time.Time `json:"friendSince,omitzero"`
	// Demographic is what narrowcasts can filter by.
	Demographic Demographic `json:"demographic,omitzero"`
	// Hidden says that the user has not agreed that bots get its profile: events do not name it,
	// and its profile is not found.
	Hidden bool `json:"hidden,omitempty"`
}

// user is a person and its one-to-one chat. Platform.mu guards it; the ID and the name never change.
type user struct {
	User
	*chat
	wasFriend bool
	turns     []time.Time // when the user became a friend, blocked the bot, unblocked it and so on
	menu      string      // the id of its own rich menu, or empty
	wrote     time.Time   // when the user last sent anything in its own chat
}

// AddUser adds a person. It returns the person with its ID and an error that wraps ErrBadInput if
// the name is empty, or the ID or the name is taken or malformed.
func (p *Platform) AddUser(u User) (User, error) {
	if u.ID == "" {
		u.ID = idOf("U", u.Name)
	}
	if u.Language == "" {
		u.Language = "en"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if u.Name == "" || !userID.MatchString(u.ID) {
		return User{}, fmt.Errorf("%w: a user without a name or with a malformed id", ErrBadInput)
	}
	if err := p.takeName(u.ID, u.Name); err != nil {
		return User{}, err
	}
	if u.Friend && u.FriendSince.IsZero() {
		u.FriendSince = p.opt.Now()
	}
	person := &user{User: u, wasFriend: u.Friend}
	if u.Friend {
		person.turns = []time.Time{u.FriendSince}
	}
	person.chat = newChat("user", u.ID, u.Name)
	person.chat.person = person
	p.people.mu.Lock()
	defer p.people.mu.Unlock()
	p.people.users = append(p.people.users, person)
	p.people.named[u.ID], p.people.named[u.Name] = person.chat, person.chat
	return u, nil
}

// takeName fails if the id or the name is in use. The caller holds p.mu.
func (p *Platform) takeName(id, name string) error {
	p.people.mu.RLock()
	defer p.people.mu.RUnlock()
	if p.people.named[id] != nil || p.people.named[name] != nil {
		return fmt.Errorf("%w: the name or the id is taken", ErrBadInput)
	}
	return nil
}

// Users returns the people, in the order in which they were added.
func (p *Platform) Users() []User {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.everyone()
}

// everyone is Users for a caller that holds p.mu.
func (p *Platform) everyone() []User {
	p.people.mu.RLock()
	defer p.people.mu.RUnlock()
	users := make([]User, len(p.people.users))
	for i, u := range p.people.users {
		users[i] = u.User
	}
	return users
}

// find returns the user with that id or name, or nil.
func (p *Platform) find(idOrName string) *user {
	p.people.mu.RLock()
	defer p.people.mu.RUnlock()
	if c := p.people.named[idOrName]; c != nil {
		return c.person
	}
	return nil
}

// reachable says whether a push to the user is shown: it is a friend, or wrote in the last 7 days
// and has not blocked the bot.
func (u *user) reachable(now time.Time) bool {
	return u.Friend || !u.wasFriend && !u.wrote.IsZero() && now.Sub(u.wrote) <= 7*24*time.Hour
}

// blocked says that the user was a friend and ended it.
func (u *user) blocked() bool { return u.wasFriend && !u.Friend }

// friendAt says whether the user had ever been a friend just before a time, and whether it was one.
func (u *user) friendAt(t time.Time) (ever, friend bool) {
	for _, turn := range u.turns {
		if turn.Before(t) {
			ever, friend = true, !friend
		}
	}
	return ever, friend
}
