package emulator

import (
	"net/http"
	"time"
)

// insightEndpoints tell what LINE counts. Of rich menus it is nothing, as where too few have used them.
func (p *Platform) insightEndpoints() []endpoint {
	list := []endpoint{
		get("/v2/bot/insight/demographic", p.locked(p.insightDemographic)),
		get("/v2/bot/insight/message/delivery", p.locked(p.insightDelivery)),
		get("/v2/bot/insight/followers", p.locked(p.insightFollowers)),
		get("/v2/bot/insight/message/event", p.locked(p.insightMessage)),
		get("/v2/bot/insight/message/event/aggregation", p.locked(p.insightUnit)),
		get("/v2/bot/insight/richmenu/{richMenuId}/summary", p.locked(p.insightMenu)),
		get("/v2/bot/insight/richmenu/{richMenuId}/daily", p.locked(p.insightMenu)),
	}
	for i := range list {
		list[i].rate = rate{60, time.Hour}
	}
	return list
}

// badRequest is all that LINE's insights say of a wrong parameter.
var badRequest = refuse(http.StatusBadRequest, "Bad Request")

func dayOf(c *call, name string) (time.Time, bool) {
	t, err := time.ParseInLocation("20060102", c.URL.Query().Get(name), japan)
	return t, err == nil
}

// counting tells whether the numbers of a day are there: LINE counts when it is over.
func (p *Platform) counting(date time.Time, since string) string {
	switch {
	case date.Format("20060102") < since:
		return "out_of_service"
	case p.opt.Now().Before(date.AddDate(0, 0, 1)):
		return "unready"
	default:
		return "ready"
	}
}

// insightDelivery tells what was sent on a day, by the ways that a bot has to send.
func (p *Platform) insightDelivery(c *call) answer {
	date, ok := dayOf(c, "date")
	if !ok {
		return badRequest
	}
	status := p.counting(date, "20170301")
	if status != "ready" {
		return accept(http.StatusOK, map[string]any{"status": status})
	}
	sent := func(via string) int { return p.days[date.Format("20060102")+via] }
	return accept(http.StatusOK, map[string]any{"status": status,
		"apiBroadcast": sent("broadcast"), "apiPush": sent("push"), "apiMulticast": sent("multicast"),
		"apiNarrowcast": sent("narrowcast"), "apiReply": sent("reply")})
}

// insightFollowers counts friends as they were at the end of a day.
func (p *Platform) insightFollowers(c *call) answer {
	date, ok := dayOf(c, "date")
	switch {
	case c.URL.Query().Get("date") == "":
		return refuse(http.StatusBadRequest, "date is required")
	case !ok:
		return badRequest
	}
	status := p.counting(date, "20161101")
	if status != "ready" {
		return accept(http.StatusOK, map[string]any{"status": status, "followers": nil,
			"targetedReaches": nil, "blocks": nil})
	}
	followers, reach, blocks := 0, 0, 0
	p.eachUser(func(u *user) {
		ever, friend := u.friendAt(date.AddDate(0, 0, 1))
		switch {
		case friend:
			followers++
			if u.Demographic != (Demographic{}) {
				reach++
			}
		case ever:
			followers, blocks = followers+1, blocks+1
		}
	})
	return accept(http.StatusOK, map[string]any{"status": status, "followers": followers,
		"targetedReaches": reach, "blocks": blocks})
}

// insightMenu tells the id only: less than 20 people have clicked.
func (p *Platform) insightMenu(c *call) answer {
	from, ok := dayOf(c, "from")
	to, okToo := dayOf(c, "to")
	earliest := p.opt.Now().In(japan).AddDate(-3, 0, 0).Format(time.DateOnly)
	switch {
	case !ok || !okToo:
		return badRequest
	case to.Before(from):
		return refuse(http.StatusBadRequest, "Parameter to must be the same date as, or after parameter from.")
	case to.Sub(from) > 396*day:
		return refuse(http.StatusBadRequest, "Date range exceeds. Max range is 396 days.")
	case from.Format(time.DateOnly) < earliest:
		return refuse(http.StatusBadRequest,
			"Parameter from must be the same date as, or after "+earliest+".")
	}
	m, bad := p.menuNamed(c)
	if bad != nil {
		return *bad
	}
	return accept(http.StatusOK, map[string]string{"richMenuId": m.id})
}
