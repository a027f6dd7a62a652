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
	last, err := s.wipe(ctx, &s.scripts.forget, id, "")
	if err != nil {
		return err
	}
	return s.purgeAll(ctx, id, "", last)
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
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, walkTime)
	defer cancel()
	last, err := s.wipe(ctx, &s.scripts.unsend, id, messageID)
	if err != nil || last == "" {
		return err
	}
	if err := s.purgeAll(ctx, id, messageID, last); err != nil {
		return err
	}
	// Between the two, a letter may have been replayed: its event waits in the session now.
	_, err = s.wipe(ctx, &s.scripts.unsend, id, messageID)
	return err
}

// wipe runs forget or unsend, and returns the id of the last dead letter of the partition; empty if
// there is none. purgeAll has to look at the letters up to that one, as later ones came afterwards.
func (s *Store) wipe(ctx context.Context, sc *script, id, arg string) (string, error) {
	p := s.part(id)
	c := s.firm.get()
	c.request = append(c.request, arg...)
	c.seal(sc, p.prefix+id, p.watch, p.prefix+"q:"+id, p.dead)
	reply, err := s.firm.do(ctx, c)
	if err != nil {
		return "", err
	}
	s.firm.put(c)
	return string(reply), nil
}

// purgeAll deletes the dead letters of a session, or with a messageID those of one message. It looks
// at all letters of the partition from the first to last, letterChunk of them in each call. Example:
// with 40 letters it makes three calls. They begin at "-", which is the first letter, then behind the
// 16th and behind the 32nd: "(" before an id means behind it.
func (s *Store) purgeAll(ctx context.Context, id, messageID, last string) error {
	p := s.part(id)
	for at := "-"; at != "" && last != ""; {
		next, err := s.purge(ctx, p, id, messageID, at, last)
		if err != nil {
			return err
		}
		if at = next; at != "" {
			at = "(" + at
		}
	}
	return nil
}
