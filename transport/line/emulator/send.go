package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// sentMessage is what the API tells of each message that it accepted.
type sentMessage struct {
	ID         string `json:"id"`
	QuoteToken string `json:"quoteToken,omitempty"`
}

type sentBody struct {
	Sent []sentMessage `json:"sentMessages"`
}

// quotable are the types of messages that get a quote token.
var quotable = map[string]bool{
	"text": true, "textV2": true, "sticker": true, "image": true, "video": true,
	"template": true, "flex": true,
}

const pushPath = "/v2/bot/message/push"

func (p *Platform) sendEndpoints() []endpoint {
	list := []endpoint{
		send("/v2/bot/message/reply", parsed(p.reply)),
		{method: http.MethodPost, path: pushPath, handle: p.bodied(p.push), retry: true},
		{method: http.MethodPost, path: "/v2/bot/message/multicast", handle: p.bodied(p.multicast), retry: true,
			rate: rate{200, time.Second}},
		{method: http.MethodPost, path: "/v2/bot/message/broadcast", handle: p.bodied(p.broadcast), retry: true,
			rate: rate{60, time.Hour}},
		{method: http.MethodPost, path: "/v2/bot/message/narrowcast", handle: p.bodied(p.sendNarrowcast), retry: true,
			rate: rate{60, time.Hour}},
		get("/v2/bot/message/progress/narrowcast", p.locked(p.narrowcastProgress)),
	}
	for _, kind := range []string{"reply", "push", "multicast", "narrowcast", "broadcast"} {
		list = append(list, send("/v2/bot/message/validate/"+kind, parsed(p.validate)))
	}
	return list
}

func (p *Platform) validate(_ *call, o object) answer {
	if _, details := checkMessages(o); len(details) > 0 {
		return refuseDetails(details)
	}
	return accept(http.StatusOK, struct{}{})
}

func (p *Platform) reply(_ *call, o object) answer {
	messages, details := checkMessages(o)
	k := checker{details: details}
	token := k.str(o, "", "replyToken", length{1, 1000, utf16Length})
	k.boolean(o, "", "notificationDisabled")
	if len(k.details) > 0 {
		return refuseDetails(k.details)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	to := p.tokenFor(token)
	if to == nil {
		return refuse(http.StatusBadRequest, "Invalid reply token")
	}
	if bad := p.fits(to, messages); bad != nil {
		return *bad
	}
	delete(p.tokens, token) // a used token is answered like one that never was
	p.count("reply", max(to.reach(p.opt.Now()), 1))
	return accept(http.StatusOK, sentBody{p.show(to, prepare(messages), "reply")})
}

func (p *Platform) push(c *call, o object) answer {
	if a, ok := p.acceptedUnder(c); ok {
		return a
	}
	messages, details := checkMessages(o)
	k := checker{details: details}
	to := k.str(o, "", "to", length{1, 100, utf16Length})
	k.boolean(o, "", "notificationDisabled")
	k.aggregationUnits(o)
	if len(k.details) > 0 {
		return refuseDetails(k.details)
	}
	if !userID.MatchString(to) && !chatID.MatchString(to) {
		return invalidProperty("'to'")
	}
	there, _ := p.place(to)
	if there == nil || there.person == nil && !there.joined {
		return refuse(http.StatusBadRequest, "Failed to send messages")
	}
	if bad := p.fits(there, messages); bad != nil {
		return *bad
	}
	reached := there.reach(p.opt.Now())
	if bad := p.charge("push", reached); bad != nil {
		return *bad
	}
	ready := prepare(messages)
	if units := p.assign(o); units != nil {
		p.track(ready, reached, units)
	}
	sent := p.show(there, ready, "push")
	p.remember(c, sent)
	return accept(http.StatusOK, sentBody{sent})
}

func invalidProperty(name string) answer {
	return refuse(http.StatusBadRequest, fmt.Sprintf(
		"The property, %s, in the request body is invalid (line: -, column: -)", name))
}

// prepared is a message that is ready to be shown in any number of chats.
type prepared struct {
	kind    string
	content json.RawMessage
	view    *node
	buttons []Button
	cast    *cast
}

func prepare(messages []object) []prepared {
	ready := make([]prepared, len(messages))
	for i, m := range messages {
		ready[i].kind = text(m["type"])
		ready[i].content, _ = json.Marshal(m) // came from JSON, so it goes back
		ready[i].view, ready[i].buttons = render(m)
	}
	return ready
}

// show puts messages into a chat, unless nobody there sees what the bot sends: LINE accepts those
// too. The caller holds p.mu.
func (p *Platform) show(c *chat, messages []prepared, via string) []sentMessage {
	now := p.opt.Now()
	visible := c.shows(now, via)
	if visible && messages[0].cast != nil {
		c.casts = append(c.casts, messages[0].cast)
	}
	sent := make([]sentMessage, len(messages))
	for i, m := range messages {
		sent[i].ID = p.messageID()
		if quotable[m.kind] {
			sent[i].QuoteToken = newQuoteToken()
		}
		if !visible {
			continue
		}
		c.add(&item{
			Message: Message{
				ID: sent[i].ID, From: FromBot, Via: via, Time: now,
				Type: m.kind, Text: m.view.Text, Content: m.content,
			},
			view: m.view, buttons: m.buttons, quote: sent[i].QuoteToken, cast: m.cast, bubble: i + 1,
		})
	}
	return sent
}

// fits checks what depends on the chat that messages go to: quotes and mentions. The caller holds
// p.mu.
func (p *Platform) fits(c *chat, messages []object) *answer {
	var k checker
	for i, m := range messages {
		quote := text(m["quoteToken"])
		if quote != "" && !slices.ContainsFunc(c.items, func(it *item) bool { return it.quote == quote }) {
			k.fail(under(at("messages", i), "quoteToken"), "Invalid quote token")
		}
		substitution, _ := m["substitution"].(object)
		for key, v := range substitution {
			s, _ := v.(object)
			if s["type"] == "mention" && !p.mentionable(c, s) {
				k.fail(under(at("messages", i), "substitution."+key), "Invalid mentionee")
			}
		}
	}
	return k.refusal()
}

// mentionable says whether the bot can mention someone in a chat: everyone or a member, in a group.
func (p *Platform) mentionable(c *chat, mention object) bool {
	who, _ := mention["mentionee"].(object)
	if c.person != nil {
		return false
	}
	return who["type"] == "all" || slices.ContainsFunc(c.members, func(u *user) bool {
		return u.ID == text(who["userId"])
	})
}
