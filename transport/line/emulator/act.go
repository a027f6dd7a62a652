package emulator

import (
	"context"
	"encoding/json"
	"fmt"
)

// Say types a text. Errors: ErrUnknownUser, ErrBlocked, ErrBadInput for an empty text or one that
// is longer than 5000 UTF-16 units, ErrWebhook.
func (p *Platform) Say(ctx context.Context, user, text string) (Delivery, error) {
	if text == "" || utf16Length(text) > 5000 {
		return Delivery{}, fmt.Errorf("%w: text of length %d", ErrBadInput, utf16Length(text))
	}
	return p.writes(ctx, user, map[string]any{"type": "text", "text": text}, text)
}

// Sticker sends a sticker. Errors: ErrUnknownUser, ErrBlocked, ErrWebhook.
func (p *Platform) Sticker(ctx context.Context, user, packageID, stickerID string,
) (Delivery, error) {
	return p.writes(ctx, user, map[string]any{
		"type": "sticker", "packageId": packageID, "stickerId": stickerID,
		"stickerResourceType": "STATIC",
	}, "Sticker "+packageID+"/"+stickerID)
}

// Image sends a picture. Its bytes cannot be downloaded. Errors: ErrUnknownUser, ErrBlocked,
// ErrWebhook.
func (p *Platform) Image(ctx context.Context, user string) (Delivery, error) {
	return p.writes(ctx, user, map[string]any{
		"type": "image", "contentProvider": map[string]any{"type": "line"},
	}, "Photo")
}

// Location sends a place. Errors: ErrUnknownUser, ErrBlocked, ErrWebhook.
func (p *Platform) Location(ctx context.Context, user, title string, latitude, longitude float64,
) (Delivery, error) {
	return p.writes(ctx, user, map[string]any{
		"type": "location", "title": title, "latitude": latitude, "longitude": longitude,
	}, "Location: "+title)
}

// writes shows a message of the user and sends its event.
func (p *Platform) writes(ctx context.Context, user string, content map[string]any, label string,
) (Delivery, error) {
	u, err := p.present(user)
	if err != nil {
		return Delivery{}, err
	}
	kind := content["type"].(string)
	p.mu.Lock()
	content["id"] = p.messageID()
	if quotable[kind] {
		content["quoteToken"] = newQuoteToken()
	}
	raw, err := json.Marshal(content)
	if err != nil { // a location with NaN
		p.mu.Unlock()
		return Delivery{}, fmt.Errorf("%w: %w", ErrBadInput, err)
	}
	p.bubble(u, content["id"].(string), kind, label, raw)
	p.mu.Unlock()
	return p.emit(ctx, u, "message", map[string]any{"message": content})
}

// bubble shows something on the user's side. The caller holds p.mu.
func (p *Platform) bubble(u *user, id, kind, text string, content json.RawMessage) {
	now := p.opt.Now()
	u.wrote = now
	v := &node{Kind: "text", Text: text}
	if kind != "text" {
		v.Kind = "placeholder"
	}
	u.add(&item{
		Message: Message{
			ID: id, From: FromUser, Time: now, Type: kind, Text: text, Content: content,
		},
		view: v,
	})
}

// present returns the user if it can send something.
func (p *Platform) present(idOrName string) (*user, error) {
	u := p.find(idOrName)
	if u == nil {
		return nil, ErrUnknownUser
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if u.blocked() {
		return nil, ErrBlocked
	}
	return u, nil
}

// Follow makes the user a friend of the bot, or unblocks it. It sends nothing if it is a friend
// already. Errors: ErrUnknownUser, ErrWebhook.
func (p *Platform) Follow(ctx context.Context, user string) (Delivery, error) {
	u := p.find(user)
	if u == nil {
		return Delivery{}, ErrUnknownUser
	}
	p.mu.Lock()
	unblocked, already := u.wasFriend, u.friend
	u.friend, u.wasFriend = true, true
	u.touch()
	p.mu.Unlock()
	if already {
		return Delivery{}, nil
	}
	return p.emit(ctx, u, "follow", map[string]any{
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
	was := u.friend
	u.friend = false
	u.touch()
	p.mu.Unlock()
	if !was {
		return Delivery{}, nil
	}
	return p.emit(ctx, u, "unfollow", nil)
}
