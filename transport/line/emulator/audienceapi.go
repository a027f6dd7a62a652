package emulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

func (p *Platform) audienceEndpoints() []endpoint {
	const all, one = "/v2/bot/audienceGroup/", "/v2/bot/audienceGroup/{audienceGroupId}"
	form := []string{"multipart/form-data"}
	list := []endpoint{
		send(all+"upload", p.bodied(p.uploadAudience)),
		{method: http.MethodPut, path: all + "upload", handle: p.bodied(p.extendAudience)},
		{method: http.MethodPost, path: audienceFilePath, handle: p.formed(p.uploadAudience), data: true, media: form},
		{method: http.MethodPut, path: audienceFilePath, handle: p.formed(p.extendAudience), data: true, media: form},
		send(all+"click", p.bodied(p.clickAudience)),
		send(all+"imp", p.bodied(p.impressionAudience)),
		{method: http.MethodPut, path: one + "/updateDescription", handle: p.bodied(p.renameAudience)},
		act(http.MethodDelete, one, about(p, p.audienceNamed, p.deleteAudience)),
		get(one, about(p, p.audienceNamed, p.getAudience)),
		get(all+"list", p.locked(p.listAudiences)),
	}
	for i := range list {
		list[i].rate = rate{60, time.Minute}
	}
	return list
}

// refuseCode is the form of errors about audiences: with a code in the details. LINE shows the text
// that goes with it for a few, and the code once more for another.
func refuseCode(code, property string) *answer {
	message := map[string]string{
		"AUDIENCE_GROUP_NAME_SIZE_OVER": "size over audienceGroupName",
		"AUDIENCE_GROUP_NOT_FOUND":      "audience group not found",
	}[code]
	if code == badAudienceID && property == "audiences" {
		message = "Invalid audience id format"
	}
	if message == "" {
		message = code
	}
	d := map[string]string{"message": code}
	if property != "" {
		d["property"] = property
	}
	return &answer{status: http.StatusBadRequest, body: map[string]any{"message": message, "details": []any{d}}}
}

const badAudienceID = "UPLOAD_AUDIENCE_GROUP_INVALID_AUDIENCE_ID_FORMAT"

// audienceName reads the name of an audience.
func audienceName(o object) (string, *answer) {
	name := text(o["description"])
	switch {
	case strings.ContainsFunc(name, unicode.IsControl):
		return "", refuseCode("AUDIENCE_GROUP_NAME_WRONG", "")
	case strings.TrimSpace(name) == "":
		return "", refuseCode("AUDIENCE_GROUP_NAME_EMPTY", "")
	case utf16Length(name) > maxAudienceName:
		return "", refuseCode("AUDIENCE_GROUP_NAME_SIZE_OVER", "")
	}
	return name, nil
}

// upload is a list of ids, out of a body or out of a file.
type upload struct {
	description any
	ids         []string
}

// uploaded reads a list of ids for an audience of this kind.
func uploaded(o object, ifa bool) (upload, *answer) {
	property, most := "audiences", maxAudienceIDs
	ids, inFile := o["file"].([]string) // see formed
	if inFile {
		property, most = "file", maxFileIDs
	} else {
		var k checker
		for _, id := range k.list(o, "", "audiences", 0, maxFileIDs) {
			ids = append(ids, text(id["id"]))
		}
		if bad := k.refusal(); bad != nil {
			return upload{}, bad
		}
	}
	wrong := func(id string) bool { return !userID.MatchString(id) }
	if ifa {
		wrong = func(id string) bool { return !uuid.MatchString(id) }
	}
	u := upload{ids: ids}
	if comment := text(o["uploadDescription"]); comment != "" {
		u.description = comment
		if utf16Length(comment) > maxUploadComment {
			return u, refuseCode("AUDIENCE_GROUP_UPLOAD_DESCRIPTION_SIZE_OVER", "")
		}
	}
	switch {
	case len(ids) > most:
		return u, refuseCode("UPLOAD_AUDIENCE_GROUP_TOO_MANY_AUDIENCE_IDS", property)
	case inFile && len(ids) == 0:
		return u, refuseCode("UPLOAD_AUDIENCE_GROUP_NO_VALID_AUDIENCE_IDS", property)
	case slices.ContainsFunc(ids, wrong):
		return u, refuseCode(badAudienceID, property)
	}
	return u, nil
}

// uploadAudience makes an audience of user ids, which may be none yet.
func (p *Platform) uploadAudience(_ *call, o object) answer {
	name, bad := audienceName(o)
	if bad != nil {
		return *bad
	}
	ifa := o["isIfaAudience"] == true || o["isIfaAudience"] == "true"
	u, bad := uploaded(o, ifa)
	switch {
	case bad != nil:
		return *bad
	case len(p.liveAudiences()) >= maxAudiences:
		return *refuseCode("AUDIENCE_GROUP_COUNT_MAX_OVER", "")
	}
	a := p.makeAudience("UPLOAD", name)
	a.ifa = ifa
	if len(u.ids) > 0 {
		p.addTo(a, u.description, u.ids)
	}
	return accept(http.StatusAccepted, a.head())
}

// extendAudience adds user ids to an audience of them.
func (p *Platform) extendAudience(_ *call, o object) answer {
	written, isNumber := o["audienceGroupId"].(json.Number)
	if !isNumber {
		written = json.Number(text(o["audienceGroupId"])) // in a form
	}
	id, _ := written.Int64()
	a, now := p.audience(id), p.opt.Now()
	if a == nil || a.kind != "UPLOAD" {
		return *refuseCode("AUDIENCE_GROUP_NOT_FOUND", "")
	}
	u, bad := uploaded(o, a.ifa)
	switch {
	case bad != nil:
		return *bad
	case len(u.ids) == 0:
		return *refuseCode("UPLOAD_AUDIENCE_GROUP_NO_VALID_AUDIENCE_IDS", "audiences")
	case a.status(now) == "EXPIRED":
		return *refuseCode("AUDIENCE_GROUP_CAN_NOT_UPLOAD_STATUS_EXPIRED", "")
	case a.busy(now) >= maxAudienceJobs:
		return refuse(http.StatusTooManyRequests, statusMessage(http.StatusTooManyRequests))
	}
	p.addTo(a, u.description, u.ids)
	return accept(http.StatusAccepted, struct{}{})
}

func (p *Platform) clickAudience(_ *call, o object) answer {
	var k checker
	url := k.str(o, "", "clickUrl", length{0, 2000, utf16Length})
	if bad := k.refusal(); bad != nil {
		return *bad
	}
	return p.watchedAudience(o, "CLICK", url)
}

func (p *Platform) impressionAudience(_ *call, o object) answer {
	return p.watchedAudience(o, "IMP", "")
}

// watchedAudience makes an audience of who has opened a broadcast or a narrowcast, or a URL in it.
func (p *Platform) watchedAudience(o object, kind, url string) answer {
	name, bad := audienceName(o)
	if bad != nil {
		return *bad
	}
	request, now := text(o["requestId"]), p.opt.Now()
	k := p.casts[request]
	live := p.liveAudiences()
	switch {
	case k == nil || now.Before(k.done):
		return *refuseCode("REQUEST_NOT_FOUND", "")
	case now.Sub(k.sent) >= retargetable:
		return *refuseCode("TOO_OLD_MESSAGES", "")
	case slices.ContainsFunc(live, func(a *audience) bool {
		return a.kind == kind && a.request == request && a.url == url
	}):
		return *refuseCode("AUDIENCE_GROUP_REQUESTID_DUPLICATE", "")
	case len(live) >= maxAudiences:
		return *refuseCode("AUDIENCE_GROUP_COUNT_MAX_OVER", "")
	}
	a := p.makeAudience(kind, name)
	a.request, a.url = request, url
	p.addTo(a, nil, k.watchers(kind, url))
	return accept(http.StatusAccepted, a.head())
}

// audienceNamed is the audience of a call's path. The caller holds p.mu.
func (p *Platform) audienceNamed(c *call) (*audience, *answer) {
	id, _ := strconv.ParseInt(c.values["audienceGroupId"], 10, 64)
	if a := p.audience(id); a != nil {
		return a, nil
	}
	return nil, refuseCode("AUDIENCE_GROUP_NOT_FOUND", "")
}

func (p *Platform) renameAudience(c *call, o object) answer {
	a, bad := p.audienceNamed(c)
	if bad != nil {
		return *bad
	}
	name, bad := audienceName(o)
	if bad != nil {
		return *bad
	}
	a.name = name
	return accept(http.StatusOK, struct{}{})
}

func (p *Platform) deleteAudience(_ *call, a *audience) answer {
	p.audiences = slices.DeleteFunc(p.audiences, func(other *audience) bool { return other == a })
	return accept(http.StatusAccepted, struct{}{})
}

func (p *Platform) getAudience(_ *call, a *audience) answer {
	now := p.opt.Now()
	return accept(http.StatusOK, map[string]any{"audienceGroup": a.body(now), "jobs": a.jobList(now)})
}
