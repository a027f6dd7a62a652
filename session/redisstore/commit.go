package redisstore

import (
	"context"
	"encoding/binary"

	"github.com/kaiwa-go/kaiwa/session"
)

// maxReason is how many bytes are kept of the reason of a dead letter. Its length is one byte.
const maxReason = 255

// Commit implements session.Store. It waits for replicas and disks, if Options ask for it: outputs
// may be sent once Commit has returned. A commit that ends in ErrUnavailable may have taken effect. The bot
// makes the same call again, with the same token and revision, and the script recognises it by the mark.
func (s *Store) Commit(ctx context.Context, r *session.CommitRequest) (session.CommitResult, error) {
	if err := checkCommit(r); err != nil {
		return session.CommitResult{}, err
	}
	c := s.firm.get()
	packCommit(c, r)
	l := s.at(r.ID)
	c.seal(&s.scripts.commit, l.session, l.watch, l.mailbox, l.dead, l.bounds)
	c.shortCommit(&s.scripts.shortCommit, &l, r)
	reply, err := s.firm.do(ctx, c)
	if err != nil {
		return session.CommitResult{}, err
	}
	short := c.short.script != nil
	s.firm.put(c)
	if short {
		a := answer{b: reply}
		return session.CommitResult{Now: a.time(), Rev: r.Rev + 1, MayDeliver: len(r.Outputs) > 0}, nil
	}
	done, outcome, ok := parseCommitted(reply)
	switch {
	case !ok:
		return session.CommitResult{}, badAnswer("commit")
	case outcome == commitFenced:
		return session.CommitResult{}, session.ErrFenced
	case outcome == commitFull:
		return session.CommitResult{}, session.ErrFull
	}
	// The script does not send it: a commit that was done made the revision after the one that it names.
	done.Rev = r.Rev + 1
	return done, nil
}

// packCommit writes the arguments of the commit script, in the order that lua/commit.lua names. The
// outputs get their numbers here: a turn that began with revision 6 makes revision 7, and its outputs
// are 7<<8|1, 7<<8|2 and so on.
func packCommit(c *call, r *session.CommitRequest) {
	c.request = append(c.request, r.Token[:]...)
	c.u32(tokenMark(r.Token))
	c.flag(r.Release)
	c.u8(len(r.Outputs))
	c.u32(r.Rev)
	c.term(r.Lease, session.DefaultLease)
	c.term(r.DeliveryLease, session.DefaultDeliveryLease)
	c.time(r.Due)
	c.u48(r.Keep.Milliseconds())
	c.u40(uint64(r.Done))
	c.cut()
	c.request = append(c.request, r.EventID...)
	c.cut()
	c.request = append(c.request, r.State...)
	c.cut()
	c.dead(r)
	c.cut()
	c.outputs(r.Rev+1, r.Outputs)
}

// dead writes why the event is a dead letter. The script has the event itself, as the head. For a timer
// it has nothing, so dead writes the reason and the event that stands for the timer. It writes nothing
// if nothing is to be set aside.
func (c *call) dead(r *session.CommitRequest) {
	why, d := r.Dead[:min(len(r.Dead), maxReason)], r.DeadTimer
	switch {
	case r.EventID != "":
		c.request = append(c.request, why...)
	case why != "" && d != nil:
		c.u8(len(why))
		c.request = append(c.request, why...)
		c.u8(min(d.Attempts, maxAttempts))
		c.time(d.Event.Time)
		c.u8(len(d.Event.ID))
		c.request = append(c.request, d.Event.ID...)
		c.request = append(c.request, d.Event.Body...)
	}
}

// tokenMark is what a session remembers of the token of its last commit, to know a commit that is
// repeated. It has 4 bytes, to save room, and depends on all 8 bytes of the token. Example: process A
// lost its lease, and B has committed revision 7 in its place. If the mark of B were that of A by
// chance, A would be told that its own commit had made revision 7. The chance is one in four billion.
func tokenMark(t session.LeaseToken) uint32 {
	return binary.BigEndian.Uint32(t[:4]) ^ binary.BigEndian.Uint32(t[4:])
}

// checkCommit refuses what must not be sent: an id or a token that no Begin gave, and what is larger
// than the contract or the fields of a stored value allow.
func checkCommit(r *session.CommitRequest) error {
	if err := checkID("commit", r.ID); err != nil {
		return err
	}
	if r.Token == (session.LeaseToken{}) {
		return errToken
	}
	size := 0
	for _, o := range r.Outputs {
		size += len(o)
	}
	if len(r.State) > session.MaxState || len(r.EventID) > session.MaxEventID || size > session.MaxOutput {
		return session.ErrTooLarge
	}
	if d := r.DeadTimer; d != nil && (len(d.Event.ID) > session.MaxEventID || len(d.Event.Body) > session.MaxEvent) {
		return session.ErrTooLarge
	}
	if len(r.Outputs) > session.MaxOutputs {
		return session.ErrFull
	}
	return nil
}
