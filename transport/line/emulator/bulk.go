package emulator

import (
	"fmt"
	"net/http"
)

func (p *Platform) multicast(c *call, o object) answer {
	return p.toMany(c, o, "multicast", func(o object, k *checker) ([]*chat, *answer) {
		k.aggregationUnits(o)
		return p.recipients(o, k)
	})
}

func (p *Platform) broadcast(c *call, o object) answer {
	return p.toMany(c, o, "broadcast", func(object, *checker) ([]*chat, *answer) {
		return p.friends(), nil
	})
}

// toMany carries out a call whose messages go to several users; whom is given the body to check
// what is its own. Only friends get them: LINE accepts the others too.
func (p *Platform) toMany(
	c *call, o object, via string, whom func(object, *checker) ([]*chat, *answer),
) answer {
	if a, ok := p.acceptedUnder(c); ok {
		return a
	}
	messages, details := checkMessages(o)
	k := checker{details: details}
	k.boolean(o, "", "notificationDisabled")
	to, bad := whom(o, &k)
	k.untied(messages)
	switch {
	case len(k.details) > 0:
		return refuseDetails(k.details)
	case bad != nil:
		return *bad
	}
	if bad := p.charge(via, len(to)); bad != nil {
		return *bad
	}
	ready := prepare(messages)
	units := p.assign(o)
	switch {
	case via == "broadcast":
		p.casts[c.id] = p.track(ready, len(to), nil)
	case units != nil:
		p.track(ready, len(to), units)
	}
	for _, there := range to {
		p.show(there, ready, via)
	}
	p.remember(c, nil)
	return accept(http.StatusOK, struct{}{})
}

// untied refuses what only a message to one chat can have: a quote, a mention.
func (k *checker) untied(messages []object) {
	for i, m := range messages {
		if text(m["quoteToken"]) != "" {
			k.fail(under(at("messages", i), "quoteToken"), "May not be used here")
		}
		substitution, _ := m["substitution"].(object)
		for key, v := range substitution {
			if s, _ := v.(object); s["type"] == "mention" {
				k.fail(under(at("messages", i), "substitution."+key), "May not be used here")
			}
		}
	}
}

// recipients reads the users that a multicast is for: each once, friends only. The caller holds
// p.mu.
func (p *Platform) recipients(o object, k *checker) ([]*chat, *answer) {
	ids := k.strings(o, "to", 1, 500)
	to, seen := make([]*chat, 0, len(ids)), make(map[string]bool, len(ids))
	for i, id := range ids {
		if !userID.MatchString(id) {
			return nil, new(invalidProperty(fmt.Sprintf("to[%d]", i)))
		}
		if u := p.find(id); u != nil && u.Friend && !seen[id] {
			to = append(to, u.chat)
		}
		seen[id] = true
	}
	return to, nil
}

// friends are the chats of all friends of the bot. The caller holds p.mu.
func (p *Platform) friends() []*chat {
	p.people.mu.RLock()
	defer p.people.mu.RUnlock()
	var to []*chat
	for _, u := range p.people.users {
		if u.Friend {
			to = append(to, u.chat)
		}
	}
	return to
}
