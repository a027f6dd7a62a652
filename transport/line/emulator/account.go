package emulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

func (p *Platform) info(*call) answer {
	return accept(http.StatusOK, map[string]string{
		"userId":         p.bot.ID,
		"basicId":        "@" + p.bot.ID[1:9],
		"displayName":    p.bot.Name,
		"chatMode":       "bot",
		"markAsReadMode": "auto",
	})
}

func (p *Platform) profile(c *call) answer {
	id := strings.TrimPrefix(c.URL.Path, profilePath)
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.find(id)
	if u == nil || u.ID != id || !u.reachable(p.opt.Now()) {
		return refuse(http.StatusNotFound, "Not found")
	}
	return accept(http.StatusOK, map[string]string{
		"userId": u.ID, "displayName": u.Name, "language": "en",
	})
}

// startLoading shows the loading animation until the next message of the bot.
func (p *Platform) startLoading(c *call) answer {
	o, bad := parseBody(c.body)
	if bad != nil {
		return *bad
	}
	var k checker
	id := k.str(o, "", "chatId", length{1, 100, utf16Length})
	if id != "" && !userID.MatchString(id) {
		k.fail("chatId", "Only user id is acceptable")
	}
	seconds := int64(20)
	if v, ok := o["loadingSeconds"]; ok {
		n, isNumber := v.(json.Number)
		seconds, _ = n.Int64()
		if !isNumber || seconds < 5 || seconds > 60 || seconds%5 != 0 {
			k.fail("loadingSeconds", "Must be a multiple of 5 between 5 and 60")
		}
	}
	if len(k.details) > 0 {
		return refuseDetails(k.details)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if u := p.find(id); u != nil && u.reachable(p.opt.Now()) {
		u.loading = p.opt.Now().Add(time.Duration(seconds) * time.Second)
		u.touch()
	}
	return accept(http.StatusAccepted, struct{}{})
}
