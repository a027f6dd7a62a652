package redisstore

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

const (
	// letterChunk is how many letters one script reads. Each has up to 256 KiB, so that is 4 MiB.
	letterChunk = 16
	// walkTime bounds what takes many calls: DeadLetters, Forget and Unsend.
	walkTime = 5 * time.Second
)

// errFrom is returned for a place that DeadLetters cannot have returned.
var errFrom = errors.New("redisstore: DeadLetters did not return that place")

// Mistakes of the caller: the call fails however often it is made.
var (
	errLimit     = errors.New("redisstore: a page of less than one dead letter")
	errNoMessage = errors.New("redisstore: a message without an id")
)

// letterStreams is how many streams one script looks at.
const letterStreams = 256

// DeadLetters implements session.Admin. It lists one partition after the other; in each, one account after the
// other by name, and at last what earlier builds left; and of each the oldest letters first. Redis keeps
// about maxDeadLetters of an account and partition. The last page may be empty. The place from where to go on is
// the id of the last letter that was listed; shop/3-0-0 is the beginning of that account in partition 3.
//
// Example: a limit of 20, and 64 partitions of which partition 3 has 30 letters and partition 5 has 2.
// The first page has 20 letters of partition 3, by two calls of 16 and 4. The second page goes on
// behind the 20th, and has the other 10 and the 2 of partition 5. In a Cluster each partition takes a
// call of its own.
func (s *Store) DeadLetters(ctx context.Context, accounts []string, from string, limit int) (
	[]session.DeadLetter, string, error,
) {
	if limit < 1 {
		return nil, "", errLimit
	}
	if len(accounts) == 0 {
		return nil, "", nil
	}
	accounts = slices.Compact(slices.Sorted(slices.Values(accounts)))
	at := letterID{account: accounts[0]}
	if from != "" {
		ok := false
		at, ok = s.parseLetterID(from)
		if _, ours := slices.BinarySearch(accounts, at.account); !ok || !ours && !at.earlier {
			return nil, "", errFrom
		}
	}
	ctx, cancel := context.WithTimeout(ctx, walkTime)
	defer cancel()
	var all []session.DeadLetter
	for len(all) < limit {
		// Each round of this loop makes one call. "(" before the place means behind it.
		n := min(letterChunk, limit-len(all))
		streams, next, more := s.streamsFrom(at, accounts)
		some, last, err := s.lettersOf(ctx, streams, "("+at.place(), "+", n)
		all = append(all, some...)
		switch {
		case err != nil:
			return nil, "", err
		case len(some) == n: // there may be more of the same stream
			at = last
		case !more:
			return all, "", nil
		default:
			at = next
		}
	}
	return all, at.String(), nil
}

// streamsFrom returns the streams that one script looks at, beginning with that of from, and the beginning of
// the stream behind them, if there is one.
func (s *Store) streamsFrom(from letterID, accounts []string) (streams []letterID, next letterID, more bool) {
	n, _ := slices.BinarySearch(accounts, from.account)
	if from.earlier {
		n = len(accounts)
	}
	for part := from.part; part < len(s.parts); part++ {
		for ; n <= len(accounts); n++ {
			x := letterID{part: part, earlier: n == len(accounts)}
			if !x.earlier {
				x.account = accounts[n]
			}
			if len(streams) == letterStreams || s.cluster && part > from.part {
				return streams, x, true // one script reads keys of one slot only
			}
			streams = append(streams, x)
		}
		n = 0
	}
	return streams, letterID{}, false
}

// lettersOf lists up to n letters of some streams. from is where to begin in the first stream, to is where to
// end in all. It also returns the id of the last letter. from and to are those of XRANGE: "(5-0" is behind 5-0,
// "+" is the end, and "5-0" for both is that letter alone.
func (s *Store) lettersOf(ctx context.Context, streams []letterID, from, to string, n int) (
	[]session.DeadLetter, letterID, error,
) {
	keys := make([]any, len(streams))
	for i, x := range streams {
		keys[i] = s.stream(x)
	}
	c := s.batch.get()
	c.sealMany(&s.scripts.letters, keys, from, to, n)
	reply, err := s.batch.do(ctx, c)
	if err != nil {
		return nil, letterID{}, err
	}
	s.batch.put(c)
	all, last, ok := s.parseLetters(reply, streams)
	if !ok {
		return nil, letterID{}, badAnswer("letters")
	}
	return all, last, nil
}

// parseLetters reads the answer of the letters script, which was asked for these streams.
func (s *Store) parseLetters(b []byte, streams []letterID) (all []session.DeadLetter, id letterID, ok bool) {
	a := answer{b: b}
	for len(a.b) > 0 {
		n := int(a.num(2)) // the script counts the streams that it was given from 0
		if n >= len(streams) {
			return nil, id, false
		}
		id, ok = s.parseLetterID(streams[n].in(a.text()))
		l := session.DeadLetter{ID: id.String(), Session: id.session(a.text()), Attempts: int(a.num(1)), Why: a.text()}
		l.Time = time.UnixMilli(int64(id.ms))
		// Clones: a caller that keeps one letter must not keep the bytes of the whole page.
		if l.Output.Seq = session.Seq(a.num(5)); l.Output.Seq != 0 {
			l.Output.Body = bytes.Clone(a.take(int(a.num(3))))
		} else {
			l.Event = a.event()
			l.Event.Body = bytes.Clone(l.Event.Body)
		}
		if a.bad || !ok {
			return nil, id, false
		}
		all = append(all, l)
	}
	return all, id, true
}

// letter finds a dead letter by its id. It returns session.ErrNoDeadLetter if there is none.
func (s *Store) letter(ctx context.Context, name string) (*session.DeadLetter, letterID, error) {
	id, ok := s.parseLetterID(name)
	if !ok {
		return nil, id, session.ErrNoDeadLetter
	}
	found, _, err := s.lettersOf(ctx, []letterID{id}, id.place(), id.place(), 1)
	if err != nil {
		return nil, id, err
	}
	if len(found) == 0 {
		return nil, id, session.ErrNoDeadLetter
	}
	return &found[0], id, nil
}

// DeleteDeadLetter implements session.Admin. The purge script deletes the letters of a session between two
// ids, which are the same here. Two calls at the same time may both return nil.
func (s *Store) DeleteDeadLetter(ctx context.Context, name string) error {
	l, id, err := s.letter(ctx, name)
	if err != nil {
		return err
	}
	_, err = s.purge(ctx, s.stream(id), s.at(l.Session).hash, "", id.place(), id.place())
	return err
}

// purge looks at up to letterChunk letters of a stream, between from and to, and deletes those of
// the session, or with a messageID those of one of its messages. It returns the id of the letter that
// it looked at last, or nothing if that was the end.
func (s *Store) purge(ctx context.Context, stream, hash, messageID, from, to string) (string, error) {
	c := s.firm.get()
	for _, arg := range []string{hash, from, to} {
		c.request = append(c.request, arg...)
		c.cut()
	}
	c.request = strconv.AppendInt(c.request, letterChunk, 10)
	c.cut()
	c.request = append(c.request, messageID...)
	c.seal(&s.scripts.purge, stream)
	reply, err := s.firm.do(ctx, c)
	if err != nil {
		return "", err
	}
	s.firm.put(c)
	return string(reply), nil
}

// Replay implements session.Admin. Redis must have room for the event, as for any other: a Redis that
// is full refuses. See letterID.eventID for the id of the event. Replay reads the letter first, because
// the script must be told the keys of its session, and then has the script look whether the letter
// is still there.
func (s *Store) Replay(ctx context.Context, name string) error {
	l, id, err := s.letter(ctx, name)
	if err != nil {
		return err
	}
	// The hash is made here, as for Begin: Redis' Lua has no SHA-256.
	again := id.eventID(l.Replayed().ID)
	hash := eventHash(again)
	c := s.firm.get()
	c.request = append(c.request, id.place()...)
	c.cut()
	c.request = append(c.request, hash[:]...)
	c.cut()
	c.request = append(c.request, again...)
	p := s.at(l.Session)
	c.seal(&s.scripts.replay, p.session, p.watch, p.mailbox, p.dead, p.bounds)
	reply, err := s.firm.do(ctx, c)
	if err != nil {
		return err
	}
	s.firm.put(c)
	switch number(reply) {
	case replayDone:
		return nil
	case replayNoLetter:
		return session.ErrNoDeadLetter
	case replayFull:
		return session.ErrFull
	default:
		return badAnswer("replay")
	}
}
