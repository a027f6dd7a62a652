package memstore

import (
	"bytes"
	"slices"

	"github.com/kaiwa-go/kaiwa/session"
)

// fewOutputs is the room that an empty outbox may keep, so that not every turn allocates it.
const fewOutputs = 2

// outbox holds the outputs that wait to be delivered, in order, and the lane: the right to
// deliver them.
type outbox struct {
	waiting []session.Output
	// until is when the lane ends. It is meaningless if nothing waits.
	until int64
	// owner is the token of the Begin or Commit that gave the lane; zero after an Ack. With
	// rev, the commit that gave it, and retried it answers a call that is repeated.
	owner   session.Token
	rev     uint32
	retried bool
}

// left counts what waits behind done.
func (o *outbox) left(done session.Seq) int {
	n := len(o.waiting)
	for n > 0 && o.waiting[len(o.waiting)-n].Seq <= done {
		n--
	}
	return n
}

// ack drops what was delivered.
func (o *outbox) ack(done session.Seq) {
	n := o.left(done)
	if n == 0 {
		clear(o.waiting)
		*o = outbox{waiting: o.waiting[:0]}
		if cap(o.waiting) > fewOutputs {
			o.waiting = nil
		}
		return
	}
	o.waiting = slices.Delete(o.waiting, 0, len(o.waiting)-n)
}

// put appends the outputs of a commit. The lane is t's if nothing waited.
func (o *outbox) put(bodies [][]byte, t session.Token, rev uint32, until int64) bool {
	free := len(o.waiting) == 0
	for i, body := range bodies {
		seq := session.MakeSeq(rev, i+1)
		o.waiting = append(o.waiting, session.Output{Seq: seq, Body: bytes.Clone(body)})
	}
	if !free || len(bodies) == 0 {
		return false
	}
	o.owner, o.rev, o.until, o.retried = t, rev, until, false
	return true
}

// holds says that t has the lane by the commit that made rev, and that an output of that very
// commit still waits. It is the first then: nothing waited when the lane was given.
func (o *outbox) holds(t session.Token, rev uint32, now int64) bool {
	return len(o.waiting) > 0 && o.owner == t && o.rev == rev && o.until > now &&
		o.waiting[0].Seq < session.MakeSeq(rev+1, 0)
}

// grant gives the lane away and returns a copy of what waits.
func (o *outbox) grant(t session.Token, until int64, retried bool) []session.Output {
	if len(o.waiting) == 0 {
		return nil
	}
	o.owner, o.rev, o.until, o.retried = t, 0, until, retried
	outs := make([]session.Output, len(o.waiting))
	for i, w := range o.waiting {
		outs[i] = session.Output{Seq: w.Seq, Body: bytes.Clone(w.Body)}
	}
	return outs
}

func (o *outbox) find(seq session.Seq) (session.Output, bool) {
	i := slices.IndexFunc(o.waiting, func(w session.Output) bool { return w.Seq == seq })
	if i < 0 {
		return session.Output{}, false
	}
	return o.waiting[i], true
}
