package emulator

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// listAudiences lists those that match any of the criteria: LINE combines them by or.
func (p *Platform) listAudiences(c *call) answer {
	q, now := c.URL.Query(), p.opt.Now()
	page, bad := bounded("page", q.Get("page"), 1, 1<<31-1)
	if bad != nil {
		return *bad
	}
	size, bad := bounded("size", cmp.Or(q.Get("size"), "20"), 1, 40)
	if bad != nil {
		return *bad
	}
	name, status, route := strings.ToLower(q.Get("description")), q.Get("status"), q.Get("createRoute")
	all := slices.DeleteFunc(slices.Clone(p.liveAudiences()), func(a *audience) bool {
		wanted := name == "" && status == "" && route == "" ||
			name != "" && strings.Contains(strings.ToLower(a.name), name) ||
			status == a.status(now) || route == "MESSAGING_API"
		return !wanted
	})
	from := min((page-1)*size, len(all))
	groups := []any{}
	for _, a := range all[from:min(from+size, len(all))] {
		groups = append(groups, a.body(now))
	}
	return accept(http.StatusOK, map[string]any{
		"audienceGroups": groups, "hasNextPage": from+len(groups) < len(all), "totalCount": len(all),
		"readWriteAudienceGroupTotalCount": len(all), "size": size, "page": page,
	})
}

// bounded reads a number of the query.
func bounded(name, value string, least, most int) (int, *answer) {
	n, err := strconv.Atoi(value)
	code, why := "", ""
	switch {
	case err != nil || n < least:
		code, why = "TOO_LOW", fmt.Sprintf("greater than or equal to %d", least)
	case n > most:
		code, why = "TOO_HIGH", fmt.Sprintf("less than or equal to %d", most)
	default:
		return n, nil
	}
	bad := refuseCode(code, "")
	bad.body.(map[string]any)["message"] = name + ": must be " + why
	return 0, bad
}
