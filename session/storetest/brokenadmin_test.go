package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// brokenAdmin is the Admin of a broken store.
type brokenAdmin struct {
	check   func() error
	inspect func(id string) (session.Snapshot, error)
	forget  func(id string) error
	unsend  func(id, messageID string) error
	letters func(accounts []string, from string, limit int) ([]session.DeadLetter, string, error)
	count   func(accounts []string) (int, error)
	replay  func(letter string) error
	purge   func(letter string) error
}

func goodAdmin(good session.Store) brokenAdmin {
	ctx := context.Background()
	return brokenAdmin{
		check:   func() error { return good.Check(ctx) },
		inspect: func(id string) (session.Snapshot, error) { return good.Inspect(ctx, id) },
		forget:  func(id string) error { return good.Forget(ctx, id) },
		unsend:  func(id, messageID string) error { return good.Unsend(ctx, id, messageID) },
		letters: func(accounts []string, from string, n int) ([]session.DeadLetter, string, error) {
			return good.DeadLetters(ctx, accounts, from, n)
		},
		count:  func(accounts []string) (int, error) { return good.CountDeadLetters(ctx, accounts) },
		replay: func(letter string) error { return good.Replay(ctx, letter) },
		purge:  func(letter string) error { return good.DeleteDeadLetter(ctx, letter) },
	}
}

func (b brokenAdmin) Check(context.Context) error { return b.check() }

func (b brokenAdmin) Inspect(_ context.Context, id string) (session.Snapshot, error) {
	return b.inspect(id)
}

func (b brokenAdmin) Forget(_ context.Context, id string) error { return b.forget(id) }

func (b brokenAdmin) Unsend(_ context.Context, id, messageID string) error {
	return b.unsend(id, messageID)
}

func (b brokenAdmin) DeadLetters(_ context.Context, accounts []string, from string, limit int) (
	[]session.DeadLetter, string, error,
) {
	return b.letters(accounts, from, limit)
}

func (b brokenAdmin) CountDeadLetters(_ context.Context, accounts []string) (int, error) {
	return b.count(accounts)
}

func (b brokenAdmin) Replay(_ context.Context, letter string) error { return b.replay(letter) }

func (b brokenAdmin) DeleteDeadLetter(_ context.Context, letter string) error { return b.purge(letter) }

func inspectsWith(change func(*session.Snapshot)) func(session.Store, *broken) {
	return func(_ session.Store, b *broken) {
		good := b.inspect
		b.inspect = func(id string) (session.Snapshot, error) {
			s, err := good(id)
			change(&s)
			return s, err
		}
	}
}

func brokenAdmins() []brokenStore {
	const random = "random calls are answered as the contract says"
	const unsent = "an unsent message is gone, and its events keep their place"
	const seen = "a look into a session shows what is kept and changes nothing"
	const discarded = "an output that is discarded leaves a letter"
	const replayedOutput = "an output that is a dead letter is replayed as an event"
	onlyAcks := func(_ session.Store, b *broken) {
		b.discard = func(id string, seq session.Seq, _ string, _ []byte) error {
			_, err := b.ack(&session.AckRequest{ID: id, Token: session.LeaseToken{1}, Done: seq, DeliveryLease: time.Millisecond})
			return err
		}
	}
	forgetsNothing := func(_ session.Store, b *broken) { b.forget = func(string) error { return nil } }
	unsendsNothing := func(_ session.Store, b *broken) { b.unsend = func(string, string) error { return nil } }
	afterForget := func(lasts time.Duration, redelivered bool) func(session.Store, *broken) {
		return func(_ session.Store, b *broken) { shortTombstone(b, lasts, redelivered) }
	}
	noTombstone := afterForget(0, false)
	noNumber := replaysWith(func(e *session.Event) { e.ID += "#r" })
	likeNew := replaysWith(func(e *session.Event) { e.ID += "#r1" })
	return []brokenStore{
		{"is never fit", func(_ session.Store, b *broken) {
			b.check = func() error { return session.ErrUnavailable }
		}, "a store that works is fit"},
		{"looks away", inspectsWith(func(s *session.Snapshot) { *s = session.Snapshot{Now: s.Now} }), seen},
		{"shows no event that waits", inspectsWith(func(s *session.Snapshot) { s.Events = s.Events[:min(1, len(s.Events))] }), seen},
		{"shows a lease that nobody has", inspectsWith(func(s *session.Snapshot) { s.LeasedUntil = s.Now.Add(time.Second) }), seen},
		{"lends its state", lendsState, seen},
		{"takes the lease to look", func(good session.Store, b *broken) {
			inspect := b.inspect
			b.inspect = func(id string) (session.Snapshot, error) {
				_, _ = good.Begin(context.Background(), &session.BeginRequest{ID: id, Token: session.LeaseToken{9}, Event: session.Event{ID: "look"}})
				return inspect(id)
			}
		}, seen},
		{"counts no dead letters", func(_ session.Store, b *broken) {
			b.count = func(accounts []string) (int, error) { return 0, nil }
		}, "dead letters are counted"},
		{"counts what is gone", func(good session.Store, b *broken) {
			most := 0
			b.count = func(accounts []string) (int, error) {
				n, err := good.CountDeadLetters(context.Background(), accounts)
				most = max(most, n)
				return most, err
			}
		}, "dead letters are counted"},
		{"forgets nothing", forgetsNothing, "a forgotten session begins anew"},
		{"forgets nothing", forgetsNothing, random},
		{"forgets but the letters", keepsLetters, "a forgotten session begins anew"},
		{"forgets every session", forgetsAll, "a forgotten session begins anew"},
		{"has no tombstone", noTombstone, "events from before a forget are refused"},
		{"has no tombstone", noTombstone, "an ack from before a forget drops nothing of the new session"},
		{"has no tombstone", noTombstone, random},
		{"refuses redeliveries alone", afterForget(0, true), "events from before a forget are refused"},
		{"has short tombstones", afterForget(24*time.Hour, false), "events from before a forget are refused for 25 hours"},
		{"has no fence", onCommitted(func(r *session.CommitRequest, c *session.CommitResult, err error) error {
			return nil
		}), "a forget fences the turn that runs"},
		{"unsends nothing", unsendsNothing, unsent},
		{"is silent about nothing", func(_ session.Store, b *broken) {
			unsend := b.unsend
			b.unsend = func(id, message string) error {
				if message == "" {
					return nil
				}
				return unsend(id, message)
			}
		}, "a call that names nothing is refused"},
		{"unsends nothing", unsendsNothing, random},
		{"unsends but the letters", keepsUnsent, unsent},
		{"unsends but what waits", func(_ session.Store, b *broken) { b.unsend = b.purgeMessage }, unsent},
		{"drops the events of what was unsent", dropsUnsent, unsent},
		{"lists one page", func(_ session.Store, b *broken) {
			good := b.letters
			b.letters = func(accounts []string, from string, n int) ([]session.DeadLetter, string, error) {
				some, _, err := good(accounts, from, n)
				return some, "", err
			}
		}, "dead letters are listed by page"},
		{"lists without end", func(_ session.Store, b *broken) {
			b.letters = func([]string, string, int) ([]session.DeadLetter, string, error) { return nil, "1", nil }
		}, "dead letters are listed by page"},
		{"hands out aliases of letters", aliasingLetters, "dead letters are listed by page"},
		{"sets aside twice", setsAsideTwice, "a commit of a dead event that is repeated leaves one letter"},
		{"replays as if it came now", likeNew, "a replayed letter is a new event"},
		{"replays without a number", noNumber, "a replayed letter is a new event"},
		{"replays without a number", noNumber, random},
		{"replays once", replaysWith(func(e *session.Event) {
			e.ID, _, _ = strings.Cut(e.ID, "#")
			e.ID += "#r1"
		}), "a letter may be replayed again and again"},
		{"loses letters that do not fit", func(_ session.Store, b *broken) {
			good := b.replay
			b.replay = func(letter string) error {
				err := good(letter)
				if errors.Is(err, session.ErrFull) {
					return b.purge(letter)
				}
				return err
			}
		}, "a replay into a full mailbox keeps the letter"},
		{"only acknowledges what is discarded", onlyAcks, discarded},
		{"only acknowledges what is discarded", onlyAcks, random},
		{"discards again and again", discardsAgain, discarded},
		{"replays an output without its body", replaysWith(func(e *session.Event) {
			e.ID, e.Body = e.ID+"#r1", nil
		}), replayedOutput},
		{"replays an output behind what waits", replaysWith(func(e *session.Event) {
			e.ID, e.Time = e.ID+"#r1", e.Time.Add(time.Hour)
		}), replayedOutput},
		{"discards all of which a part was delivered", func(good session.Store, b *broken) {
			b.discard = func(id string, seq session.Seq, why string, _ []byte) error {
				return good.Discard(context.Background(), id, seq, why, nil)
			}
		}, "an output of which a part was delivered leaves a letter of the rest"},
		{"keeps what was discarded", func(_ session.Store, b *broken) {
			b.discard = func(string, session.Seq, string, []byte) error { return nil }
		}, discarded},
		{"does not purge", func(_ session.Store, b *broken) {
			b.purge = func(string) error { return nil }
		}, "a letter that is purged is gone"},
	}
}

// reborn is the id of another session of the same account. Lives is empty at first, and grows.
func reborn(id, lives string) string { return id[:len(id)-len(lives)] + lives }

func cutLast(s, sep string) (before, after string, found bool) {
	if at := strings.LastIndex(s, sep); at >= 0 {
		return s[:at], s[at+len(sep):], true
	}
	return s, "", false
}

// shortTombstone begins another session when the tombstone ends, or at once for what was not
// redelivered.
func shortTombstone(b *broken, lasts time.Duration, redelivered bool) {
	forgot, lives := map[string]time.Time{}, map[string]string{}
	forget, begin, commit, ack := b.forget, b.begin, b.commit, b.ack
	b.forget = func(id string) error {
		forgot[id] = time.Now()
		return forget(reborn(id, lives[id]))
	}
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		if at, ok := forgot[r.ID]; ok && time.Since(at) >= lasts && !(redelivered && r.Redelivered) {
			lives[r.ID] += "+"
			delete(forgot, r.ID)
		}
		r.ID = reborn(r.ID, lives[r.ID])
		return begin(r)
	}
	b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
		r.ID = reborn(r.ID, lives[r.ID])
		return commit(r)
	}
	b.ack = func(r *session.AckRequest) (session.AckResult, error) {
		r.ID = reborn(r.ID, lives[r.ID])
		return ack(r)
	}
}

// lendsState has all who look at one revision of a session share its state.
func lendsState(_ session.Store, b *broken) {
	type place struct {
		id  string
		rev uint32
	}
	lent, good := map[place][]byte{}, b.inspect
	b.inspect = func(id string) (session.Snapshot, error) {
		s, err := good(id)
		at := place{id, s.Rev}
		if _, ok := lent[at]; !ok {
			lent[at] = s.State
		}
		s.State = lent[at]
		return s, err
	}
}

// keepsLetters goes on listing the letters of what was forgotten.
func keepsLetters(_ session.Store, b *broken) {
	var kept []session.DeadLetter
	forget, letters := b.forget, b.letters
	b.forget = func(id string) error {
		kept, _, _ = letters([]string{session.Account(id)}, "", 100)
		return forget(id)
	}
	b.letters = func(accounts []string, from string, n int) ([]session.DeadLetter, string, error) {
		if kept != nil {
			return kept, "", nil
		}
		return letters(accounts, from, n)
	}
}

func forgetsAll(_ session.Store, b *broken) {
	var ids []string
	forget, begin := b.forget, b.begin
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		ids = append(ids, r.ID)
		return begin(r)
	}
	b.forget = func(string) error {
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			if err := forget(id); err != nil {
				return err
			}
		}
		return nil
	}
}

func aliasingLetters(_ session.Store, b *broken) {
	bodies, letters := map[string][]byte{}, b.letters
	b.letters = func(accounts []string, from string, n int) ([]session.DeadLetter, string, error) {
		some, next, err := letters(accounts, from, n)
		for i, l := range some {
			if bodies[l.ID] == nil {
				bodies[l.ID] = l.Event.Body
			}
			some[i].Event.Body = bodies[l.ID]
		}
		return some, next, err
	}
}

// setsAsideTwice writes a letter more when a commit comes again.
func setsAsideTwice(_ session.Store, b *broken) {
	last, extra, commit, letters := "", 0, b.commit, b.letters
	b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
		if this := fmt.Sprint(r.ID, r.Token, r.Rev); r.Dead != "" && this == last {
			extra++
		} else {
			last = this
		}
		return commit(r)
	}
	b.letters = func(accounts []string, from string, n int) ([]session.DeadLetter, string, error) {
		some, next, err := letters(accounts, from, n)
		for range min(extra, len(some)) {
			some = append(some, some[0])
		}
		return some, next, err
	}
}

// replaysWith accepts a letter's event once more, changed.
func replaysWith(change func(*session.Event)) func(session.Store, *broken) {
	return func(_ session.Store, b *broken) {
		b.replay = func(letter string) error {
			account, _, _ := cutLast(letter, "/") // as memstore has it
			all, _, _ := b.letters([]string{account}, "", 1000)
			i := slices.IndexFunc(all, func(l session.DeadLetter) bool { return l.ID == letter })
			if i < 0 {
				return session.ErrNoDeadLetter
			}
			e := all[i].Replayed()
			change(&e)
			if _, err := b.begin(&session.BeginRequest{ID: all[i].Session, Event: e, Hold: true}); err != nil {
				return err
			}
			return b.purge(letter)
		}
	}
}

// keepsUnsent goes on listing the letters of what was unsent.
func keepsUnsent(_ session.Store, b *broken) {
	var kept []session.DeadLetter
	unsend, letters := b.unsend, b.letters
	b.unsend = func(id, messageID string) error {
		kept, _, _ = letters([]string{session.Account(id)}, "", 100)
		return unsend(id, messageID)
	}
	b.letters = func(accounts []string, from string, n int) ([]session.DeadLetter, string, error) {
		if kept != nil {
			return kept, "", nil
		}
		return letters(accounts, from, n)
	}
}

// purgeMessage deletes the letters of a message alone.
func (b *broken) purgeMessage(id, messageID string) error {
	if len(messageID) > session.MaxEventID {
		return session.ErrTooLarge
	}
	all, _, err := b.letters([]string{session.Account(id)}, "", 1000)
	for _, l := range all {
		if l.Session == id && l.Event.MessageID == messageID {
			err = errors.Join(err, b.purge(l.ID))
		}
	}
	return err
}

// dropsUnsent skips events of which nothing is left.
func dropsUnsent(_ session.Store, b *broken) {
	commit := b.commit
	b.commit = func(r *session.CommitRequest) (session.CommitResult, error) {
		got, err := commit(r)
		if err == nil && got.Next.ID != "" && len(got.Next.Body) == 0 {
			again := *r
			again.Rev, again.EventID, again.Dead = got.Rev, got.Next.ID, ""
			return commit(&again)
		}
		return got, err
	}
}

// discardsAgain leaves a letter each time.
func discardsAgain(_ session.Store, b *broken) {
	times, discard, letters := 0, b.discard, b.letters
	b.discard = func(id string, seq session.Seq, why string, body []byte) error {
		times++
		return discard(id, seq, why, body)
	}
	b.letters = func(accounts []string, from string, n int) ([]session.DeadLetter, string, error) {
		some, next, err := letters(accounts, from, n)
		for range min(times-1, len(some)) {
			some = append(some, some[0])
		}
		return some, next, err
	}
}
