package emulator

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// The limits of audiences: see "Managing Audience" in LINE's reference.
const (
	maxAudiences     = 1000
	audienceLife     = 180 * day
	audienceKept     = 30 * day // after its end
	minWatched       = 50       // of an audience that is made of what people did
	retargetable     = 60 * day // how long such an audience can be made of a message
	maxAudienceIDs   = 10_000
	maxFileIDs       = 1_500_000
	maxShownJobs     = 50
	maxAudienceJobs  = 10 // at once
	maxAudienceName  = 120
	maxUploadComment = 300
)

// audience is a list of users that narrowcasts can go to.
type audience struct {
	id           int64
	kind         string // UPLOAD, CLICK or IMP
	name         string
	created      time.Time
	ifa          bool   // of identifiers for advertisers, which nobody here has
	request, url string // of one that is made of what people did
	ids          map[string]bool
	jobs         []*audienceJob
}

// audienceJob adds ids to an audience.
type audienceJob struct {
	id            int64
	description   any // nil if there is none
	ids           []string
	created, done time.Time
	added         bool
}

// AddAudience makes an audience of these users, as by uploading their ids, which is ready at once. It
// returns its audienceGroupId, and ErrUnknownUser for a user that does not exist.
func (p *Platform) AddAudience(users ...string) (int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ids := make([]string, len(users))
	for i, name := range users {
		u := p.find(name)
		if u == nil {
			return 0, ErrUnknownUser
		}
		ids[i] = u.ID
	}
	a := p.makeAudience("UPLOAD", "audience")
	p.addTo(a, nil, ids).done = p.opt.Now()
	return a.id, nil
}

// makeAudience makes one that is empty. The caller holds p.mu.
func (p *Platform) makeAudience(kind, name string) *audience {
	p.audienceID = max(p.audienceID+1, 1_000_000_000_001)
	a := &audience{id: p.audienceID, kind: kind, name: name, created: p.opt.Now(), ids: map[string]bool{}}
	p.audiences = append(p.audiences, a)
	return a
}

// addTo adds users in the background. The caller holds p.mu.
func (p *Platform) addTo(a *audience, description any, ids []string) *audienceJob {
	p.jobID++
	now := p.opt.Now()
	j := &audienceJob{id: p.jobID, description: description, ids: ids, created: now, done: now.Add(p.opt.JobTime)}
	a.jobs = append(a.jobs, j)
	return j
}

// audience finds the audience with an id, or nil. The caller holds p.mu.
func (p *Platform) audience(id int64) *audience {
	for _, a := range p.liveAudiences() {
		if a.id == id {
			return a
		}
	}
	return nil
}

// liveAudiences are all that LINE has not deleted yet, with what is due done. The caller holds p.mu.
func (p *Platform) liveAudiences() []*audience {
	now := p.opt.Now()
	p.audiences = slices.DeleteFunc(p.audiences, func(a *audience) bool {
		return now.Sub(a.created) >= audienceLife+audienceKept
	})
	for _, a := range p.audiences {
		for _, j := range a.jobs {
			if !j.added && !now.Before(j.done) {
				j.added = true
				for _, id := range j.ids {
					a.ids[id] = true
				}
			}
		}
	}
	return p.audiences
}

// status is whether narrowcasts can go to the audience.
func (a *audience) status(now time.Time) string {
	least := 1
	if a.kind != "UPLOAD" {
		least = minWatched
	}
	switch {
	case now.Sub(a.created) >= audienceLife:
		return "EXPIRED"
	case len(a.ids) < least:
		return "IN_PROGRESS"
	default:
		return "READY"
	}
}

// head is what the API tells of an audience when it is made.
func (a *audience) head() map[string]any {
	body := map[string]any{
		"audienceGroupId": a.id, "createRoute": "MESSAGING_API", "type": a.kind, "description": a.name,
		"created": a.created.Unix(), "permission": "READ_WRITE",
		"expireTimestamp": a.created.Add(audienceLife).Unix(), "isIfaAudience": a.ifa,
	}
	if a.request != "" {
		body["requestId"] = a.request
	}
	if a.url != "" {
		body["clickUrl"] = a.url
	}
	return body
}

// body is what the API tells of an audience otherwise.
func (a *audience) body(now time.Time) map[string]any {
	body := a.head()
	body["status"] = a.status(now)
	body["audienceCount"] = len(a.ids)
	if len(a.ids) < minCounted && (a.kind != "UPLOAD" || a.ifa) {
		body["audienceCount"] = 0 // for the sake of privacy
	}
	return body
}

// jobList is what the API tells of the uploads.
func (a *audience) jobList(now time.Time) []any {
	list := []any{}
	if a.kind != "UPLOAD" {
		return list
	}
	for _, j := range a.jobs[max(len(a.jobs)-maxShownJobs, 0):] {
		status := "FINISHED"
		if now.Before(j.done) {
			status = "WORKING"
		}
		list = append(list, map[string]any{
			"audienceGroupJobId": j.id, "audienceGroupId": a.id, "description": j.description,
			"type": "DIFF_ADD", "status": status, "failedType": nil, "audienceCount": len(j.ids),
			"created": j.created.Unix(), "jobStatus": status,
		})
	}
	return list
}

// busy is how many uploads are under way.
func (a *audience) busy(now time.Time) int {
	n := 0
	for _, j := range a.jobs {
		if now.Before(j.done) {
			n++
		}
	}
	return n
}

// watchers are the users who opened a message, or a URL in it.
func (k *cast) watchers(kind, url string) []string {
	users := k.openers
	if kind == "CLICK" {
		users = k.clickers(url)
	}
	list := slices.Collect(maps.Keys(users))
	slices.SortFunc(list, func(a, b *user) int { return cmp.Compare(a.ID, b.ID) })
	ids := make([]string, len(list))
	for i, u := range list {
		ids[i] = u.ID
	}
	return ids
}
