package redisstore

import (
	"context"

	"github.com/kaiwa-go/kaiwa/session"
)

// Forget implements session.Admin. Its dead letters go by further calls: if one of them fails,
// those that are left can be listed and purged, but not replayed.
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

// Unsend implements session.Admin. Dead letters go by further calls: if one of them fails, the
// call may be repeated.
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
	_, err = s.wipe(ctx, &s.scripts.unsend, id, messageID) // for a letter that was replayed meanwhile
	return err
}

// wipe runs a script that deletes of a session all but its dead letters, and returns the place
// of the last of those.
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

// purgeAll deletes the dead letters of a session, or those of a message, up to the last place.
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
