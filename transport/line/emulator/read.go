package emulator

import (
	"net/http"
)

func (p *Platform) readEndpoints() []endpoint {
	return []endpoint{
		send("/v2/bot/chat/markAsRead", p.bodied(p.markAsRead)),
		send("/v2/bot/message/markAsRead", p.bodied(p.markChatAsRead)),
	}
}

// markAsRead marks a message, and what was written before it in that chat.
func (p *Platform) markAsRead(_ *call, o object) answer {
	there, known := p.readTokens[text(o["markAsReadToken"])]
	if !known {
		return refuse(http.StatusBadRequest,
			"Invalid markAsReadToken. Tokens must be used by the bot that received them via Webhook.")
	}
	there.chat.read(there.seq)
	return accept(http.StatusOK, struct{}{})
}

// markChatAsRead is the older call, which marks all that a user wrote.
func (p *Platform) markChatAsRead(_ *call, o object) answer {
	var k checker
	id := ""
	if who := k.object(o, "", "chat", true); who != nil {
		id = k.str(who, "chat", "userId", needID)
	}
	if len(k.details) > 0 {
		return refuseDetails(k.details)
	}
	u := p.find(id)
	if !userID.MatchString(id) || u == nil {
		return invalidProperty("chat.userId")
	}
	u.read(len(u.items))
	return accept(http.StatusOK, struct{}{})
}

// readMark is the message that a token marks as read.
type readMark struct {
	chat *chat
	seq  int
}

// read marks what users wrote up to a message. The caller holds Platform.mu.
func (c *chat) read(seq int) {
	changed := false
	for i, it := range c.items[:seq] {
		if it.From == FromUser && !it.Read {
			read := *it // the page may be reading the old one
			read.Read = true
			c.items[i], changed = &read, true
		}
	}
	if changed {
		c.epoch++
		c.touch()
	}
}
