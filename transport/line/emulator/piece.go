package emulator

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// limit is how long a piece of a list a call asks for.
func (c *call) limit(usual, most int) (int, *answer) {
	n, err := strconv.Atoi(cmp.Or(c.URL.Query().Get("limit"), strconv.Itoa(usual)))
	if err != nil || n < 1 || n > most {
		return 0, new(invalid("limit"))
	}
	return n, nil
}

// mark is where a list that is got in pieces goes on, for 24 hours.
type mark struct {
	list, at string
	born     time.Time
}

// piece cuts the piece that a call asks for out of a list, and makes a token for the one that follows.
// The caller holds p.mu.
func (p *Platform) piece(c *call, all []string, list string, limit int) ([]string, string, *answer) {
	now, start := p.opt.Now(), c.URL.Query().Get("start")
	maps.DeleteFunc(p.marks, func(_ string, m mark) bool { return now.Sub(m.born) >= 24*time.Hour })
	if start != "" {
		m, ok := p.marks[start]
		if !ok || m.list != list {
			return nil, "", new(refuse(http.StatusBadRequest, "Invalid start param"))
		}
		all = all[max(slices.Index(all, m.at), 0):]
	}
	piece := append(make([]string, 0, limit), all[:min(limit, len(all))]...)
	if len(all) <= limit {
		return piece, "", nil
	}
	next := newQuoteToken()
	p.marks[next] = mark{list: list, at: all[limit], born: now}
	return piece, next, nil
}
