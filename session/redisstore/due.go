package redisstore

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// How long Due tells to wait. Other processes make sessions due at any time, and nobody tells this
// process: so the wait is short, and there is no Wake. With 250 ms, more or less a fifth, a timer fires
// up to 300 ms late, and ten processes ask Redis about 40 times a second.
const (
	dueWait = 250 * time.Millisecond // more or less by up to a fifth, so that processes do not ask in step
	dueMore = 25 * time.Millisecond  // if there were as many as was asked for, and so perhaps more
)

// dueChunk is how many indexes one script looks at: about a millisecond of Redis' time.
const dueChunk = 512

// Due implements session.Store. Each account has an index in each partition: 64 for one account, 12,800 for
// 200. Due does not look at all of them several times a second. First it asks the bounds of all partitions, by
// one call, in which accounts something may be due. Then it asks only those indexes that are of its accounts;
// mostly there are none, or few. In a Cluster there is one call for each partition, since their slots are
// on several nodes. All calls of a step go out together. Each may list up to limit sessions, so that the most
// overdue of all are among them; the joined list is sorted and cut. If some nodes do not answer, Due returns what
// the others have due, and the error.
func (s *Store) Due(ctx context.Context, accounts []string, limit int) ([]string, time.Duration, error) {
	wait := dueWait*4/5 + rand.N(dueWait*2/5)
	if limit <= 0 || len(accounts) == 0 {
		return nil, wait, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, wait, callError("due", err)
	}
	indexes, found, err := s.bounds(ctx, accounts, limit)
	found, err2 := s.dueIn(ctx, indexes, found, limit)
	if err == nil {
		err = err2
	}
	slices.SortStableFunc(found, func(a, b dueSession) int { return a.since.Compare(b.since) })
	// There may be more than was asked for: ask again soon.
	if len(found) >= limit {
		found, wait = found[:limit], dueMore
	}
	ids := make([]string, len(found))
	for i := range found {
		ids[i] = found[i].id
	}
	return ids, wait, err
}

// dueIndex is the index of an account in a partition.
type dueIndex struct {
	part    int
	account string
}

// bounds returns the indexes of these accounts in which something may be due, and the sessions of earlier
// builds that are due.
func (s *Store) bounds(ctx context.Context, accounts []string, limit int) ([]dueIndex, []dueSession, error) {
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
		c.sealMany(&s.scripts.bounds, keys, limit)
		calls = append(calls, c)
	}
	ours := make(map[string]bool, len(accounts))
	for _, name := range accounts {
		ours[name] = true
	}
	var indexes []dueIndex
	var found []dueSession
	err := s.collect(ctx, "due", calls, func(i int, a *answer) bool {
		b := a.bound()
		part := i*parts + b.part
		switch {
		case part >= len(s.parts):
			return false
		case b.earlier:
			found = append(found, dueSession{b.name, b.since})
		case ours[b.name]:
			indexes = append(indexes, dueIndex{part, b.name})
		}
		return true
	})
	return indexes, found, err
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

// dueIn adds to found what is due in these indexes.
func (s *Store) dueIn(ctx context.Context, indexes []dueIndex, found []dueSession, limit int) ([]dueSession, error) {
	var calls []*call
	var asked [][]dueIndex // by each of the calls
	for len(indexes) > 0 {
		n := min(dueChunk, len(indexes))
		if s.cluster { // those of one partition: they come one partition after the other
			n = 1
			for n < len(indexes) && indexes[n].part == indexes[0].part {
				n++
			}
		}
		var keys []any
		for _, x := range indexes[:n] {
			p := &s.parts[x.part]
			keys = append(keys, p.watchOf(x.account), p.bounds)
		}
		c := s.batch.get()
		c.sealMany(&s.scripts.due, keys, limit)
		calls, asked, indexes = append(calls, c), append(asked, indexes[:n]), indexes[n:]
	}
	listed := map[string]bool{} // hashes
	var more []dueSession
	err := s.collect(ctx, "due", calls, func(i int, a *answer) bool {
		n, since, hash := int(a.num(2)), a.time(), string(a.take(session.HashLen))
		if n >= len(asked[i]) {
			return false
		}
		listed[hash] = true
		more = append(more, dueSession{asked[i][n].account + "/" + hash, since})
		return true
	})
	// A session of an earlier build may be in both indexes. It is listed once.
	found = slices.DeleteFunc(found, func(d dueSession) bool { return listed[d.id] })
	return append(found, more...), err
}

// dueSession is a session that is due, and since when. Due sorts by that time when answers are joined.
type dueSession struct {
	id    string
	since time.Time
}

// awayWait is how long a call that goes to all nodes waits for those that did not answer the last time. Without
// it, the sessions of all nodes would wait for Options.Timeout at each look while one node is dead.
const awayWait = 200 * time.Millisecond

// collect sends the calls of a method, and reads each of their answers piece by piece. read gets the place of the call,
// and what is left of its answer. If some calls fail, the others are read all the same, and collect returns the
// first error. A call that failed is left to the flushers, and is not put back into the pool.
func (s *Store) collect(ctx context.Context, method string, calls []*call, read func(i int, a *answer) bool) error {
	var first error
	s.batch.each(ctx, calls, func(i int, reply []byte, err error) {
		if err == nil && !readAll(reply, func(a *answer) bool { return read(i, a) }) {
			err = badAnswer(method)
		}
		if first == nil {
			first = err
		}
	})
	return first
}

// each sends the calls, to several nodes perhaps, and gives each answer or error to f, in the order of the calls.
func (b *batcher) each(ctx context.Context, calls []*call, f func(i int, reply []byte, err error)) {
	brief, cancel := context.WithTimeout(ctx, awayWait)
	defer cancel()
	away := make([]bool, len(calls))
	for i, c := range calls {
		away[i] = b.enqueue(c)
	}
	for i, c := range calls {
		until := ctx
		if away[i] {
			until = brief
		}
		reply, err := b.wait(until, c)
		f(i, reply, err)
		if err == nil {
			b.put(c)
		}
	}
}

// readAll reads an answer of several pieces. It returns false if the answer is malformed.
func readAll(b []byte, read func(*answer) bool) bool {
	a := answer{b: b}
	for len(a.b) > 0 {
		if !read(&a) || a.bad {
			return false
		}
	}
	return true
}
