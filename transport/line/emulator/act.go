package emulator

import (
	"context"
	"encoding/json"
	"fmt"
)

// Say types a text. In a group, "@" before the name of a member or of the bot, and "@All", are
// mentions. Errors: ErrUnknownUser, ErrBlocked, ErrBadInput for an empty text or one that is longer
// than 5000 UTF-16 units, ErrWebhook.
func (p *Platform) Say(ctx context.Context, user, text string) (Delivery, error) {
	return p.says(ctx, user, text, "")
}

// Quote types a text that quotes the message of that id. Errors: those of Say, and ErrBadInput if
// the chat holds no such message or it cannot be quoted.
func (p *Platform) Quote(ctx context.Context, user, message, text string) (Delivery, error) {
	p.mu.Lock()
	c, _ := p.place(user)
	quotable := c != nil && c.quotable(message)
	p.mu.Unlock()
	if c != nil && !quotable {
		return Delivery{}, fmt.Errorf("%w: no message to quote", ErrBadInput)
	}
	return p.says(ctx, user, text, message)
}

func (p *Platform) says(ctx context.Context, user, text, quoted string) (Delivery, error) {
	if text == "" || utf16Length(text) > 5000 {
		return Delivery{}, fmt.Errorf("%w: text of length %d", ErrBadInput, utf16Length(text))
	}
	content := map[string]any{"type": "text", "text": text}
	if quoted != "" {
		content["quotedMessageId"] = quoted
	}
	return p.writes(ctx, user, content, text)
}

// quotable says whether the chat holds a message that can be quoted.
func (c *chat) quotable(message string) bool {
	for _, it := range c.items {
		if it.ID == message && it.quote != "" {
			return true
		}
	}
	return false
}

// Sticker sends a sticker. Errors: ErrUnknownUser, ErrBlocked, ErrWebhook.
func (p *Platform) Sticker(ctx context.Context, user, packageID, stickerID string,
) (Delivery, error) {
	return p.writes(ctx, user, map[string]any{
		"type": "sticker", "packageId": packageID, "stickerId": stickerID,
		"stickerResourceType": "STATIC",
	}, "Sticker "+packageID+"/"+stickerID)
}

// Location sends a place. Title and address may be empty: LINE leaves them out then. Errors:
// ErrUnknownUser, ErrBlocked, ErrBadInput for what is no number, ErrWebhook.
func (p *Platform) Location(ctx context.Context, user, title, address string, latitude, longitude float64,
) (Delivery, error) {
	message := map[string]any{"type": "location", "latitude": latitude, "longitude": longitude}
	label := "Location"
	if title != "" {
		message["title"] = title
		label += ": " + title
	}
	if address != "" {
		message["address"] = address
		label += ": " + address
	}
	return p.writes(ctx, user, message, label)
}

// writes shows a message of the user and sends its event.
func (p *Platform) writes(ctx context.Context, user string, content map[string]any, label string,
) (Delivery, error) {
	return p.writesFile(ctx, user, content, label, nil)
}

// writesFile is writes for a message that has a file.
func (p *Platform) writesFile(ctx context.Context, user string, message map[string]any, label string,
	file *Upload) (Delivery, error) {
	c, u, err := p.present(user)
	if err != nil {
		return Delivery{}, err
	}
	kind := message["type"].(string)
	p.mu.Lock()
	message["id"] = p.messageID()
	if said, _ := message["text"].(string); c.person == nil && said != "" {
		if list := p.mentions(c, said); len(list) > 0 {
			message["mention"] = map[string]any{"mentionees": list}
		}
	}
	quote := ""
	if quotable[kind] {
		quote = newQuoteToken()
		message["quoteToken"] = quote
	}
	token := newQuoteToken()
	message["markAsReadToken"] = token
	raw, err := json.Marshal(message)
	if err != nil { // a location with NaN
		p.mu.Unlock()
		return Delivery{}, fmt.Errorf("%w: %w", ErrBadInput, err)
	}
	it := p.bubble(c, u, message["id"].(string), kind, label, raw)
	it.quote = quote
	p.readTokens[token] = readMark{c, it.Seq}
	if file != nil {
		id := message["id"].(string)
		p.contents[id] = &content{Upload: *file, born: p.opt.Now()}
		it.view.Source = photo(id, file)
	}
	p.mu.Unlock()
	return p.tell(ctx, c, u, "message", map[string]any{"message": message})
}

// tell sends the event of something that a user did, if the bot is there to get it.
func (p *Platform) tell(ctx context.Context, c *chat, u *user, kind string,
	properties map[string]any) (Delivery, error) {
	p.mu.Lock()
	absent := c.person == nil && !c.joined
	p.mu.Unlock()
	if absent {
		return Delivery{}, nil
	}
	return p.emit(ctx, c, u, kind, properties)
}

// bubble shows something that a user did. The caller holds p.mu.
func (p *Platform) bubble(c *chat, u *user, id, kind, text string, content json.RawMessage) *item {
	now := p.opt.Now()
	if c.person != nil {
		u.wrote = now
	}
	v := &node{Kind: "text", Text: text}
	if kind != "text" {
		v.Kind = "placeholder"
	}
	it := &item{
		Message: Message{
			ID: id, From: FromUser, Author: u.ID, Time: now, Type: kind, Text: text, Content: content,
			Read: !p.opt.ManualRead && (c.person != nil || c.joined),
		},
		view: v,
	}
	c.add(it)
	return it
}

// present returns the user and the chat that a name stands for, if the user can send something.
func (p *Platform) present(name string) (*chat, *user, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, u := p.place(name)
	switch {
	case u == nil:
		return nil, nil, ErrUnknownUser
	case c.person != nil && u.blocked():
		return nil, nil, ErrBlocked
	}
	c.opens(u, p.opt.Now())
	return c, u, nil
}

// Follow makes the user a friend of the bot, or unblocks it. It sends nothing if it is a friend
// already. Errors: ErrUnknownUser, ErrWebhook.
func (p *Platform) Follow(ctx context.Context, user string) (Delivery, error) {
	u := p.find(user)
	if u == nil {
		return Delivery{}, ErrUnknownUser
	}
	p.mu.Lock()
	unblocked, already := u.wasFriend, u.Friend
	u.Friend, u.wasFriend = true, true
	if !already {
		u.FriendSince = p.opt.Now()
		u.turns = append(u.turns, u.FriendSince)
	}
	u.touch()
	p.mu.Unlock()
	if already {
		return Delivery{}, nil
	}
	return p.emit(ctx, u.chat, u, "follow", map[string]any{
		"follow": map[string]any{"isUnblocked": unblocked},
	})
}

// Unfollow blocks the bot: nothing that it sends is shown until Follow. It sends nothing if the
// user is not a friend. Errors: ErrUnknownUser, ErrWebhook.
func (p *Platform) Unfollow(ctx context.Context, user string) (Delivery, error) {
	u := p.find(user)
	if u == nil {
		return Delivery{}, ErrUnknownUser
	}
	p.mu.Lock()
	was := u.Friend
	u.Friend = false
	if was {
		u.turns = append(u.turns, p.opt.Now())
	}
	u.touch()
	p.mu.Unlock()
	if !was {
		return Delivery{}, nil
	}
	return p.emit(ctx, u.chat, u, "unfollow", nil)
}
