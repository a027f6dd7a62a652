package redisstore

import (
	"context"

	"github.com/kaiwa-go/kaiwa/session"
)

// Forget implements session.Admin. One script deletes the session, and further calls delete its dead
// letters. If one of those fails, the letters that are left can be listed and purged; the tombstone
// keeps them from being replayed.
func (s *Store) Forget(ctx context.Context, id string) error {
	if err := checkID("forget", id); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, walkTime)
	defer cancel()
	l := s.at(id)
	last, err := s.wipe(ctx, &s.scripts.forget, l, "")
	if err != nil {
		return err
	}
	_, err = s.purgeAll(ctx, l, "", last)
	return err
}

// Unsend implements session.Admin. One script takes the message out of the session, and further calls
// delete its dead letters. If one of those fails, Unsend may be called again.
func (s *Store) Unsend(ctx context.Context, id, messageID string) error {
	if err := checkID("unsend", id); err != nil {
		return err
	}
	if len(messageID) > session.MaxEventID {
		return session.ErrTooLarge
	}
	if messageID == "" {
		return errNoMessage
	}
	ctx, cancel := context.WithTimeout(ctx, walkTime)
	defer cancel()
	l := s.at(id)
	last, err := s.wipe(ctx, &s.scripts.unsend, l, messageID)
	if err != nil {
		return err
	}
	if some, err := s.purgeAll(ctx, l, messageID, last); err != nil || !some {
		return err
	}
	// Between the two, a letter may have been replayed: its event waits in the session now.
	_, err = s.wipe(ctx, &s.scripts.unsend, l, messageID)
	return err
}

// streams returns the streams that may have dead letters of the session.
func (l *home) streams() []string {
	if l.earlier {
		return []string{l.dead}
	}
	return []string{l.dead, l.partition.dead}
}

// wipe runs forget or unsend, and returns for each stream of the session the id of its last dead letter;
// empty if there is none. purgeAll has to look at the letters up to that one, as later ones came afterwards.
func (s *Store) wipe(ctx context.Context, sc *script, l home, arg string) ([]string, error) {
	c := s.firm.get()
	c.request = append(c.request, arg...)
	streams := l.streams()
	c.seal(sc, append(append([]string{l.session, l.watch, l.mailbox}, streams...), l.bounds)...)
	reply, err := s.firm.do(ctx, c)
	if err != nil {
		return nil, err
	}
	s.firm.put(c)
	a, last := answer{b: reply}, make([]string, len(streams))
	for i := range last {
		last[i] = a.text()
	}
	if a.bad {
		return nil, badAnswer(sc.name)
	}
	return last, nil
}

// purgeAll deletes the dead letters of a session, or with a messageID those of one message. It looks
// at all letters of its streams from the first to last, letterChunk of them in each call. Example:
// with 40 letters it makes three calls. They begin at "-", which is the first letter, then behind the
// 16th and behind the 32nd: "(" before an id means behind it. It also says whether there were letters to
// look at.
func (s *Store) purgeAll(ctx context.Context, l home, messageID string, last []string) (some bool, err error) {
	for i, stream := range l.streams() {
		some = some || last[i] != ""
		for at := "-"; at != "" && last[i] != ""; {
			next, err := s.purge(ctx, stream, l.hash, messageID, at, last[i])
			if err != nil {
				return some, err
			}
			if at = next; at != "" {
				at = "(" + at
			}
		}
	}
	return some, nil
}
