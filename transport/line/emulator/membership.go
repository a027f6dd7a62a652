package emulator

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Membership is a plan that users can subscribe to.
type Membership struct {
	// ID is LINE's number of the plan. AddMembership chooses one if it is zero.
	ID int `json:"membershipId"`
	// Title and Description are texts for people.
	Title       string `json:"title"`
	Description string `json:"description"`
	// Benefits are up to five texts.
	Benefits []string `json:"benefits"`
	// Price is what a month costs, in Currency: "JPY", "TWD" or "THB". Default: "JPY".
	Price    float64 `json:"price"`
	Currency string  `json:"currency"`
}

// plan is a membership with its members.
type plan struct {
	Membership
	members []member
	last    int // the number of the newest member
}

type member struct {
	user   *user
	number int
	since  time.Time
}

func (p *Platform) membershipEndpoints() []endpoint {
	limited := rate{200, time.Second}
	const path = "/v2/bot/membership/"
	return []endpoint{
		{method: http.MethodGet, path: path + "list", handle: p.locked(p.memberships), rate: limited},
		{method: http.MethodGet, path: path + "subscription/{userId}", handle: about(p, p.userNamed, p.subscriptions), rate: limited},
		get(path+"{membershipId}/users/ids", p.locked(p.subscribers)),
	}
}

// AddMembership offers a plan. The error wraps ErrBadInput if there are five already, or the ID is
// taken.
func (p *Platform) AddMembership(m Membership) (Membership, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.ID == 0 {
		m.ID = 3001 + len(p.plans)
	}
	if len(p.plans) >= 5 || p.planOf(m.ID) != nil || len(m.Benefits) > 5 {
		return Membership{}, fmt.Errorf("%w: a membership too many", ErrBadInput)
	}
	m.Currency = cmp.Or(m.Currency, "JPY")
	m.Benefits = append([]string{}, m.Benefits...)
	p.plans = append(p.plans, &plan{Membership: m})
	return m, nil
}

func (p *Platform) planOf(id int) *plan {
	for _, pl := range p.plans {
		if pl.ID == id {
			return pl
		}
	}
	return nil
}

// Subscribe lets a user subscribe to a plan, or renew that: the membership event. Errors:
// ErrUnknownUser, ErrBadInput for an unknown plan, ErrWebhook.
func (p *Platform) Subscribe(ctx context.Context, user string, id int) (Delivery, error) {
	return p.changePlan(ctx, user, id, func(pl *plan, i int, u *person) string {
		if i >= 0 {
			return "renewed"
		}
		pl.last++
		pl.members = append(pl.members, member{u, pl.last, p.opt.Now()})
		return "joined"
	})
}

// Unsubscribe ends a user's subscription. It sends nothing if there is none. Errors: those of
// Subscribe.
func (p *Platform) Unsubscribe(ctx context.Context, user string, id int) (Delivery, error) {
	return p.changePlan(ctx, user, id, func(pl *plan, i int, _ *person) string {
		if i < 0 {
			return ""
		}
		pl.members = slices.Delete(pl.members, i, i+1)
		return "left"
	})
}

// person is user, where a parameter has that name.
type person = user

func (p *Platform) changePlan(ctx context.Context, name string, id int,
	change func(*plan, int, *user) string) (Delivery, error) {
	u := p.find(name)
	if u == nil {
		return Delivery{}, ErrUnknownUser
	}
	p.mu.Lock()
	pl := p.planOf(id)
	if pl == nil {
		p.mu.Unlock()
		return Delivery{}, fmt.Errorf("%w: no such membership", ErrBadInput)
	}
	kind := change(pl, slices.IndexFunc(pl.members, func(m member) bool { return m.user == u }), u)
	silent := kind == "" || u.Hidden
	p.mu.Unlock()
	if silent {
		return Delivery{}, nil
	}
	return p.emit(ctx, u.chat, u, "membership", map[string]any{
		"membership": map[string]any{"type": kind, "membershipId": id},
	})
}

func (p *Platform) memberships(*call) answer {
	if len(p.plans) == 0 {
		return refuse(http.StatusNotFound, "Membership plan not found")
	}
	type offered struct {
		Membership
		Count     int  `json:"memberCount"`
		Limit     *int `json:"memberLimit"`
		InApp     bool `json:"isInAppPurchase"`
		Published bool `json:"isPublished"`
	}
	list := make([]offered, len(p.plans))
	for i, pl := range p.plans {
		list[i] = offered{Membership: pl.Membership, Count: len(pl.members), InApp: true, Published: true}
	}
	return accept(http.StatusOK, map[string]any{"memberships": list})
}

func (p *Platform) subscriptions(_ *call, u *user) answer {
	now := p.opt.Now()
	list := []any{}
	for _, pl := range p.plans {
		for _, m := range pl.members {
			if m.user != u {
				continue
			}
			months := 1
			for !m.since.AddDate(0, months, 0).After(now) {
				months++
			}
			list = append(list, map[string]any{"membership": pl.Membership, "user": map[string]any{
				"membershipNo": m.number, "joinedTime": m.since.Unix(), "totalSubscriptionMonths": months,
				"nextBillingDate": m.since.AddDate(0, months, 0).In(japan).Format(time.DateOnly),
			}})
		}
	}
	if len(list) == 0 {
		return notFound
	}
	return accept(http.StatusOK, map[string]any{"subscriptions": list})
}

func (p *Platform) subscribers(c *call) answer {
	id, _ := strconv.Atoi(c.values["membershipId"])
	limit, bad := c.limit(300, 1000)
	if bad != nil {
		return *bad
	}
	pl := p.planOf(id)
	if pl == nil {
		return refuse(http.StatusNotFound, "Membership ID is not found")
	}
	var ids []string
	for _, m := range pl.members {
		if m.user.Friend && !m.user.Hidden {
			ids = append(ids, m.user.ID)
		}
	}
	ids, next, bad := p.piece(c, ids, fmt.Sprintf("membership %d", id), limit)
	if bad != nil {
		return *bad
	}
	return accept(http.StatusOK, followersBody{ids, next})
}
