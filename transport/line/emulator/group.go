package emulator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// people is the directory of users and groups. Its lock is taken after Platform.mu.
type people struct {
	mu    sync.RWMutex
	users []*user
	chats []*chat // groups and rooms
	named map[string]*chat
}

// Group is a chat of several people, which the bot may be in.
type Group struct {
	// ID is C, or R for a room, and 32 hexadecimal digits. AddGroup makes one from the name if it
	// is empty.
	ID string `json:"id"`
	// Name is the name of the group. The bot does not learn that of a room.
	Name string `json:"name"`
	// Picture is the https URL of the group's icon, or empty.
	Picture string `json:"picture,omitempty"`
	// Room makes it a multi-person chat, LINE's older kind.
	Room bool `json:"room,omitempty"`
}

// AddGroup makes a group or a room of these users. The bot comes in with Invite. A member who acts
// in the group is named by both, with a slash: "Friends/User A". It returns ErrUnknownUser, or an
// error that wraps ErrBadInput if the name is empty, or the ID or the name is taken or malformed.
func (p *Platform) AddGroup(g Group, members ...string) (Group, error) {
	kind, letter := "group", "C"
	if g.Room {
		kind, letter = "room", "R"
	}
	if g.ID == "" {
		g.ID = idOf(letter, g.Name)
	}
	if g.Name == "" || !chatID.MatchString(g.ID) || g.ID[:1] != letter {
		return Group{}, fmt.Errorf("%w: a group without a name or with a malformed id", ErrBadInput)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.takeName(g.ID, g.Name); err != nil {
		return Group{}, err
	}
	c := newChat(kind, g.ID, g.Name)
	c.picture = g.Picture
	for _, name := range members {
		u := p.find(name)
		if u == nil {
			return Group{}, ErrUnknownUser
		}
		if !slices.Contains(c.members, u) {
			c.members = append(c.members, u)
		}
	}
	p.people.mu.Lock()
	defer p.people.mu.Unlock()
	p.people.chats = append(p.people.chats, c)
	p.people.named[g.ID], p.people.named[g.Name] = c, c
	return g, nil
}

// place finds what a name stands for: a user and its own chat, a member and its group, or a group
// alone. The caller holds p.mu.
func (p *Platform) place(name string) (*chat, *user) {
	p.people.mu.RLock()
	defer p.people.mu.RUnlock()
	if c := p.people.named[name]; c != nil {
		return c, c.person
	}
	for i, r := range name {
		if r != '/' {
			continue
		}
		c, member := p.people.named[name[:i]], p.people.named[name[i+1:]]
		if c != nil && c.person == nil && member != nil && slices.Contains(c.members, member.person) {
			return c, member.person
		}
	}
	return nil, nil
}

// group returns the group or room of that id or name, or nil.
func (p *Platform) group(idOrName string) *chat {
	p.people.mu.RLock()
	defer p.people.mu.RUnlock()
	if c := p.people.named[idOrName]; c != nil && c.person == nil {
		return c
	}
	return nil
}

// Invite brings the bot into a group: the join event. It sends nothing if the bot is in it already.
// Errors: ErrUnknownUser for an unknown group, ErrWebhook.
func (p *Platform) Invite(ctx context.Context, group string) (Delivery, error) {
	return p.botMoves(ctx, group, true, "join")
}

// Remove puts the bot out of a group: the leave event. It sends nothing if the bot is not in it.
// Errors: ErrUnknownUser for an unknown group, ErrWebhook.
func (p *Platform) Remove(ctx context.Context, group string) (Delivery, error) {
	return p.botMoves(ctx, group, false, "leave")
}

func (p *Platform) botMoves(ctx context.Context, group string, in bool, kind string,
) (Delivery, error) {
	c := p.group(group)
	if c == nil {
		return Delivery{}, ErrUnknownUser
	}
	p.mu.Lock()
	was := c.joined
	c.joined = in
	c.touch()
	p.mu.Unlock()
	if was == in {
		return Delivery{}, nil
	}
	return p.emit(ctx, c, nil, kind, nil)
}

// Join brings users into a group: one memberJoined event for those who are new, if the bot is
// there. Errors: ErrUnknownUser, ErrWebhook.
func (p *Platform) Join(ctx context.Context, group string, users ...string) (Delivery, error) {
	return p.membersMove(ctx, group, users, true)
}

// Leave takes users out of a group: one memberLeft event, if the bot is there. Errors:
// ErrUnknownUser, ErrWebhook.
func (p *Platform) Leave(ctx context.Context, group string, users ...string) (Delivery, error) {
	return p.membersMove(ctx, group, users, false)
}

func (p *Platform) membersMove(ctx context.Context, group string, users []string, in bool,
) (Delivery, error) {
	c := p.group(group)
	if c == nil || slices.ContainsFunc(users, func(name string) bool { return p.find(name) == nil }) {
		return Delivery{}, ErrUnknownUser
	}
	var moved []any
	p.mu.Lock()
	for _, name := range users {
		u := p.find(name)
		i := slices.Index(c.members, u)
		switch {
		case in == (i >= 0):
			continue
		case in:
			c.members = append(c.members, u)
		default:
			c.members = slices.Delete(c.members, i, i+1)
		}
		moved = append(moved, u.source())
	}
	c.touch()
	told := c.joined && len(moved) > 0
	p.mu.Unlock()
	kind, what := "memberJoined", "joined"
	if !in {
		kind, what = "memberLeft", "left"
	}
	if !told {
		return Delivery{}, nil
	}
	return p.emit(ctx, c, nil, kind, map[string]any{what: map[string]any{"members": moved}})
}

// size tells how many are in a group, in words.
func (c *chat) size() string {
	if !c.joined {
		return fmt.Sprintf("%d members, without the bot", len(c.members))
	}
	return fmt.Sprintf("%d members and the bot", len(c.members))
}

// source is the user as the source of an event, or as a member in one.
func (u *user) source() map[string]any {
	s := map[string]any{"type": "user"}
	if !u.Hidden {
		s["userId"] = u.ID
	}
	return s
}

// source is the chat as the source of an event that the author caused, if anyone did.
func (c *chat) source(author *user) map[string]any {
	if c.person != nil {
		return c.person.source()
	}
	s := map[string]any{"type": c.kind, c.kind + "Id": c.id}
	if author != nil && !author.Hidden {
		s["userId"] = author.ID
	}
	return s
}

// mentions finds who is mentioned in a text that is written in a group: "@All", and "@" before the
// name of a member or of the bot. The caller holds p.mu.
func (p *Platform) mentions(c *chat, text string) []any {
	var found []any
	for i := 0; i < len(text) && len(found) < 20; i++ {
		if text[i] != '@' {
			continue
		}
		name, who := p.mentioned(c, text[i+1:])
		if who == nil {
			continue
		}
		who["index"], who["length"] = utf16Length(text[:i]), utf16Length(name)+1
		found = append(found, who)
		i += len(name)
	}
	return found
}

// mentioned returns the longest name at the start of a text.
func (p *Platform) mentioned(c *chat, text string) (name string, who map[string]any) {
	offer := func(candidate string, as map[string]any) {
		if strings.HasPrefix(text, candidate) && len(candidate) > len(name) {
			name, who = candidate, as
		}
	}
	offer("All", map[string]any{"type": "all"})
	offer(p.bot.Name, map[string]any{"type": "user", "userId": p.bot.ID, "isSelf": true})
	for _, u := range c.members {
		as := u.source()
		as["isSelf"] = false
		offer(u.Name, as)
	}
	return name, who
}
