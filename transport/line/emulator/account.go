package emulator

import (
	"encoding/json"
	"net/http"
	"time"
)

func (p *Platform) peopleEndpoints() []endpoint {
	return []endpoint{
		get("/v2/bot/info", p.info),
		get("/v2/bot/profile/{userId}", about(p, p.userNamed, p.profile)),
		get("/v2/bot/followers/ids", p.locked(p.followers)),
		{method: http.MethodPost, path: "/v2/bot/chat/loading/start", handle: p.bodied(p.startLoading),
			rate: rate{100, time.Second}},
	}
}

func (p *Platform) info(*call) answer {
	chatMode, readMode := "bot", "auto"
	if p.opt.ManualRead {
		chatMode, readMode = "chat", "manual"
	}
	return accept(http.StatusOK, map[string]string{
		"userId":         p.bot.ID,
		"basicId":        "@" + p.bot.ID[1:9],
		"displayName":    p.bot.Name,
		"chatMode":       chatMode,
		"markAsReadMode": readMode,
	})
}

// profileBody is a profile as the API tells it. Groups leave the language and the status out.
type profileBody struct {
	ID       string `json:"userId"`
	Name     string `json:"displayName"`
	Language string `json:"language,omitempty"`
	Picture  string `json:"pictureUrl,omitempty"`
	Status   string `json:"statusMessage,omitempty"`
}

func (p *Platform) profile(_ *call, u *user) answer {
	if u == nil || u.Hidden || !u.known() {
		return notFound
	}
	return accept(http.StatusOK, profileBody{u.ID, u.Name, u.Language, u.Picture, u.Status})
}

// known says whether the bot may get the user's profile: it is a friend, or has written ever, and
// has not blocked the bot.
func (u *user) known() bool { return u.Friend || !u.wasFriend && !u.wrote.IsZero() }

func (p *Platform) followers(c *call) answer {
	if p.opt.Unverified {
		return unavailable
	}
	limit, bad := c.limit(300, 1000)
	if bad != nil {
		return *bad
	}
	var friends []string
	for _, u := range p.everyone() {
		if u.Friend && !u.Hidden {
			friends = append(friends, u.ID)
		}
	}
	ids, next, bad := p.piece(c, friends, "followers", limit)
	if bad != nil {
		return *bad
	}
	return accept(http.StatusOK, followersBody{ids, next})
}

// followersBody is a piece of a list of users.
type followersBody struct {
	IDs  []string `json:"userIds"`
	Next string   `json:"next,omitempty"`
}

// unavailable is the answer to calls that the bot's kind of account may not make.
var unavailable = refuse(http.StatusForbidden, "Access to this API is not available for your account")

// startLoading shows the loading animation until the next message of the bot.
func (p *Platform) startLoading(_ *call, o object) answer {
	var k checker
	id := k.str(o, "", "chatId", length{1, 100, utf16Length})
	if id != "" && !userID.MatchString(id) {
		k.fail("chatId",
			"Only user id is acceptable, please confirm if there are any group/room ids or illegal ids.")
	}
	seconds := int64(20)
	if v, ok := o["loadingSeconds"]; ok {
		n, isNumber := v.(json.Number)
		seconds, _ = n.Int64()
		if !isNumber || seconds < 5 || seconds > 60 {
			k.fail("loadingSeconds", "Must be between 5 and 60")
		}
		if seconds%5 != 0 {
			k.fail("loadingSeconds", "must be a multiple of five")
		}
	}
	if len(k.details) > 0 {
		return refuseDetails(k.details)
	}
	if u := p.find(id); u != nil && u.Friend {
		u.loading = p.opt.Now().Add(time.Duration(seconds) * time.Second)
		u.touch()
	}
	return accept(http.StatusAccepted, struct{}{})
}
