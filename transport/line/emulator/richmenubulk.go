package emulator

import (
	"fmt"
	"net/http"
	"regexp"
	"time"
)

const (
	maxOperations = 1000
	batchKept     = 14 * day
)

var resumeKey = regexp.MustCompile(`^[0-9a-zA-Z_-]{1,100}$`)

// batch is a change of many users' menus that was accepted.
type batch struct {
	accepted, done time.Time
}

func (p *Platform) menuBulkEndpoints() []endpoint {
	return []endpoint{
		send("/v2/bot/richmenu/bulk/link", p.linkMany),
		send("/v2/bot/richmenu/bulk/unlink", p.unlinkMany),
		{method: http.MethodPost, path: "/v2/bot/richmenu/batch", handle: p.batch,
			rate: rate{3, time.Hour}},
		send("/v2/bot/richmenu/validate/batch", p.validateBatch),
		{method: http.MethodGet, path: "/v2/bot/richmenu/progress/batch", handle: p.batchProgress,
			rate: rate{100, time.Hour}},
	}
}

// manyUsers reads the users of a bulk call.
func (k *checker) manyUsers(o object) []string {
	ids := k.strings(o, "userIds", 1, 500)
	for i, id := range ids {
		if !userID.MatchString(id) {
			k.refuse(invalidProperty(fmt.Sprintf("'userIds[%d]'", i)))
		}
	}
	return ids
}

func (p *Platform) linkMany(c *call) answer {
	o, bad := parseBody(c.body)
	if bad != nil {
		return *bad
	}
	var k checker
	ids := k.manyUsers(o)
	id := k.str(o, "", "richMenuId", needID)
	if id != "" && !menuID.MatchString(id) {
		k.fail("richMenuId", "invalid richMenuId")
	}
	if bad := k.refusal(); bad != nil {
		return *bad
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	m := p.menus[id]
	switch {
	case m == nil:
		return refuseBare(http.StatusNotFound, "richmenu not found")
	case m.image == nil:
		return noImage
	}
	p.linkLater(ids, id)
	return accept(http.StatusAccepted, struct{}{})
}

func (p *Platform) unlinkMany(c *call) answer {
	o, bad := parseBody(c.body)
	if bad != nil {
		return *bad
	}
	var k checker
	ids := k.manyUsers(o)
	if bad := k.refusal(); bad != nil {
		return *bad
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.linkLater(ids, "")
	return accept(http.StatusAccepted, struct{}{})
}

// linkLater gives users a menu in the background. The caller holds p.mu.
func (p *Platform) linkLater(ids []string, menu string) {
	p.afterJob(func() {
		for _, id := range ids {
			if menu == "" || p.menus[menu] != nil { // it may be deleted meanwhile
				p.link(p.find(id), menu)
			}
		}
	})
}

// refusal is the answer to what the checker has found, or nil.
func (k *checker) refusal() *answer {
	if k.other != nil || len(k.details) == 0 {
		return k.other
	}
	a := refuseDetails(k.details)
	return &a
}

// operations reads a batch: to what each menu changes, where an empty id is none, and what happens
// to all. The caller holds p.mu.
func (p *Platform) operations(o object) (change map[string]string, all bool, bad *answer) {
	var k checker
	if key, there := o["resumeRequestKey"]; there && !resumeKey.MatchString(text(key)) {
		k.fail("resumeRequestKey", "invalid resumeRequestKey")
	}
	change = map[string]string{}
	list := k.list(o, "", "operations", 1, maxOperations)
	for i, op := range list {
		where := at("operations", i)
		switch k.oneOf(op, where, "type", "link", "unlink", "unlinkAll") {
		case "link":
			from, to := p.operand(&k, op, where, "from"), p.operand(&k, op, where, "to")
			if m := p.menus[to]; m != nil && m.image == nil {
				k.fail(under(where, "to"), "'to' richmenu (%s) must have image but it doesn't", to)
			}
			k.once(change, from, to)
		case "unlink":
			k.once(change, p.operand(&k, op, where, "from"), "")
		case "unlinkAll":
			all = true
		}
	}
	if all && len(list) > 1 {
		k.fail("operations[].type", "'unlinkAll' type can't be combined with other type")
	}
	return change, all, k.refusal()
}

// once notes the change of a menu, which may be named once only.
func (k *checker) once(change map[string]string, from, to string) {
	if _, twice := change[from]; twice && from != "" {
		k.fail("operations[].from", "from richmenu (%s) is duplicated", from)
	}
	change[from] = to
}

// operand reads the id of a menu in a batch.
func (p *Platform) operand(k *checker, o object, path, key string) string {
	id := text(o[key])
	switch {
	case !menuID.MatchString(id):
		k.fail(under(path, key), "invalid richMenuId")
		return ""
	case p.menus[id] == nil:
		a := refuseDetails([]detail{{fmt.Sprintf("Richmenu (%s) is not found", id), under(path, key)}})
		a.status = http.StatusNotFound
		k.refuse(a)
	}
	return id
}

func (p *Platform) validateBatch(c *call) answer {
	o, bad := parseBody(c.body)
	if bad != nil {
		return *bad
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	if _, _, bad := p.operations(o); bad != nil {
		return *bad
	}
	return accept(http.StatusOK, struct{}{})
}

// batch changes the menus of many users in the background. With a resumeRequestKey that is known,
// there is nothing left to do: what was accepted is always carried out here.
func (p *Platform) batch(c *call) answer {
	o, bad := parseBody(c.body)
	if bad != nil {
		return *bad
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	change, all, bad := p.operations(o)
	if bad != nil {
		return *bad
	}
	now, key := p.opt.Now(), text(o["resumeRequestKey"])
	if first, known := p.resumed[key]; known && now.Sub(first.accepted) < batchKept {
		p.batches[c.id] = batch{now, first.done}
		return accept(http.StatusAccepted, struct{}{})
	}
	b := batch{now, now.Add(p.opt.JobTime)}
	p.batches[c.id] = b
	if key != "" {
		p.resumed[key] = b
	}
	p.afterJob(func() {
		p.eachUser(func(u *user) {
			to, named := change[u.menu]
			if u.menu != "" && (named || all) {
				p.link(u, to)
			}
		})
	})
	return accept(http.StatusAccepted, struct{}{})
}

func (p *Platform) batchProgress(c *call) answer {
	id := c.URL.Query().Get("requestId")
	if !uuid.MatchString(id) {
		return invalid("requestId")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	b, known := p.batches[id]
	now := p.opt.Now()
	if !known || now.Sub(b.accepted) >= batchKept {
		return notFound
	}
	body := map[string]string{"phase": "ongoing", "acceptedTime": b.accepted.UTC().Format(isoMillis)}
	if !now.Before(b.done) {
		body["phase"] = "succeeded"
		body["completedTime"] = latest(b.accepted, b.done).UTC().Format(isoMillis)
	}
	return accept(http.StatusOK, body)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
