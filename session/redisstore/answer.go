package redisstore

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// answer reads what a script packed, from the front. If it is too short, it is bad from then on, and
// everything that is read is zero: the caller looks at bad once, at the end. Slices that it returns
// refer to its bytes.
//
// Go evaluates the calls of a line from left to right. So where several fields are read in one
// line, as in session.Event{Time: h.time(), Accepted: h.time(), ID: h.text()}, their order in the line
// is the order of the bytes in the answer.
type answer struct {
	b   []byte
	bad bool
}

// take reads n bytes. Appending to what it returns copies, so that the bytes behind stay as they are.
func (a *answer) take(n int) []byte {
	if n > len(a.b) {
		a.b, a.bad = nil, true
		return nil
	}
	v := a.b[:n:n]
	a.b = a.b[n:]
	return v
}

// num reads a big-endian number of n bytes, up to 8. Example: the bytes 1, 2 are 258.
func (a *answer) num(n int) uint64 {
	var b [8]byte
	copy(b[8-n:], a.take(n))
	return binary.BigEndian.Uint64(b[:])
}

// number reads an answer that is a number alone, which Redis writes in decimal digits. It is negative
// for anything else.
func number(b []byte) int {
	n, err := strconv.Atoi(string(b))
	if err != nil {
		return -1
	}
	return n
}

// text reads a string of up to 255 bytes, behind its length.
func (a *answer) text() string { return string(a.take(int(a.num(1)))) }

// time reads milliseconds since 1970, in 6 bytes; 0 is the zero time.
func (a *answer) time() time.Time {
	if ms := a.num(6); ms > 0 {
		return time.UnixMilli(int64(ms))
	}
	return time.Time{}
}

// event reads a head, as the session stores it (see lua/load.lua): 3 bytes of length, and then the
// event: its time and when it was accepted (6 bytes each), its id and its message's id (each behind
// its length), and its body. The length is 0 if the turn is for a timer.
func (a *answer) event() session.Event {
	n := int(a.num(3))
	if n == 0 {
		return session.Event{}
	}
	// A reader of its own for the event: the body has no length, and is what is left at the end.
	h := answer{b: a.take(n), bad: a.bad}
	e := session.Event{Time: h.time(), Accepted: h.time(), ID: h.text()}
	e.MessageID, e.Body = h.text(), h.b
	a.bad = h.bad
	return e
}

// outputs reads outputs up to the end of the answer, as the session stores them: see outputFormat.
func (a *answer) outputs() []session.Output {
	var outs []session.Output
	for len(a.b) > 0 {
		o := session.Output{Seq: session.Seq(a.num(5))}
		o.Body = a.take(int(a.num(4)))
		if a.bad {
			return nil
		}
		outs = append(outs, o)
	}
	return outs
}

// parseBegun reads the answer of the begin script. own is the event that Begin brought: where the
// turn is for that very event, the answer does not repeat it, and the caller gets a copy of its own.
//
// Example: the first event of a new session has an answer of 22 bytes. They are status 1 and flags 2 (1
// byte each), the time (6), attempt 1 (1), revision 0 (4), no timer (6) and a state of length 0 (3).
func parseBegun(b []byte, own *session.Event) (session.BeginResult, bool) {
	a := answer{b: b}
	r := session.BeginResult{Status: session.Status(a.num(1))}
	flags := a.num(1)
	r.Retried, r.Now = flags&answerRetried != 0, a.time()
	if r.Status == session.Run {
		r.Attempt, r.Crashed = int(a.num(1)), flags&answerCrashed != 0
		r.Rev = uint32(a.num(4))
		r.Due = a.time()
		if state := a.take(int(a.num(3))); len(state) > 0 {
			r.State = state
		}
		if flags&answerOwnEvent == 0 {
			r.Event = a.event()
		} else {
			// The caller may write to its own slice later, and the answer must not change then.
			r.Event = *own
			r.Event.Accepted, r.Event.Body = r.Now, bytes.Clone(own.Body)
		}
	}
	// Outputs may come with any status: with STATUS_IDLE, for example, if nobody delivered them in time.
	r.Outputs = a.outputs()
	return r, !a.bad && r.Status >= session.Run && r.Status <= session.Idle
}

// parseCommitted reads the answer of the commit script. The outcome is commitDone, commitFenced or
// commitFull.
func parseCommitted(b []byte) (r session.CommitResult, outcome int, ok bool) {
	a := answer{b: b}
	outcome = int(a.num(1))
	r = session.CommitResult{MayDeliver: a.num(1) == 1, Now: a.time()}
	if len(a.b) > 0 {
		r.Next = a.event()
	}
	return r, outcome, !a.bad && outcome >= commitDone && outcome <= commitFull
}
