package redisstore

import (
	"context"
)

// Forget implements session.Admin. Its dead letters go by further calls: if one of them fails,
// those that are left can be listed and purged, but not replayed.
func (s *Store) Forget(ctx context.Context, id string) error {
	if err := checkID("forget", id); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, walkTime)
	defer cancel()
	p := s.part(id)
	c := s.batch.get()
	c.seal(&s.scripts.forget, p.prefix+id, p.watch, p.prefix+"q:"+id, p.dead)
	reply, err := s.batch.do(ctx, c)
	if err != nil {
		return err
	}
	s.batch.put(c)
	last := string(reply)
	for at := "-"; at != "" && last != ""; {
		if at, err = s.purge(ctx, p, id, at, last); err != nil {
			return err
		}
		if at != "" {
			at = "(" + at
		}
	}
	return nil
}
