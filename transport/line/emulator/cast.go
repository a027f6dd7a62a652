package emulator

import (
	"slices"
	"time"
)

// counted is how long after it was sent LINE counts who opens a message.
const counted = 14 * day

// cast is a message that LINE has statistics of: a broadcast, a narrowcast, or one of a unit.
type cast struct {
	sent, done time.Time // done is when all have it
	units      []string
	delivered  int
	bubbles    int
	links      []urlAt // in the order of the message, each once
	openers    map[*user]bool
	clicks     map[urlAt]map[*user]int
}

// urlAt is a URL in the nth bubble of a message, counted from 1.
type urlAt struct {
	bubble int
	url    string
}

// track has statistics made of messages that go to so many. The caller holds p.mu.
func (p *Platform) track(ready []prepared, to int, units []string) *cast {
	now := p.opt.Now()
	k := &cast{
		sent: now, done: now, units: units, delivered: to, bubbles: len(ready),
		openers: map[*user]bool{}, clicks: map[urlAt]map[*user]int{},
	}
	for i := range ready {
		ready[i].cast = k
		for _, b := range ready[i].buttons {
			l := urlAt{i + 1, b.URI}
			if b.Type == "uri" && !slices.Contains(k.links, l) {
				k.links = append(k.links, l)
			}
		}
	}
	if len(units) > 0 {
		p.unitCasts = append(p.unitCasts, k)
	}
	return k
}

// opens notes that a user sees a chat: all that is in it by then. The caller holds Platform.mu.
func (c *chat) opens(u *user, now time.Time) {
	for _, k := range c.casts {
		if now.Sub(k.sent) < counted {
			k.openers[u] = true
		}
	}
	if c.person != nil { // nobody else will see them
		c.casts = nil
	}
}

// clicks notes that a user opens a URL of a bubble. The caller holds Platform.mu.
func (it *item) clicks(u *user, url string, now time.Time) {
	k := it.cast
	if k == nil || now.Sub(k.sent) >= counted {
		return
	}
	l := urlAt{it.bubble, url}
	if k.clicks[l] == nil {
		k.clicks[l] = map[*user]int{}
	}
	k.clicks[l][u]++
}

// clickers are who opened a URL in any bubble; an empty one stands for all.
func (k *cast) clickers(url string) map[*user]bool {
	who := map[*user]bool{}
	for l, users := range k.clicks {
		if url == "" || url == l.url {
			for u := range users {
				who[u] = true
			}
		}
	}
	return who
}
