package emulator

import (
	"context"
	"net/http"
	"slices"
)

func (p *Platform) groupEndpoints() []endpoint {
	list := []endpoint{get("/v2/bot/group/{groupId}/summary", about(p, p.inside, p.summary))}
	for _, kind := range []string{"group", "room"} {
		path := "/v2/bot/" + kind + "/{" + kind + "Id}"
		list = append(list,
			get(path+"/members/count", about(p, p.inside, p.memberCount)),
			get(path+"/members/ids", p.locked(p.memberIDs)),
			get(path+"/member/{userId}", about(p, p.inside, p.memberProfile)),
			act(http.MethodPost, path+"/leave", about(p, p.named, p.leave)),
		)
	}
	return list
}

// named returns the group or room of a call's path, or an answer if the bot has none of that name.
// The caller holds p.mu.
func (p *Platform) named(c *call) (*chat, *answer) {
	parameter, id := "groupId", c.values["groupId"]
	if id == "" {
		parameter, id = "roomId", c.values["roomId"]
	}
	if !chatID.MatchString(id) || (id[0] == 'C') != (parameter == "groupId") {
		return nil, new(invalid(parameter))
	}
	there := p.group(id)
	if there == nil {
		return nil, &notFound
	}
	return there, nil
}

// inside is named for calls that need the bot to be in the chat. The caller holds p.mu.
func (p *Platform) inside(c *call) (*chat, *answer) {
	there, bad := p.named(c)
	if bad == nil && !there.joined {
		return nil, &notFound
	}
	return there, bad
}

func (p *Platform) summary(_ *call, there *chat) answer {
	return accept(http.StatusOK, struct {
		ID      string `json:"groupId"`
		Name    string `json:"groupName"`
		Picture string `json:"pictureUrl,omitempty"`
	}{there.id, there.name, there.picture})
}

func (p *Platform) memberCount(_ *call, there *chat) answer {
	return accept(http.StatusOK, map[string]int{"count": len(there.members)})
}

func (p *Platform) memberIDs(c *call) answer {
	if p.opt.Unverified {
		return unavailable
	}
	there, bad := p.inside(c)
	if bad != nil {
		return *bad
	}
	var open []string
	for _, u := range there.members {
		if !u.Hidden {
			open = append(open, u.ID)
		}
	}
	ids, next, bad := p.piece(c, open, there.id, 100)
	if bad != nil {
		return *bad
	}
	return accept(http.StatusOK, struct {
		IDs  []string `json:"memberIds"`
		Next string   `json:"next,omitempty"`
	}{ids, next})
}

func (p *Platform) memberProfile(c *call, there *chat) answer {
	id := c.values["userId"]
	if !userID.MatchString(id) {
		return invalid("userId")
	}
	u := p.find(id)
	if u == nil || u.Hidden || !slices.Contains(there.members, u) {
		return notFound
	}
	return accept(http.StatusOK, profileBody{ID: u.ID, Name: u.Name, Picture: u.Picture})
}

// leave takes the bot out of a group or a room. LINE tells the bot by an event, after the answer.
func (p *Platform) leave(_ *call, there *chat) answer {
	if !there.joined {
		if there.kind == "room" {
			return accept(http.StatusOK, struct{}{})
		}
		return notFound
	}
	there.joined = false
	there.touch()
	p.later(func(ctx context.Context) { _, _ = p.emit(ctx, there, nil, "leave", nil) })
	return accept(http.StatusOK, struct{}{})
}

// later does something beside the call that causes it, unless the platform is closed. Close waits
// for it. The caller holds p.mu.
func (p *Platform) later(do func(context.Context)) {
	if p.life.Err() == nil {
		p.running.Go(func() { do(p.life) })
	}
}
