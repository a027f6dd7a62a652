package redisstore

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// How long Due tells to wait. It is until the next session is due, as far as the store knows that now. Other
// processes make sessions due at any time, and nobody tells this process: so the wait is short, and there is no
// Wake. With 250 ms, more or less a fifth, a timer that is set for 0.1 s later fires up to 200 ms late; one that
// is set for 10 s later fires in time.
const (
	dueWait = 250 * time.Millisecond // more or less by up to a fifth, so that processes do not ask in step
	// dueLeast is the least wait if nothing more is due, for each process that shares the store. With ten
	// processes, each waits for 100 ms, and Redis is asked about 100 times a second, however many timers
	// there are.
	dueLeast = 10 * time.Millisecond
)

// dueChunk is how many indexes one script looks at: about a millisecond of Redis' time.
const dueChunk = 512

// Due implements session.Store. Each account has an index in each partition: 64 for one account, 12,800 for
// 200. Due does not look at all of them several times a second. First it asks the bounds of all partitions, by
// one call, in which accounts something may be due. Then it asks only those indexes that are of its accounts;
// mostly there are none, or few. In a Cluster there is one call for each partition, since their slots are
// on several nodes. All calls of a step go out together. Without a claim, each may list up to limit sessions, so
// that the most overdue of all are among them; the joined list is sorted and cut. With a claim, nothing may be cut:
// so each call lists a share of the limit. Sessions of earlier builds are listed without a claim. If some nodes do
// not answer, Due returns what the others have due, and the error.
func (s *Store) Due(ctx context.Context, accounts []string, limit int, claim time.Duration) (
	[]string, time.Duration, error,
) {
	wait := dueWait*4/5 + rand.N(dueWait*2/5)
	if limit <= 0 || len(accounts) == 0 {
		return nil, wait, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, wait, callError("due", err)
	}
	r := dueRound{limit: limit, claim: claim, next: wait}
	indexes, err := s.bounds(ctx, accounts, &r)
	err2 := s.dueIn(ctx, indexes, &r)
	if err == nil {
		err = err2
	}
	slices.SortStableFunc(r.found, func(a, b dueSession) int { return a.since.Compare(b.since) })
	least := min(dueLeast*time.Duration(max(s.peers.Load(), 1)), dueWait)
	switch {
	case len(r.found) >= limit || r.more:
		r.found, wait = r.found[:min(limit, len(r.found))], 0
	case len(r.found) > 0:
		wait = least
	default:
		wait = max(r.next, least)
	}
	ids := make([]string, len(r.found))
	for i := range r.found {
		ids[i] = r.found[i].id
	}
	return ids, wait, err
}

// dueRound is what one call of Due was asked and has found so far.
type dueRound struct {
	limit int
	claim time.Duration
	found []dueSession
	next  time.Duration // until the next session is due
	more  bool          // a call listed its share of the limit: more may be due there
}

// soon notes how long until a session is due, as a script answers it.
func (r *dueRound) soon(a *answer) { r.next = min(r.next, time.Duration(a.num(4))*time.Millisecond) }

// dueIndex is the index of an account in a partition.
type dueIndex struct {
	part    int
	account string
}

// bounds returns the indexes of these accounts in which something may be due, and adds the sessions of earlier
// builds that are due to those that were found.
func (s *Store) bounds(ctx context.Context, accounts []string, r *dueRound) ([]dueIndex, error) {
	parts := len(s.parts) // of one call
	if s.cluster {
		parts = 1
	}
	var calls []*call
	for from := 0; from < len(s.parts); from += parts {
		var keys []any
		for _, p := range s.parts[from : from+parts] {
			keys = append(keys, p.bounds, p.watch)
		}
		c := s.batch.get()
		c.sealMany(&s.scripts.bounds, keys, r.limit)
		calls = append(calls, c)
	}
	ours := make(map[string]bool, len(accounts))
	for _, name := range accounts {
		ours[name] = true
	}
	var indexes []dueIndex
	err := s.collect(ctx, "due", calls, func(i int, a *answer) {
		for r.soon(a); len(a.b) > 0; {
			b := a.bound()
			part := i*parts + b.part
			switch {
			case part >= len(s.parts):
				a.bad = true
				return
			case b.earlier:
				r.found = append(r.found, dueSession{b.name, b.since})
			case ours[b.name]:
				indexes = append(indexes, dueIndex{part, b.name})
			}
		}
	})
	return indexes, err
}

// bound is a piece of the answer of the bounds script: an account, or a session of an earlier build.
type bound struct {
	earlier bool
	part    int // of those that the call asked for
	since   time.Time
	name    string // or the hash of a session
}

func (a *answer) bound() bound {
	b := bound{earlier: a.num(1) == 1, part: int(a.num(2)), since: a.time()}
	b.name = string(a.take(int(a.num(4))))
	return b
}

// dueIn adds what is due in these indexes to what was found.
func (s *Store) dueIn(ctx context.Context, indexes []dueIndex, r *dueRound) error {
	var asked [][]dueIndex // by each of the calls
	for len(indexes) > 0 {
		n := min(dueChunk, len(indexes))
		if s.cluster { // those of one partition: they come one partition after the other
			n = 1
			for n < len(indexes) && indexes[n].part == indexes[0].part {
				n++
			}
		}
		asked, indexes = append(asked, indexes[:n]), indexes[n:]
	}
	if r.claim > 0 { // other places are the first each time: not all may get a share of the limit
		rand.Shuffle(len(asked), func(i, j int) { asked[i], asked[j] = asked[j], asked[i] })
	}
	var calls []*call
	shares := make([]int, len(asked))
	for i, list := range asked {
		if shares[i] = r.share(i, len(asked)); shares[i] == 0 {
			r.more = true
			break
		}
		var keys []any
		for _, x := range list {
			p := &s.parts[x.part]
			keys = append(keys, p.watchOf(x.account), p.bounds)
		}
		c := s.batch.get()
		c.sealMany(&s.scripts.due, keys, shares[i], r.claim.Milliseconds())
		calls = append(calls, c)
	}
	listed := map[string]bool{} // hashes
	var found []dueSession
	err := s.collect(ctx, "due", calls, func(i int, a *answer) {
		for r.soon(a); len(a.b) > 0; {
			place, n := int(a.num(2)), int(a.num(4))
			if place >= len(asked[i]) || n > shares[i] {
				a.bad = true
				return
			}
			account := asked[i][place].account + "/"
			for range n {
				since, hash := a.time(), string(a.take(session.HashLen))
				listed[hash] = true
				found = append(found, dueSession{account + hash, since})
			}
			shares[i] -= n
			r.more = r.more || shares[i] == 0
		}
	})
	// A session of an earlier build may be in both indexes. It is listed once.
	r.found = slices.DeleteFunc(r.found, func(d dueSession) bool { return listed[d.id] })
	r.found = append(r.found, found...)
	return err
}

// share returns how many sessions call i of n may list. Without a claim it is the limit. With a claim, the
// shares of all calls and the sessions of earlier builds come to the limit. Example: of a limit of 10, 2 are found
// already, and 3 calls may list 3, 3 and 2.
func (r *dueRound) share(i, n int) int {
	if r.claim <= 0 {
		return r.limit
	}
	left := max(r.limit-len(r.found), 0)
	share := left / n
	if i < left%n {
		share++
	}
	return share
}

// dueSession is a session that is due, and since when. Due sorts by that time when answers are joined.
type dueSession struct {
	id    string
	since time.Time
}
