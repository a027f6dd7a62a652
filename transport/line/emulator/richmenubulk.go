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

// batch is a request for a change of many users' menus that was accepted.
type batch struct {
	accepted time.Time
	*attempt
}

// attempt is one at carrying a change out.
type attempt struct {
	done   time.Time
	failed bool
}

// change is what batches with one resumeRequestKey have in common.
type change struct {
	accepted time.Time
	to       map[string]string // the menu that takes the place of each; empty for none
	left     map[*user]string  // who is still to be changed, with the menu that it had
	last     *attempt
}

func (p *Platform) menuBulkEndpoints() []endpoint {
	return []endpoint{
		send("/v2/bot/richmenu/bulk/link", p.bodied(p.linkMany)),
		send("/v2/bot/richmenu/bulk/unlink", p.bodied(p.unlinkMany)),
		{method: http.MethodPost, path: "/v2/bot/richmenu/batch", handle: p.bodied(p.batch),
			rate: rate{3, time.Hour}},
		send("/v2/bot/richmenu/validate/batch", p.bodied(p.validateBatch)),
		{method: http.MethodGet, path: "/v2/bot/richmenu/progress/batch", handle: p.locked(p.batchProgress),
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

func (p *Platform) linkMany(_ *call, o object) answer {
	var k checker
	ids := k.manyUsers(o)
	id := k.str(o, "", "richMenuId", needID)
	if id != "" && !menuID.MatchString(id) {
		k.fail("richMenuId", "invalid richMenuId")
	}
	if bad := k.refusal(); bad != nil {
		return *bad
	}
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

func (p *Platform) unlinkMany(_ *call, o object) answer {
	var k checker
	ids := k.manyUsers(o)
	if bad := k.refusal(); bad != nil {
		return *bad
	}
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
	return new(refuseDetails(k.details))
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

func (p *Platform) validateBatch(_ *call, o object) answer {
	if _, _, bad := p.operations(o); bad != nil {
		return *bad
	}
	return accept(http.StatusOK, struct{}{})
}

// batch changes the menus of many users in the background: of those who have one of the menus now.
// With a resumeRequestKey that is known, it goes on with those for whom this failed.
func (p *Platform) batch(c *call, o object) answer {
	to, all, bad := p.operations(o)
	if bad != nil {
		return *bad
	}
	now, key := p.opt.Now(), text(o["resumeRequestKey"])
	work, known := p.resumed[key]
	if !known || now.Sub(work.accepted) >= batchKept {
		work = &change{accepted: now, to: to, left: map[*user]string{}}
		p.eachUser(func(u *user) {
			if _, named := to[u.menu]; u.menu != "" && (named || all) {
				work.left[u] = u.menu
			}
		})
		if key != "" {
			p.resumed[key] = work
		}
	}
	if work.last == nil || work.last.failed {
		work.last = &attempt{done: now.Add(p.opt.JobTime)}
		p.afterJob(func() { p.carryOut(work) })
	}
	p.batches[c.id] = batch{now, work.last}
	return accept(http.StatusAccepted, struct{}{})
}

// carryOut changes the menus of those who are left. It fails for those of FailBatch, and where the new
// menu was deleted meanwhile. The caller holds p.mu.
func (p *Platform) carryOut(work *change) {
	for u, from := range work.left {
		to := work.to[from]
		if p.jammed[u] || to != "" && p.menus[to] == nil {
			continue
		}
		if u.menu == from {
			p.link(u, to)
		}
		delete(work.left, u)
	}
	work.last.failed = len(work.left) > 0
	clear(p.jammed)
}

// FailBatch makes the next change of many users' menus (POST /v2/bot/richmenu/batch) fail for these
// users: theirs stay, the others' change, and the progress ends as failed. Sent again with the same
// resumeRequestKey, the change goes on with them. It returns ErrUnknownUser for a user that does not
// exist.
func (p *Platform) FailBatch(users ...string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range users {
		u := p.find(name)
		if u == nil {
			return ErrUnknownUser
		}
		p.jammed[u] = true
	}
	return nil
}

func (p *Platform) batchProgress(c *call) answer {
	id := c.URL.Query().Get("requestId")
	if !uuid.MatchString(id) {
		return invalid("requestId")
	}
	b, known := p.batches[id]
	now := p.opt.Now()
	if !known || now.Sub(b.accepted) >= batchKept {
		return notFound
	}
	body := map[string]string{"phase": "ongoing", "acceptedTime": b.accepted.UTC().Format(isoMillis)}
	if !now.Before(b.done) {
		body["phase"] = "succeeded"
		if b.failed {
			body["phase"] = "failed"
		}
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
