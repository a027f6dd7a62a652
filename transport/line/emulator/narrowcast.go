package emulator

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

// The limits of narrowcasts: see "Send narrowcast message" in LINE's reference.
const (
	minFriends     = 100 // to filter by attributes
	minRecipients  = 50  // of a filtered message
	narrowcastKept = 14 * day
)

// narrowcast is a message on its way to many.
type narrowcast struct {
	accepted, done time.Time
	to             []*user
	failure        int // LINE's error code, or 0
	description    string
	reserved       int // more than is sent, out of the month's quota, until it is done
}

func (p *Platform) sendNarrowcast(c *call, o object) answer {
	if a, ok := p.acceptedUnder(c); ok {
		return a
	}
	messages, details := checkMessages(o)
	k := checker{details: details}
	k.boolean(o, "", "notificationDisabled")
	k.untied(messages)
	wanted := p.narrowed(o, &k)
	limit := k.limit(o)
	if len(k.details) > 0 {
		return refuseDetails(k.details)
	}
	if k.other != nil {
		return *k.other
	}
	n, bad := p.plan(wanted, limit)
	if bad != nil {
		return *bad
	}
	p.narrowcasts[c.id] = n
	if n.failure == 0 {
		p.thisMonth().total += len(n.to)
		p.count("narrowcast", len(n.to))
		ready := prepare(messages)
		k := p.track(ready, len(n.to), nil)
		k.done, p.casts[c.id] = n.done, k
		for _, u := range n.to {
			p.show(u.chat, ready, "narrowcast")
		}
	}
	p.remember(c, nil)
	return accept(http.StatusAccepted, struct{}{})
}

// limit is what a narrowcast says of its size.
type limit struct {
	most            int // 0 for no limit
	upTo, allOrNone bool
}

func (k *checker) limit(o object) limit {
	l := k.object(o, "", "limit", false)
	if l == nil {
		return limit{}
	}
	k.boolean(l, "limit", "upToRemainingQuota")
	k.boolean(l, "limit", "forbidPartialDelivery")
	got := limit{upTo: l["upToRemainingQuota"] == true, allOrNone: l["forbidPartialDelivery"] == true}
	if _, there := l["max"]; there {
		got.most = number(l["max"])
		if got.most < 1 {
			k.fail("limit.max", "Must be a number of at least 1")
		}
	}
	if got.allOrNone && !got.upTo {
		k.refuse(refuse(http.StatusBadRequest,
			"The option forbidPartialDelivery must be used with upToRemainingQuota."))
	}
	return got
}

// plan chooses the recipients, and decides what becomes of the narrowcast. The caller holds p.mu.
func (p *Platform) plan(wanted selection, l limit) (*narrowcast, *answer) {
	now := p.opt.Now()
	n := &narrowcast{accepted: now, done: now.Add(p.opt.JobTime)}
	friends := p.friends()
	if wanted.filtered && len(friends) < minFriends {
		return nil, new(refuse(http.StatusForbidden, "Your account does not have enough friends"))
	}
	for _, c := range friends {
		if wanted.has(c.person) {
			n.to = append(n.to, c.person)
		}
	}
	left, most := p.remaining(), len(friends)
	if l.most > 0 {
		most = min(most, l.most)
	}
	if left >= 0 && l.upTo {
		most = min(most, left)
	}
	if left >= 0 && (most > left || l.upTo && left == 0) {
		return nil, new(refuse(http.StatusTooManyRequests, monthlyLimit))
	}
	switch {
	case (wanted.filtered || wanted.watched) && len(n.to) < minRecipients:
		n.failure, n.description = 2, "There are not enough recipients."
	case l.allOrNone && len(n.to) > most:
		n.failure, n.description = 5, "The message would reach only some of the recipients."
	}
	rand.Shuffle(len(n.to), func(i, j int) { n.to[i], n.to[j] = n.to[j], n.to[i] })
	n.to = n.to[:min(len(n.to), most)]
	if n.reserved = most - len(n.to); n.failure != 0 {
		n.reserved = most
	}
	return n, nil
}

// reserved is what running narrowcasts keep of the month's quota. The caller holds p.mu.
func (p *Platform) reserved() int {
	sum, now := 0, p.opt.Now()
	for id, n := range p.narrowcasts {
		switch {
		case now.Before(n.done):
			sum += n.reserved
		case now.Sub(n.accepted) >= narrowcastKept:
			delete(p.narrowcasts, id)
		}
	}
	return sum
}

// progressBody tells how far a narrowcast has come.
type progressBody struct {
	Phase       string `json:"phase"`
	Success     *int   `json:"successCount,omitempty"`
	Failure     *int   `json:"failureCount,omitempty"`
	Target      *int   `json:"targetCount,omitempty"`
	Description string `json:"failedDescription,omitempty"`
	Code        int    `json:"errorCode,omitempty"`
	Accepted    string `json:"acceptedTime"`
	Completed   string `json:"completedTime,omitempty"`
}

const isoMillis = "2006-01-02T15:04:05.000Z"

// narrowcastProgress tells the phase: the first half of Options.JobTime is waiting, the second
// sending.
func (p *Platform) narrowcastProgress(c *call) answer {
	id := c.URL.Query().Get("requestId")
	if !uuid.MatchString(id) {
		return invalid("requestId")
	}
	n, now := p.narrowcasts[id], p.opt.Now()
	if n == nil || now.Sub(n.accepted) >= narrowcastKept {
		return notFound
	}
	body := progressBody{Accepted: n.accepted.UTC().Format(isoMillis)}
	target, sent, none := len(n.to), 0, 0
	body.Target, body.Success, body.Failure = &target, &sent, &none
	switch {
	case now.Before(n.done) && now.Sub(n.accepted) < n.done.Sub(n.accepted)/2:
		return accept(http.StatusOK, progressBody{Phase: "waiting", Accepted: body.Accepted})
	case now.Before(n.done):
		body.Phase, sent = "sending", target/2
	case n.failure != 0:
		body.Phase, body.Code, body.Description = "failed", n.failure, n.description
	default:
		body.Phase, sent = "succeeded", target
	}
	if !now.Before(n.done) {
		body.Completed = n.done.UTC().Format(isoMillis)
	}
	return accept(http.StatusOK, body)
}

// reached says whether a narrowcast that can be built upon went to the user.
func (n *narrowcast) reached(u *user) bool { return slices.Contains(n.to, u) }
