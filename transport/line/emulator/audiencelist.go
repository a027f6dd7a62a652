package emulator

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	audienceFilePath = "/v2/bot/audienceGroup/upload/byFile"
	maxFile          = maxFileIDs*40 + maxBody
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

// formed is bodied for a call whose body is a form with a file of ids, one in a line.
func (p *Platform) formed(f func(*call, object) answer) func(*call) answer {
	return func(c *call) answer {
		o, bad := parseForm(c)
		if bad != nil {
			return *bad
		}
		return p.locked(func(c *call) answer { return f(c, o) })(c)
	}
}

// parseForm reads a form as if it were an object. The file is a list of its lines.
func parseForm(c *call) (object, *answer) {
	_, params, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	parts := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	o := object{"file": []string{}}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return o, nil
		}
		if err != nil {
			return nil, &badRequest
		}
		if part.FormName() != "file" {
			value, _ := io.ReadAll(part) // a part that is cut shows in the next one
			o[part.FormName()] = string(value)
			continue
		}
		if kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind != "text/plain" {
			a := refuse(http.StatusUnsupportedMediaType, fmt.Sprintf("The content type, %s, is not supported", kind))
			return nil, &a
		}
		text, _ := io.ReadAll(part)
		o["file"] = strings.Fields(string(text))
	}
}
