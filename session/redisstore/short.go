package redisstore

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

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
// script, with the same token: see call.read. A memo goes from Begin to Commit with the turn: it has what Commit must know
// of the value. A turn without a memo is committed by the full script.
//
// Short calls of one batch travel as one script call, which costs Redis less again. In a Cluster each
// travels alone, since their keys are in several hash slots.

// maxMerged is how many short calls are one script call at most: Redis does nothing else while a script runs, and
// 32 take about 0.3 ms.
const maxMerged = 32

// shortCall has what one session adds to the call of a short script. Its arguments are cut out of the call's request.
type shortCall struct {
	script *script
	keys   [3]string
	count  int // of keys
	argv   [3]arg
	args   int // count of argv
}

// parcel is one command, with the calls that it is for: one call, or several short ones.
type parcel struct {
	calls []*call
	cmd   redis.Cmder
	text  bool // the script goes as text, since Redis does not know it
}

// parcels makes the commands for the calls. With merge, up to maxMerged short calls of one script are one command.
func parcels(ctx context.Context, calls []*call, merge bool) []*parcel {
	all := make([]*parcel, 0, len(calls))
	open := map[*script]*parcel{} // those with room
	for _, c := range calls {
		sc := c.short.script
		if p := open[sc]; sc != nil && p != nil && len(p.calls) < maxMerged {
			p.calls = append(p.calls, c)
			continue
		}
		p := &parcel{calls: []*call{c}}
		all = append(all, p)
		if sc != nil && merge {
			open[sc] = p
		}
	}
	for _, p := range all {
		p.pack(ctx)
	}
	return all
}

// pack makes the command: EVALSHA or EVAL, see call.seal.
func (p *parcel) pack(ctx context.Context) {
	c, sc := p.calls[0], p.calls[0].short.script
	if sc == nil {
		if p.text {
			c.args[0], c.args[1] = "eval", c.script.text
		}
		p.cmd = redis.NewStringCmd(ctx, c.args...)
		return
	}
	keys := 0
	for _, c := range p.calls {
		keys += c.short.count
	}
	args := make([]any, 0, 3+keys+len(c.short.argv)*len(p.calls))
	if p.text {
		args = append(args, "eval", sc.text, strconv.Itoa(keys))
	} else {
		args = append(args, "evalsha", &sc.sha, strconv.Itoa(keys))
	}
	for _, c := range p.calls {
		for i := range c.short.count {
			args = append(args, &c.short.keys[i])
		}
	}
	for _, c := range p.calls {
		for i := range c.short.args {
			args = append(args, &c.short.argv[i])
		}
	}
	p.cmd = redis.NewSliceCmd(ctx, args...)
}

// read gives the calls their answers, and returns what must be sent again:
//
//   - the same parcel with the script's text, if Redis has lost the script: after SCRIPT FLUSH, a restart or a failover
//   - each call by its full script, if the short one left the session alone
//   - each call by its full script, if Redis answered an error: it may be for one of the sessions alone
func (p *parcel) read(ctx context.Context) (again []*parcel) {
	err := p.cmd.Err()
	if !p.text && redis.HasErrorPrefix(err, "NOSCRIPT") {
		p.text = true
		p.pack(ctx)
		return []*parcel{p}
	}
	if cmd, ok := p.cmd.(*redis.StringCmd); ok {
		p.calls[0].reply, p.calls[0].err = cmd.Bytes()
		return nil
	}
	answers := p.cmd.(*redis.SliceCmd).Val() // the time, and then one for each call
	for i, c := range p.calls {
		c.reply, c.err = nil, err
		if err == nil && len(answers) == 1+len(p.calls) {
			if answer, _ := answers[i+1].(string); answer != "" {
				now, _ := answers[0].(string)
				c.reply = append(append(make([]byte, 0, len(now)+len(answer)+memoBytes), now...), answer...)
				continue
			}
		}
		if err == nil || !isNetwork(err) {
			c.short.script = nil
			full := &parcel{calls: []*call{c}}
			full.pack(ctx)
			again = append(again, full)
		}
	}
	return again
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
	c.short.script = sc
	c.short.keys, c.short.count = [3]string{l.session, l.watch, l.bounds}, 3
	c.short.argv, c.short.args = [3]arg{c.request[beginTerms:beginTime], c.request[beginTime:]}, 2
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
// turns do. Outputs that waited are delivered by now, or commit puts those of the turn behind them. The watch index has the time that shortbegin wrote. If outputs wait, that stays: it is no later
// than the end of their delivery lease, and changes when they are acknowledged. A timer that is due before it
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
		outputs := len(c.argv[4])
		c.u24(int64(outputs))
		c.request = append(c.request, c.argv[4]...)
	}
	c.short.script = sc
	c.short.keys, c.short.count = [3]string{l.session, l.watch}, 1
	if !wait {
		c.short.count = 2
	}
	c.short.argv, c.short.args = [3]arg{c.request[from:value], c.request[value:rest], c.request[rest:]}, 3
}

// hoursUp is a time in ms as the header of a value has it: in whole hours, rounded up.
func hoursUp(ms int64) int64 {
	hour := time.Hour.Milliseconds()
	return (ms + hour - 1) / hour
}

// unfolded returns a value as begin would have written it: with the tail in the sections that it stands for. It
// does what lua/tail.lua does, for Describe. A value without a tail, or a malformed one, is returned as it is.
func unfolded(value []byte) []byte {
	var m memo
	if _, _, ok := m.parseValue(value); !ok || len(value) < headerBytes || value[0] != layout {
		return value
	}
	flags := value[1]
	if flags&^(hasOutbox|byAccount) != 0 {
		return value // a turn runs or something waits: shortbegin leaves such a value alone
	}
	a := answer{b: value[len(m.value):]}
	var outbox []byte
	if flags&hasOutbox != 0 {
		header := a.take(outboxBytes)
		length := answer{b: header[max(0, len(header)-3):]}
		outbox = append(header, a.take(int(length.num(3)))...)
	}
	hash, keeps, accepted, until := a.take(8), a.num(1), a.take(6), a.take(6)
	event := a.b[:max(0, len(a.b)-len(session.LeaseToken{}))] // the event's time, and what follows it
	token := a.b[len(event):]
	if a.bad || len(event) < 6 {
		return value
	}
	head := answer{b: accepted}
	ms := int64(head.num(6))
	c := call{}
	c.request = append(c.request, m.value[:expiryAt]...)
	hours := answer{b: m.value[expiryAt : expiryAt+3]}
	c.u24(max(int64(hours.num(3)), hoursUp(ms+keepWaiting.Milliseconds())))
	c.request = append(c.request, m.value[expiryAt+3:]...)
	c.request[1] = hasLease | hasHead | byAccount
	if keeps == 1 {
		c.request[1] |= hasOutbox
	}
	c.request[23]++ // the seen events
	c.request = append(c.request, hash...)
	c.u16(ms / seenUnit.Milliseconds() % seenModulo)
	c.request = append(append(append(c.request, token...), until...), 1)
	c.u24(int64(len(event) + 6))
	c.request = append(append(append(c.request, event[:6]...), accepted...), event[6:]...)
	if keeps == 1 {
		c.request = append(c.request, outbox...)
	}
	return c.request
}
