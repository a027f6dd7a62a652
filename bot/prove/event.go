package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"time"
)

// event is a message of a user on its way to the bots.
type event struct {
	user  string
	acct  string // the account that it is for
	seq   int
	kind  string
	at    time.Duration // when it is sent, from the start
	dup   time.Duration // after how long it is sent again; negative for not
	id    string
	stamp int64  // LINE's timestamp, ms
	late  bool   // it is a redelivery when the bots see it first
	data  string // of a tap

	replayed bool // before it, dead letters were replayed

	// What became of it.
	first    time.Time // when it was sent first
	accepted time.Time // when a webhook with it was first answered with 200
	refusals int       // webhooks with it that were not
}

// userID looks like an id of LINE.
func userID(seed uint64, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "prove %d %d", seed, n))
	return "U" + hex.EncodeToString(sum[:16])
}

// plan returns the events of each user. Timestamps are in the order of seq, but for ages; with shuffle,
// the times at which they are sent are not.
func plan(t *trial, seed uint64, start time.Time) [][]*event {
	total := t.users * t.events
	gap := time.Second / time.Duration(max(t.rate, 1))
	all := make([][]*event, t.users)
	for u := range all {
		rng := rand.New(rand.NewPCG(seed, uint64(u)+100))
		// The same users write to all accounts.
		account, user := "", userID(seed, u)
		if n := len(t.accounts); n > 0 {
			account, user = t.accounts[u%n], userID(seed, u/n)
		}
		for i := range t.events {
			at := gap * time.Duration(min(i*t.users+u, total))
			e := &event{
				user: user, acct: account, seq: i, kind: kindPlain, at: at, dup: -1,
				id: fmt.Sprintf("%s-%d-%d", userID(seed, u)[1:9], seed, i), stamp: start.Add(at).UnixMilli() + int64(i),
			}
			switch n := rng.IntN(20); {
			case n == 0 && !t.single:
				e.kind = kindMany
			case n <= t.timers:
				e.kind = kindTimer
			case n <= t.timers+t.again:
				e.kind = kindAgain
			}
			if len(t.ages) > 0 {
				age := t.ages[(i+u)%len(t.ages)]
				e.stamp -= age.Milliseconds()
				e.late = age > 0
			}
			if len(t.ends) > 0 {
				ends := t.ends[u%len(t.ends)]
				if n := i - (t.events - len(ends)); n >= 0 {
					e.kind = ends[n]
				}
			}
			if u < t.poison && i == t.events/2 {
				e.kind = poisons[u%len(poisons)]
			}
			if rng.Float64() < t.dup {
				e.dup = 0
				if rng.IntN(2) == 0 {
					e.dup = 300*time.Millisecond + time.Duration(rng.Int64N(int64(3200*time.Millisecond)))
				}
			}
			if t.draw != nil {
				e.kind = t.draw(rng)
			}
			if t.shuffle && i > 0 {
				e.at += time.Duration(rng.Int64N(int64(700 * time.Millisecond)))
			}
			all[u] = append(all[u], e)
		}
	}
	return all
}

func (e *event) token() string { return "token-" + e.id }

func (e *event) chat() string { return chatOf(e.acct, e.user) }

// fate is when a bot took the event.
func (e *event) fate() string {
	if e.accepted.IsZero() {
		return "never acknowledged"
	}
	return "taken after " + short(e.accepted.Sub(e.first))
}

// body is the webhook with the event, and its signature.
func (e *event) body(again bool) (body []byte, signature string) {
	what := fmt.Sprintf(`"type":"message","message":{"type":"text","id":"%d","quoteToken":"q","text":"%d %s %s"}`,
		e.seq, e.seq, e.kind, e.acct)
	if e.kind == kindTap {
		what = fmt.Sprintf(`"type":"postback","postback":{"data":%q}`, e.data)
	}
	body = fmt.Appendf(nil, `{"destination":%q,"events":[{%s,"webhookEventId":%q,`+
		`"deliveryContext":{"isRedelivery":%t},"timestamp":%d,"source":{"type":"user","userId":%q},`+
		`"replyToken":%q,"mode":"active"}]}`, destinationOf(e.acct), what, e.id, again, e.stamp, e.user, e.token())
	mac := hmac.New(sha256.New, []byte(secretOf(e.acct)))
	mac.Write(body)
	return body, base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
