package emulator

import (
	"net/http"
	"slices"
	"time"
)

// japan is the time zone of LINE's months and days: UTC+9.
var japan = time.FixedZone("UTC+9", 9*60*60)

// maxUnits is how many names of aggregation units a month can have.
const maxUnits = 1000

const monthlyLimit = "You have reached your monthly limit."

// usage is what was sent in a month.
type usage struct {
	month string
	total int
	units []string // in order of first use
}

func (p *Platform) quotaEndpoints() []endpoint {
	list := []endpoint{
		get("/v2/bot/message/quota", p.quota),
		get("/v2/bot/message/quota/consumption", p.locked(p.consumption)),
		get("/v2/bot/message/aggregation/info", p.locked(p.unitCount)),
		get("/v2/bot/message/aggregation/list", p.locked(p.unitNames)),
	}
	for _, kind := range []string{"reply", "push", "multicast", "broadcast", "pnp"} {
		list = append(list, get("/v2/bot/message/delivery/"+kind, p.locked(func(c *call) answer {
			return p.delivered(c, kind)
		})))
	}
	return list
}

// thisMonth returns the usage of the month. The caller holds p.mu.
func (p *Platform) thisMonth() *usage {
	month := p.opt.Now().In(japan).Format("200601")
	if p.usage.month != month {
		p.usage = usage{month: month}
	}
	return &p.usage
}

// remaining is how many messages the month still has; a negative number stands for no limit.
// The caller holds p.mu.
func (p *Platform) remaining() int {
	if p.opt.MonthlyLimit == 0 {
		return -1
	}
	return max(p.opt.MonthlyLimit-p.thisMonth().total-p.reserved(), 0)
}

// charge counts messages to so many people, or refuses them because the month's limit does not
// hold them. The caller holds p.mu.
func (p *Platform) charge(via string, people int) *answer {
	if left := p.remaining(); left >= 0 && people > left {
		return new(refuse(http.StatusTooManyRequests, monthlyLimit))
	}
	p.thisMonth().total += people
	p.count(via, people)
	return nil
}

// count adds to the deliveries of the day. The caller holds p.mu.
func (p *Platform) count(via string, people int) {
	p.days[p.opt.Now().In(japan).Format("20060102")+via] += people
}

// assign notes the aggregation units of a call and returns them. The caller holds p.mu.
func (p *Platform) assign(o object) []string {
	names, _ := o["customAggregationUnits"].([]any)
	month := p.thisMonth()
	var units []string
	for _, name := range names {
		unit := text(name)
		units = append(units, unit)
		if len(month.units) < maxUnits && !slices.Contains(month.units, unit) {
			month.units = append(month.units, unit)
		}
	}
	return units
}

func (p *Platform) quota(*call) answer {
	if p.opt.MonthlyLimit == 0 {
		return accept(http.StatusOK, map[string]any{"type": "none"})
	}
	return accept(http.StatusOK, map[string]any{"type": "limited", "value": p.opt.MonthlyLimit})
}

func (p *Platform) consumption(*call) answer {
	return accept(http.StatusOK, map[string]int{"totalUsage": p.thisMonth().total})
}

// delivered tells how many messages of a kind were sent on a day. They are counted when it is over.
func (p *Platform) delivered(c *call, kind string) answer {
	date := c.URL.Query().Get("date")
	day, err := time.ParseInLocation("20060102", date, japan)
	switch {
	case err != nil:
		return invalid("date")
	case date < "20180331":
		return accept(http.StatusOK, map[string]any{"status": "out_of_service"})
	case p.opt.Now().Before(day.AddDate(0, 0, 1)):
		return accept(http.StatusOK, map[string]any{"status": "unready"})
	case kind == "pnp" && p.days[date+kind] < 20:
		return accept(http.StatusOK, map[string]any{"status": "unavailable_for_privacy"})
	default:
		return accept(http.StatusOK, map[string]any{"status": "ready", "success": p.days[date+kind]})
	}
}

func (p *Platform) unitCount(*call) answer {
	return accept(http.StatusOK, map[string]int{"numOfCustomAggregationUnits": len(p.thisMonth().units)})
}

func (p *Platform) unitNames(c *call) answer {
	limit, bad := c.limit(100, 100)
	if bad != nil {
		return *bad
	}
	names, next, bad := p.piece(c, p.thisMonth().units, "units", limit)
	if bad != nil {
		return *bad
	}
	return accept(http.StatusOK, struct {
		Names []string `json:"customAggregationUnits"`
		Next  string   `json:"next,omitempty"`
	}{names, next})
}
