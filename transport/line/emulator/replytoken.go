package emulator

import "time"

// redeliveryReach is how long after an event a redelivery can still make its token work.
const redeliveryReach = 20 * time.Minute

// replyToken is the right to answer one event once.
type replyToken struct {
	chat    *chat
	born    time.Time // when the event happened
	expires time.Time
}

// issue makes a token for an event that happens now, and drops those that can never work again.
// The caller holds p.mu.
func (p *Platform) issue(c *chat) string {
	now := p.opt.Now()
	if now.Sub(p.swept) > time.Minute { // not at each event: there may be many tokens
		p.swept = now
		for k, t := range p.tokens {
			if now.After(t.expires) && now.Sub(t.born) > redeliveryReach {
				delete(p.tokens, k)
			}
		}
	}
	token := randomHex(16)
	p.tokens[token] = &replyToken{chat: c, born: now, expires: now.Add(p.opt.ReplyTokenLife)}
	return token
}

// renew gives a token its full life again because its event is redelivered, but not beyond
// redeliveryReach. The caller holds p.mu.
func (p *Platform) renew(token string) {
	t := p.tokens[token]
	if t == nil {
		return
	}
	end, limit := p.opt.Now().Add(p.opt.ReplyTokenLife), t.born.Add(redeliveryReach)
	if end.After(limit) {
		end = limit
	}
	if end.After(t.expires) {
		t.expires = end
	}
}

// tokenFor returns the chat that a token answers, or nil if it is unknown, used or expired.
// The caller holds p.mu.
func (p *Platform) tokenFor(token string) *chat {
	t := p.tokens[token]
	if t == nil || p.opt.Now().After(t.expires) {
		return nil
	}
	return t.chat
}
