package memstore

import (
	"bytes"
	"slices"

	"github.com/kaiwa-go/kaiwa/session"
)

// outbox holds the outputs of a session that are not yet delivered, in order.
type outbox struct {
	waiting []session.Output
	// lease is the delivery lease for all that waits. If nothing waits, its value is left over.
	lease deliveryLease
}

// deliveryLease is the right to deliver all outputs that wait. It belongs to one call: token and rev
// say which, so that the call is recognised when it is repeated.
type deliveryLease struct {
	until int64
	// token is that of the Begin, the Commit or the Ack. It says which process has the lease.
	token session.LeaseToken
	// rev is the revision that the Commit made; zero if the call was not a Commit. A holder of
	// the session's lease may make many commits with one token.
	rev uint32
	// retried says that an earlier holder may have sent some of the outputs.
	retried bool
}

// upTo counts the outputs up to and with done.
func (o *outbox) upTo(done session.Seq) (n int) {
	for n < len(o.waiting) && o.waiting[n].Seq <= done {
		n++
	}
	return n
}

// ack drops the outputs up to and with done.
func (o *outbox) ack(done session.Seq) { o.waiting = slices.Delete(o.waiting, 0, o.upTo(done)) }

// put appends the outputs of a commit. The commit gets the delivery lease if nothing waited.
// Otherwise the outputs wait for the call that acknowledges those before them. The lease that
// entry.commit passes has no end yet: entry.committed sets it.
func (o *outbox) put(bodies [][]byte, lease deliveryLease) {
	if len(o.waiting) == 0 {
		o.lease = lease
	}
	for i, body := range bodies {
		seq := session.MakeSeq(lease.rev, i+1)
		o.waiting = append(o.waiting, session.Output{Seq: seq, Body: bytes.Clone(body)})
	}
}

// heldBy says whether the commit of t that made rev got the delivery lease, and some of its
// outputs still wait. They are the first of all, because nothing waited when it got the lease.
// Example: for revision 7, the first output that waits must be numbered below MakeSeq(8, 0). The
// lease may outlive the outputs of its commit; what waits then is of later commits.
func (o *outbox) heldBy(t session.LeaseToken, rev uint32) bool {
	return o.lease.token == t && o.lease.rev == rev &&
		len(o.waiting) > 0 && o.waiting[0].Seq < session.MakeSeq(rev+1, 0)
}

// handOut gives the delivery lease to another call, and returns a copy of what
// waits.
func (o *outbox) handOut(lease deliveryLease) []session.Output {
	o.lease = lease
	var outs []session.Output
	for _, w := range o.waiting {
		outs = append(outs, session.Output{Seq: w.Seq, Body: bytes.Clone(w.Body)})
	}
	return outs
}
