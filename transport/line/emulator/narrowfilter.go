package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Demographic is what LINE believes to know of a user, for narrowcasts. Empty values are unknown:
// no filter by them matches.
type Demographic struct {
	// Gender is "male" or "female".
	Gender string `json:"gender,omitempty"`
	// Age is in years.
	Age int `json:"age,omitempty"`
	// App is "ios" or "android".
	App string `json:"app,omitempty"`
	// Area is a region's code, such as "jp_13".
	Area string `json:"area,omitempty"`
}

// test decides whether a user is meant.
type test func(*user) bool

func everyUser(*user) bool { return true }

// selection is whom a narrowcast is for.
type selection struct {
	has      test
	filtered bool // attributes matter
	watched  bool // an audience matters that LINE has made of what people did
}

// narrowed reads whom a narrowcast is for. The caller holds p.mu.
func (p *Platform) narrowed(o object, k *checker) (s selection) {
	chosen, fits := test(everyUser), test(everyUser)
	if r := k.object(o, "", "recipient", false); r != nil {
		count := 0
		chosen = k.tree(r, "recipient", &count, func(k *checker, o object, path string) test {
			return p.recipient(k, o, path, &s)
		})
	}
	if f := k.object(o, "", "filter", false); f != nil {
		if d := k.object(f, "filter", "demographic", false); d != nil {
			count := 0
			fits, s.filtered = k.tree(d, "filter.demographic", &count, p.attribute), true
		}
	}
	s.has = func(u *user) bool { return chosen(u) && fits(u) }
	return s
}

// tree reads a tree of operators, the leaves of which are read by leaf: ten of them at most.
func (k *checker) tree(o object, path string, count *int,
	leaf func(k *checker, o object, path string) test) test {
	if o["type"] != "operator" {
		if *count++; *count > 10 {
			k.fail(path, "There may be no more than 10 conditions")
		}
		return leaf(k, o, path)
	}
	var kinds []string
	for _, kind := range []string{"and", "or", "not"} {
		if _, there := o[kind]; there {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) != 1 {
		k.fail(path, "Must have exactly one of and, or, not")
		return everyUser
	}
	if kinds[0] == "not" {
		inner := k.object(o, path, "not", true)
		if inner == nil {
			return everyUser
		}
		is := k.tree(inner, under(path, "not"), count, leaf)
		return func(u *user) bool { return !is(u) }
	}
	var parts []test
	for i, part := range k.list(o, path, kinds[0], 1, 1000) {
		parts = append(parts, k.tree(part, at(under(path, kinds[0]), i), count, leaf))
	}
	all := kinds[0] == "and"
	return func(u *user) bool {
		// and: none fails; or: one succeeds.
		return all != slices.ContainsFunc(parts, func(is test) bool { return is(u) != all })
	}
}

// recipient reads an audience, or a narrowcast that went before.
func (p *Platform) recipient(k *checker, o object, path string, s *selection) test {
	switch k.oneOf(o, path, "type", "audience", "redelivery", "operator") {
	case "audience":
		written, _ := o["audienceGroupId"].(json.Number)
		id, _ := written.Int64()
		a := p.audience(id)
		if a == nil || a.status(p.opt.Now()) != "READY" {
			k.refuse(refuse(http.StatusBadRequest, fmt.Sprintf("Invalid audience group id: %d", id)))
			return everyUser
		}
		s.watched = s.watched || a.kind != "UPLOAD"
		return func(u *user) bool { return a.ids[u.ID] }
	case "redelivery":
		id := k.str(o, path, "requestId", length{1, 100, utf16Length})
		n, now := p.narrowcasts[id], p.opt.Now()
		if n == nil || n.failure != 0 || now.Before(n.done) || now.Sub(n.accepted) >= narrowcastKept {
			if uuid.MatchString(id) { // what is not an id is not repeated
				k.refuse(refuse(http.StatusBadRequest, "Invalid request id: "+id))
			} else {
				k.refuse(refuse(http.StatusBadRequest, "Invalid request id"))
			}
			return everyUser
		}
		return n.reached
	}
	return everyUser
}

// attribute reads a demographic filter.
func (p *Platform) attribute(k *checker, o object, path string) test {
	switch k.oneOf(o, path, "type", "gender", "age", "appType", "area", "subscriptionPeriod", "operator") {
	case "gender":
		list := k.words(o, path, "male", "female")
		return func(u *user) bool { return slices.Contains(list, u.Demographic.Gender) }
	case "appType":
		list := k.words(o, path, "ios", "android")
		return func(u *user) bool { return slices.Contains(list, u.Demographic.App) }
	case "area":
		list := k.words(o, path, areas()...)
		return func(u *user) bool { return slices.Contains(list, u.Demographic.Area) }
	case "age":
		from, to := k.between(o, path, "age_", 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70)
		return func(u *user) bool {
			return u.Demographic.Age > 0 && u.Demographic.Age >= from && u.Demographic.Age < to
		}
	case "subscriptionPeriod":
		from, to := k.between(o, path, "day_", 7, 30, 90, 180, 365)
		now := p.opt.Now()
		return func(u *user) bool {
			days := int(now.Sub(u.FriendSince) / (24 * time.Hour))
			return days >= from && days < to
		}
	}
	return everyUser
}

// words reads the list of values that an attribute may have.
func (k *checker) words(o object, path string, allowed ...string) []string {
	values, ok := o["oneOf"].([]any)
	path = under(path, "oneOf")
	if !ok || len(values) == 0 {
		k.fail(path, "May not be empty")
		return nil
	}
	list := make([]string, len(values))
	for i, v := range values {
		if list[i] = text(v); !slices.Contains(allowed, list[i]) {
			k.fail(at(path, i), "Must be one of the following values: [%s]", strings.Join(allowed, ", "))
		}
	}
	return list
}

// between reads the bounds gte and lt, of which there must be one and which must be in order.
func (k *checker) between(o object, path, prefix string, steps ...int) (from, to int) {
	allowed := make([]string, len(steps))
	for i, step := range steps {
		allowed[i] = prefix + strconv.Itoa(step)
	}
	to = 1 << 30
	_, low := o["gte"]
	_, high := o["lt"]
	if low {
		from, _ = strconv.Atoi(strings.TrimPrefix(k.oneOf(o, path, "gte", allowed...), prefix))
	}
	if high {
		to, _ = strconv.Atoi(strings.TrimPrefix(k.oneOf(o, path, "lt", allowed...), prefix))
	}
	if !low && !high {
		k.fail(path, "Must have gte, lt or both")
	} else if from >= to {
		k.fail(under(path, "lt"), "Must be greater than gte")
	}
	return from, to
}

// areas are LINE's regions in Japan, Taiwan and Thailand.
func areas() []string {
	var list []string
	for _, country := range []struct {
		code string
		n    int
	}{{"jp", 47}, {"tw", 22}, {"th", 8}} {
		for i := range country.n {
			list = append(list, fmt.Sprintf("%s_%02d", country.code, i+1))
		}
	}
	return list
}
