package emulator

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Delivery is what became of one event.
type Delivery struct {
	// EventID is the event's webhookEventId. It is empty if nothing had to be sent, such as for a
	// tap on a link.
	EventID string
	// ReplyToken is the event's token. It is empty for events that have none.
	ReplyToken string
	// Status is what the bot answered, or 0 if it did not.
	Status int

	chat  *chat
	event map[string]any
}

// withoutToken are the events that cannot be replied to.
var withoutToken = map[string]bool{
	"unfollow": true, "unsend": true, "leave": true, "memberLeft": true, "module": true,
	"activated": true, "deactivated": true, "botSuspended": true, "botResumed": true,
	"delivery": true,
}

// Emit sends the bot an event of any type, with these properties beside those that every event has.
// It shows nothing in the chat. The user may be a group alone, for events of no one. Errors: ErrUnknownUser, ErrWebhook.
func (p *Platform) Emit(ctx context.Context, user, kind string, properties map[string]any,
) (Delivery, error) {
	p.mu.Lock()
	c, u := p.place(user)
	p.mu.Unlock()
	if c == nil {
		return Delivery{}, ErrUnknownUser
	}
	return p.emit(ctx, c, u, kind, properties)
}

// emit sends an event that happened in a chat; u is who caused it, or nil.
func (p *Platform) emit(ctx context.Context, c *chat, u *user, kind string, properties map[string]any,
) (Delivery, error) {
	now := p.opt.Now()
	d := Delivery{EventID: newULID(now), chat: c, event: map[string]any{}}
	for k, v := range properties {
		d.event[k] = v
	}
	failed := kind == linkFailed
	if failed {
		kind = "accountLink"
	}
	d.event["type"] = kind
	d.event["mode"] = "active"
	d.event["timestamp"] = now.UnixMilli()
	d.event["webhookEventId"] = d.EventID
	if !failed {
		d.event["source"] = c.source(u)
	}
	p.mu.Lock()
	if !withoutToken[kind] && !failed {
		d.ReplyToken = p.issue(c)
		d.event["replyToken"] = d.ReplyToken
	}
	p.mu.Unlock()
	status, err := p.post(ctx, d, false)
	d.Status = status
	if err != nil {
		p.redeliverLater(d)
	}
	return d, err
}

// Redeliver sends the event again, as LINE does after a failure: same id, time and token, and
// isRedelivery set. Errors: ErrNoEvent if d carries no event, ErrWebhook.
func (p *Platform) Redeliver(ctx context.Context, d Delivery) (Delivery, error) {
	if d.event == nil {
		return d, ErrNoEvent
	}
	p.mu.Lock()
	p.renew(d.ReplyToken)
	p.mu.Unlock()
	status, err := p.post(ctx, d, true)
	d.Status = status
	return d, err
}

// redeliverLater follows Options.Redeliver until the bot accepts the event or the platform is
// closed.
func (p *Platform) redeliverLater(d Delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.opt.Redeliver) == 0 || p.life.Err() != nil {
		return
	}
	p.running.Go(func() {
		for _, wait := range p.opt.Redeliver {
			select {
			case <-time.After(wait):
			case <-p.life.Done():
				return
			}
			if _, err := p.Redeliver(p.life, d); err == nil {
				return
			}
		}
	})
}

// post sends one event and returns the bot's status, 0 if there was none. Any 2xx is success.
func (p *Platform) post(ctx context.Context, d Delivery, again bool) (int, error) {
	event := map[string]any{"deliveryContext": map[string]any{"isRedelivery": again}}
	for k, v := range d.event {
		event[k] = v
	}
	body, err := json.Marshal(map[string]any{"destination": p.bot.ID, "events": []any{event}})
	if err != nil {
		return 0, fmt.Errorf("emulator: encode event: %w", err)
	}
	p.mu.Lock()
	url := p.webhook
	if p.webhookOff {
		url = ""
	}
	p.mu.Unlock()
	status, err := p.send(ctx, url, body)
	problem := ""
	switch {
	case err != nil:
		problem = "The bot did not answer."
		err = fmt.Errorf("%w: no answer: %w", ErrWebhook, err)
	case status < 200 || status > 299:
		problem = fmt.Sprintf("The bot answered with status %d.", status)
		err = fmt.Errorf("%w: status %d", ErrWebhook, status)
	}
	if err != nil {
		p.log.Warn("emulator: webhook failed", "event_id", d.EventID, "status", status, "error", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if d.chat.problem != problem {
		d.chat.problem = problem
		d.chat.touch()
	}
	return status, err
}

// send posts a signed body to a webhook.
func (p *Platform) send(ctx context.Context, url string, body []byte) (int, error) {
	if url == "" {
		return 0, errNoWebhook
	}
	ctx, cancel := context.WithTimeout(ctx, p.opt.WebhookTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "LineBotWebhook/2.0")
	r.Header.Set("x-line-signature", p.sign(body))
	res, err := p.client.Do(r)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16)) // lets the connection be used again
	return res.StatusCode, res.Body.Close()
}

// sign makes the x-line-signature of a body.
func (p *Platform) sign(body []byte) string {
	mac := hmac.New(sha256.New, []byte(p.secret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
