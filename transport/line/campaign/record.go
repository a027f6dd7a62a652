package campaign

import (
	"encoding/json"
	"fmt"
	"time"
)

// layout is the version of the records.
const layout = 1

// The kinds of records.
const (
	recBegin    = "begin"    // first of all: what the campaign sends
	recSend     = "send"     // a chunk is about to be sent, or to be sent anew
	recAccepted = "accepted" // LINE has the chunk
	recVoid     = "void"     // LINE does not have it and will not be asked again
	recDoubt    = "doubt"    // nobody can tell, and LINE has forgotten the retry key
	recDone     = "done"     // the progress of a narrowcast has come to its end
)

// record is an entry of a ledger. The fields that a kind does not need are left out.
type record struct {
	Record   string    `json:"r"`
	Layout   int       `json:"v,omitempty"`
	Kind     string    `json:"kind,omitempty"` // multicast, broadcast or narrowcast
	Content  string    `json:"content,omitempty"`
	Chunk    int       `json:"n,omitempty"`
	At       int64     `json:"at,omitempty"` // milliseconds
	To       []string  `json:"to,omitempty"`
	Request  string    `json:"request,omitempty"`
	Progress *Progress `json:"progress,omitempty"`
}

// outcome reports whether it says what became of what was sent.
func (r *record) outcome() bool { return r.Record != recBegin && r.Record != recSend }

// chunk is what one call sends.
type chunk struct {
	n  int
	at time.Time // of the first attempt with the retry key
	to []string  // nil in a broadcast and a narrowcast
	// doubt says that LINE may have it.
	doubt bool
}

// state is what the records of a campaign add up to.
type state struct {
	kind, content string // empty before the first record
	last          int    // number of the last chunk
	open          *chunk // sent, with an unknown fate, under a key that LINE may know
	doubts        []*chunk
	seen          map[mark]struct{} // who has it or may have it
	chunks, sent  int               // accepted: calls and recipients
	request       string            // LINE's id of the last call that it accepted
	progress      *Progress
}

// read takes in the next record.
func (s *state) read(b []byte) error {
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return fmt.Errorf("%w: a record is not JSON", ErrCorrupt)
	}
	if r.Record == recBegin && r.Layout != layout && s.kind == "" {
		return fmt.Errorf("campaign: the ledger has layout %d, and this program knows %d", r.Layout, layout)
	}
	if !s.apply(&r) {
		return fmt.Errorf("%w: a record that cannot stand where it does", ErrCorrupt)
	}
	return nil
}

// apply reports whether the record may stand where it does.
func (s *state) apply(r *record) bool {
	begun := s.kind != ""
	switch r.Record {
	case recBegin:
		s.kind, s.content = r.Kind, r.Content
		return !begun && r.Kind != ""
	case recSend:
		return begun && s.applySend(r)
	case recDone:
		s.progress = r.Progress
		return s.chunks > 0 && r.Progress != nil
	}
	c := s.open
	if c == nil || c.n != r.Chunk {
		return false
	}
	s.open = nil
	switch r.Record {
	case recAccepted:
		s.chunks, s.sent, s.request = s.chunks+1, s.sent+len(c.to), r.Request
	case recVoid:
		for _, id := range c.to {
			delete(s.seen, markOf(id))
		}
	case recDoubt:
		s.doubts = append(s.doubts, c)
	default:
		return false
	}
	return true
}

func (s *state) applySend(r *record) bool {
	c := &chunk{n: r.Chunk, at: time.UnixMilli(r.At), to: r.To, doubt: true}
	switch {
	case s.open != nil: // sent anew, as LINE has forgotten the key
		if s.open.n != c.n {
			return false
		}
	case c.n == s.last+1:
		s.last = c.n
		for _, id := range c.to {
			s.seen[markOf(id)] = struct{}{}
		}
	default:
		i := s.doubtOf(c.n)
		if i < 0 {
			return false
		}
		s.doubts = append(s.doubts[:i:i], s.doubts[i+1:]...)
	}
	s.open = c
	return true
}

func (s *state) doubtOf(n int) int {
	for i, d := range s.doubts {
		if d.n == n {
			return i
		}
	}
	return -1
}

func (s *state) inDoubt() int {
	n := 0
	for _, d := range s.doubts {
		n += len(d.to)
	}
	return n
}
