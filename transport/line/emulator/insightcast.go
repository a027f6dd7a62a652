package emulator

import (
	"maps"
	"net/http"
	"slices"
)

// minCounted is the number of people below which LINE tells no number about them.
const minCounted = 20

// few hides a number about few people.
func few(n, people int) any {
	if n < minCounted || people < minCounted {
		return nil
	}
	return n
}

// insightMessage tells what people did with a narrowcast or a broadcast.
func (p *Platform) insightMessage(c *call) answer {
	id := c.URL.Query().Get("requestId")
	if !uuid.MatchString(id) {
		return badRequest
	}
	overview := map[string]any{"requestId": id, "timestamp": nil, "delivered": nil}
	var casts []*cast
	if k := p.casts[id]; k != nil {
		casts = append(casts, k)
		overview["timestamp"] = k.sent.Unix()
		if !p.opt.Now().Before(k.done) {
			overview["delivered"] = k.delivered
		}
	}
	return statistics(overview, casts, false)
}

// insightUnit tells what people did with the messages of a unit, whatever these were.
func (p *Platform) insightUnit(c *call) answer {
	from, ok := dayOf(c, "from")
	to, okToo := dayOf(c, "to")
	unit := c.URL.Query().Get("customAggregationUnit")
	if !ok || !okToo || to.Before(from) || to.Sub(from) > 30*day || !unitName.MatchString(unit) {
		return answer{status: http.StatusBadRequest, body: map[string]any{
			"message": nil, "key": nil, "stacktrace": nil, "code": nil,
		}}
	}
	var casts []*cast
	for _, k := range p.unitCasts {
		if slices.Contains(k.units, unit) && !k.sent.Before(from) && k.sent.Before(to.AddDate(0, 0, 1)) {
			casts = append(casts, k)
		}
	}
	return statistics(map[string]any{}, casts, true)
}

// statistics adds up what LINE counts of messages. Nobody plays videos here.
func statistics(overview map[string]any, casts []*cast, unit bool) answer {
	openers, clickers := map[*user]bool{}, map[*user]bool{}
	for _, k := range casts {
		maps.Copy(openers, k.openers)
		maps.Copy(clickers, k.clickers(""))
	}
	overview["uniqueImpression"] = few(len(openers), len(openers))
	overview["uniqueClick"] = few(len(clickers), len(clickers))
	overview["uniqueMediaPlayed"], overview["uniqueMediaPlayed100Percent"] = nil, nil
	messages, clicks := []any{}, []any{}
	if len(openers) >= minCounted {
		messages, clicks = bubbleCounts(casts, unit), linkCounts(casts)
	}
	return accept(http.StatusOK, map[string]any{"overview": overview, "messages": messages, "clicks": clicks})
}

// bubbleCounts are about each bubble. Who opens a chat sees all of them, once.
func bubbleCounts(casts []*cast, unit bool) []any {
	most := 0
	for _, k := range casts {
		most = max(most, k.bubbles)
	}
	list := make([]any, most)
	for i := range list {
		shown, unique := 0, map[*user]bool{}
		for _, k := range casts {
			if k.bubbles > i {
				shown += len(k.openers)
				maps.Copy(unique, k.openers)
			}
		}
		counts := map[string]any{"seq": i + 1, "impression": few(shown, len(unique))}
		if unit {
			counts["uniqueImpression"] = few(len(unique), len(unique))
		}
		for _, part := range []string{"", "25Percent", "50Percent", "75Percent", "100Percent"} {
			counts["mediaPlayed"+part], counts["uniqueMediaPlayed"+part] = nil, nil
		}
		list[i] = counts
	}
	return list
}

// linkCounts are about each URL of each bubble.
func linkCounts(casts []*cast) []any {
	var links []urlAt
	for _, k := range casts {
		for _, l := range k.links {
			if !slices.Contains(links, l) {
				links = append(links, l)
			}
		}
	}
	slices.SortStableFunc(links, func(a, b urlAt) int { return a.bubble - b.bubble })
	list := make([]any, len(links))
	for i, l := range links {
		times, here, anywhere := 0, map[*user]bool{}, map[*user]bool{}
		for _, k := range casts {
			for u, n := range k.clicks[l] {
				times += n
				here[u] = true
			}
			maps.Copy(anywhere, k.clickers(l.url))
		}
		list[i] = map[string]any{"seq": l.bubble, "url": l.url, "click": few(times, len(here)),
			"uniqueClick":          few(len(here), len(here)),
			"uniqueClickOfRequest": few(len(anywhere), len(anywhere))}
	}
	return list
}
