package memstore

import "sync"

// shard is a part of the sessions, under one lock.
type shard struct {
	mu       sync.Mutex
	sessions map[string]*entry
	// queue holds the sessions that are or will be due.
	queue queue
	// ring holds all sessions; hand is the place up to which it was searched for old ones.
	ring []*entry
	hand int
}

// get returns the session of that id, or nil if there is none.
func (sh *shard) get(id string, now int64) *entry {
	e := sh.sessions[id]
	if e != nil && e.expires <= now {
		sh.drop(e)
		return nil
	}
	return e
}

// sweepPerAdd is more than one, so that old sessions go faster than new ones come.
const sweepPerAdd = 3

func (sh *shard) add(id string, now int64) *entry {
	sh.sweep(now, sweepPerAdd)
	e := &entry{id: id, place: len(sh.ring), queued: -1}
	sh.sessions[id] = e
	sh.ring = append(sh.ring, e)
	return e
}

// sweep looks at the next n sessions and drops those whose time has run out.
func (sh *shard) sweep(now int64, n int) {
	for range min(n, len(sh.ring)) {
		if sh.hand >= len(sh.ring) {
			sh.hand = 0
		}
		if e := sh.ring[sh.hand]; e.expires <= now {
			sh.drop(e) // another session moves to this place
		} else {
			sh.hand++
		}
	}
}

func (sh *shard) drop(e *entry) {
	delete(sh.sessions, e.id)
	last := len(sh.ring) - 1
	sh.ring[e.place] = sh.ring[last]
	sh.ring[e.place].place = e.place
	sh.ring[last] = nil
	sh.ring = sh.ring[:last]
	sh.queue.set(e, never)
}

// settle puts a session that was changed back in order, and returns when it is due.
func (sh *shard) settle(e *entry) int64 {
	due := e.wake()
	sh.queue.set(e, due)
	return due
}
