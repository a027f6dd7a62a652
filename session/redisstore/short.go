package redisstore

import (
	"bytes"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// Most turns are alike: an event comes to a session in which nothing runs or waits, and nothing comes until the
// turn is committed. For these there is a short way. It does what Begin and Commit do in all cases, at about half
// the cost for Redis, and leaves the same:
//
//	Begin     shortbegin appends a tail to the value, in which begin would write the whole value anew
//	Commit    shortcommit sees by the end of the value that nothing was written since, and sets the value that
//	          the caller has made; commit would read the value, take it apart and put it together again
//	Ack       shortack cuts the outbox off, if all that is in it was delivered
//
// If the session is in another case, the short script leaves it alone, and the call is made again by the full
// script, with the same token. A memo goes from Begin to Commit with the turn: it has what Commit must know of
// the value. A turn without a memo is committed by the full script. How short calls travel: see parcel.

// shortCall has what one session adds to the call of a short script. Its arguments are cut out of the call's request.
type shortCall struct {
	script *script
	keys   [3]string
	count  int // of keys
	argv   [3]arg
	args   int // count of argv
}

// sealShort has the call try the short way first. Call it behind seal. The arguments are parts of the request.
func (c *call) sealShort(s *script, keys []string, argv ...arg) {
	c.short.script = s
	c.short.count, c.short.args = copy(c.short.keys[:], keys), copy(c.short.argv[:], argv)
}

// memo is what Begin knows of the value that shortbegin left, for Commit. As bytes, in session.BeginResult.Memo, it is
// the value up to its seen events, and then what memoBytes counts.
type memo struct {
	value     []byte      // header, state and seen events, before the event of the turn
	seen      []byte      // the seen events
	last      session.Seq // of the outputs that wait; 0 if none does
	rev       uint32
	began     int64 // when, in ms
	indexed   int64 // the time of the session in the watch index, in ms
	length    int   // of the value with its tail
	token     session.LeaseToken
	eventHash [8]byte
}

const memoBytes = 6 + 6 + 5 + 4 + 8 + 8 // began, indexed, last, length, token, eventHash

// parseValue finds the parts of a value, up to the end of the seen events.
func (m *memo) parseValue(value []byte) (state []byte, due time.Time, ok bool) {
	a := answer{b: value}
	a.take(2) // layout and flags
	m.rev, due = uint32(a.num(4)), a.time()
	a.take(4 + 3 + 4) // floor, expiry and mark
	seen := int(a.num(1)) * seenBytes
	state = a.take(int(a.num(3)))
	m.seen = a.take(seen)
	m.value = value[:len(value)-len(a.b)]
	return state, due, !a.bad
}

// readMemo returns false if the bytes are no memo.
func readMemo(b []byte) (m memo, ok bool) {
	if len(b) < headerBytes+memoBytes {
		return m, false
	}
	end := len(b) - memoBytes
	_, _, ok = m.parseValue(b[:end])
	a := answer{b: b[end:]}
	m.began, m.indexed, m.last, m.length = int64(a.num(6)), int64(a.num(6)), session.Seq(a.num(5)), int(a.num(4))
	m.token, m.eventHash = session.LeaseToken(a.take(8)), [8]byte(a.take(8))
	return m, ok && len(m.value) == end
}

// bytes appends the rest of the memo to its value, in the place of whatever is behind the value.
func (m *memo) bytes() []byte {
	c := call{request: m.value}
	c.u48(m.began)
	c.u48(m.indexed)
	c.u40(uint64(m.last))
	c.u32(uint32(m.length))
	return append(append(c.request, m.token[:]...), m.eventHash[:]...)
}

// shortBegin adds the short way to a call of the begin script. The request of packBegin serves both: from
// the terms of the leases to the hash of the event's id, and from the event's time on. The token ends the tail.
func (c *call) shortBegin(sc *script, l *home, r *session.BeginRequest) {
	if r.Event.ID == "" || r.Hold || r.Redelivered || l.earlier {
		return
	}
	c.request = append(c.request, r.Token[:]...)
	c.sealShort(sc, []string{l.session, l.watch, l.bounds}, c.request[beginTerms:beginTime], c.request[beginTime:])
}

// parseShortBegun reads the answer of shortbegin: the time, and the value as it was before.
func parseShortBegun(b []byte, r *session.BeginRequest, tail int) (session.BeginResult, bool) {
	a := answer{b: b}
	now, m := a.time(), memo{token: r.Token, eventHash: eventHash(r.Event.ID), length: len(b) - 6 + tail}
	state, due, ok := m.parseValue(a.b)
	begun := session.BeginResult{Status: session.Run, Now: now, Attempt: 1, Rev: m.rev, Due: due, Event: r.Event}
	if len(state) > 0 {
		begun.State = state
	}
	// The caller may write to its own slice later, and the answer must not change then.
	begun.Event.Accepted, begun.Event.Body = now, bytes.Clone(r.Event.Body)
	m.began = now.UnixMilli()
	m.indexed = m.began + min(termOf(r.Lease, session.DefaultLease), termOf(r.DeliveryLease, session.DefaultDeliveryLease))
	if box := a.b[len(m.value):]; len(box) > 0 {
		o := answer{b: box}
		until := int64(o.num(6))
		o.take(outboxBytes - 6)
		for _, out := range o.outputs() {
			m.last = out.Seq
		}
		if m.last <= r.Done {
			m.last = 0 // they are delivered
		} else {
			m.indexed = min(m.indexed, until)
		}
		ok = ok && !o.bad
	}
	begun.Memo = m.bytes()
	return begun, ok && !a.bad
}

// shortCommit adds the short way to a call of the commit script, if Begin left a memo and the turn ends as most
// turns do. Outputs that waited before the turn are delivered by now; otherwise commit puts those of the turn
// behind them. The watch index has the time that shortbegin wrote. If the turn leaves outputs, that stays: it is no
// later than the end of their delivery lease, and changes when they are acknowledged. A timer that is due before it
// is left to commit.
func (c *call) shortCommit(sc *script, l *home, r *session.CommitRequest) {
	m, ok := readMemo(r.Memo)
	due, term, wait := millis(r.Due), termOf(r.DeliveryLease, session.DefaultDeliveryLease), len(r.Outputs) > 0
	if !ok || m.token != r.Token || m.rev != r.Rev || m.eventHash != eventHash(r.EventID) || r.Dead != "" ||
		m.last > r.Done || due > 0 && due < m.indexed || wait && m.began+term < m.indexed {
		return
	}
	life := keepAtLeast.Milliseconds()
	if len(r.State) > 0 || due > 0 {
		life = max(due-m.began, 0) + max(r.Keep.Milliseconds(), life)
	}
	flags := 0
	if wait {
		flags, life = hasOutbox, max(life, keepWaiting.Milliseconds())
	}
	if wait || due > 0 {
		flags |= byAccount
	}
	from := len(c.request)
	c.u32(uint32(m.length - len(r.Token)))
	c.request = append(c.request, r.Token[:]...)
	c.u32(uint32(term))
	c.u48(life)
	c.flag(!wait)
	if wait {
		due = 0
	}
	c.u48(due)
	value := len(c.request)
	c.u8(layout)
	c.u8(flags)
	c.u32(m.rev + 1)
	c.time(r.Due)
	c.request = append(c.request, m.value[floorAt:floorAt+4]...)
	// The script sets the expiry a little later than this, as the turn has taken its time.
	c.u24(hoursUp(m.began + life + time.Minute.Milliseconds()))
	c.u32(tokenMark(r.Token))
	c.u8(len(m.seen)/seenBytes + 1)
	c.u24(int64(len(r.State)))
	c.request = append(append(c.request, r.State...), m.seen...)
	c.request = append(c.request, m.eventHash[:]...)
	c.u16(m.began / seenUnit.Milliseconds() % seenModulo)
	rest := len(c.request)
	if wait {
		c.request = append(c.request, r.Token[:]...)
		c.u8(0)
		outputs := c.argv[4]
		c.u24(int64(len(outputs)))
		c.request = append(c.request, outputs...)
	}
	keys := []string{l.session, l.watch}
	if wait {
		keys = keys[:1] // the index is left as it is
	}
	c.sealShort(sc, keys, c.request[from:value], c.request[value:rest], c.request[rest:])
}

// hoursUp is a time in ms as the header of a value has it: in whole hours, rounded up.
func hoursUp(ms int64) int64 {
	hour := time.Hour.Milliseconds()
	return (ms + hour - 1) / hour
}
