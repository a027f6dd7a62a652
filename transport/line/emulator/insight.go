package emulator

import (
	"maps"
	"net/http"
	"time"
)

// insightEndpoints answer as LINE does where it knows nothing yet, or may not tell for the sake of
// privacy. Only the number of friends is known.
func (p *Platform) insightEndpoints() []endpoint {
	hourly := rate{60, time.Hour}
	list := []endpoint{
		get("/v2/bot/insight/demographic", func(*call) answer {
			return accept(http.StatusOK, map[string]any{"available": false})
		}),
		get("/v2/bot/insight/message/delivery", p.insightDelivery),
		get("/v2/bot/insight/followers", p.insightFollowers),
		get("/v2/bot/insight/message/event", p.insightMessage),
		get("/v2/bot/insight/message/event/aggregation", p.insightUnit),
		get("/v2/bot/insight/richmenu/{richMenuId}/summary", p.insightMenu),
		get("/v2/bot/insight/richmenu/{richMenuId}/daily", p.insightMenu),
	}
	for i := range list {
		list[i].rate = hourly
	}
	return list
}

// badRequest is all that LINE's insights say of a wrong parameter.
var badRequest = refuse(http.StatusBadRequest, "Bad Request")

func dayOf(c *call, name string) (time.Time, bool) {
	t, err := time.ParseInLocation("20060102", c.URL.Query().Get(name), japan)
	return t, err == nil
}

func (p *Platform) insightDelivery(c *call) answer {
	if _, ok := dayOf(c, "date"); !ok {
		return badRequest
	}
	return accept(http.StatusOK, map[string]any{"status": "unready"})
}

// insightFollowers counts friends as they are now, for a day that is over.
func (p *Platform) insightFollowers(c *call) answer {
	date, ok := dayOf(c, "date")
	none := func(status string) answer {
		return accept(http.StatusOK, map[string]any{"status": status, "followers": nil,
			"targetedReaches": nil, "blocks": nil})
	}
	switch {
	case c.URL.Query().Get("date") == "":
		return refuse(http.StatusBadRequest, "date is required")
	case !ok:
		return badRequest
	case c.URL.Query().Get("date") < "20161101":
		return none("out_of_service")
	case p.opt.Now().Before(date.AddDate(0, 0, 1)):
		return none("unready")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	friends, blocks := 0, 0
	p.eachUser(func(u *user) {
		switch {
		case u.Friend:
			friends++
		case u.blocked():
			blocks++
		}
	})
	return accept(http.StatusOK, map[string]any{"status": "ready", "followers": friends + blocks,
		"targetedReaches": friends, "blocks": blocks})
}

// nothing is what LINE tells of a message that too few have opened.
func nothing(more map[string]any) answer {
	overview := map[string]any{"uniqueImpression": nil, "uniqueClick": nil, "uniqueMediaPlayed": nil,
		"uniqueMediaPlayed100Percent": nil}
	maps.Copy(overview, more)
	return accept(http.StatusOK, map[string]any{
		"overview": overview, "messages": []any{}, "clicks": []any{},
	})
}

func (p *Platform) insightMessage(c *call) answer {
	id := c.URL.Query().Get("requestId")
	if !uuid.MatchString(id) {
		return badRequest
	}
	more := map[string]any{"requestId": id, "timestamp": nil, "delivered": nil}
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := p.narrowcasts[id]; n != nil {
		more["timestamp"], more["delivered"] = n.accepted.Unix(), len(n.to)
	}
	return nothing(more)
}

func (p *Platform) insightUnit(c *call) answer {
	from, ok := dayOf(c, "from")
	to, okToo := dayOf(c, "to")
	if !ok || !okToo || to.Before(from) || to.Sub(from) > 30*day ||
		!unitName.MatchString(c.URL.Query().Get("customAggregationUnit")) {
		return answer{status: http.StatusBadRequest, body: map[string]any{
			"message": nil, "key": nil, "stacktrace": nil, "code": nil,
		}}
	}
	return nothing(nil)
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
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.menuNamed(c)
	if m == nil {
		return notFound
	}
	return accept(http.StatusOK, map[string]string{"richMenuId": m.id})
}
