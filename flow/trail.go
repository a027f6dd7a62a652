package flow

import (
	"encoding/binary"
	"errors"
	"slices"
)

// trail is what a conversation keeps beside its state and data: how often the present question was answered
// wrongly, which states wait for a Return, and what Back leads to. A conversation that uses none of these
// has no trail.
//
// A packed trail has these fields. A string is its length, as a varint, and its bytes:
//
//	varint   tries
//	place    the number of callers, as a varint, and the names of their states, the first caller first; and the
//	         sub-flows, if there are any: see appendPlace
//	bytes    the data of the sub-flows of the present state
//	entries  the history, the newest entry first, to the end
//
// An entry of the history is a state that was answered, with the callers and the data of then, behind which
// stands that of the sub-flows. It is kept as the difference to the data of the entry before it in the list, or
// to the present data:
//
//	string   state
//	place    callers and sub-flows
//	varint   how many bytes at the beginning are the same
//	varint   how many bytes at the end are the same
//	string   what stands between them
//
// For example, the data {"day":"2026-12-05","party":4} was {"day":"2026-12-05"} before the last answer: the
// first 19 bytes are the same, the last one is too, and nothing stands between.
type trail struct {
	tries   int
	callers []caller
	inner   []frame // the sub-flows of the present state, the outer one first
	history []byte  // packed
}

const (
	maxCallers = 16
	// maxHistory bounds the packed history. An ordering bot's whole conversation takes less than 1 KB.
	maxHistory = 4 << 10
)

var errBadTrail = errors.New("flow: malformed trail of a conversation")

func (t *trail) empty() bool {
	return t.tries == 0 && len(t.callers) == 0 && len(t.inner) == 0 && len(t.history) == 0
}

// pack returns the packed trail; nil if there is none.
func (t *trail) pack() []byte {
	if t.empty() {
		return nil
	}
	b := binary.AppendUvarint(nil, uint64(t.tries))
	return append(appendData(appendPlace(b, t.callers, t.inner), t.inner), t.history...)
}

// unpack reads what pack returned.
func (t *trail) unpack(b []byte) error {
	*t = trail{}
	if len(b) == 0 {
		return nil
	}
	r := trailReader{b: b}
	t.tries = r.int()
	t.callers, t.inner = r.place()
	r.fill(t.inner)
	t.history = r.b
	if r.bad {
		return errBadTrail
	}
	return nil
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// past is an entry of the history.
type past struct {
	state   State
	callers []caller
	inner   []frame // the sub-flows
	data    []byte  // with that of the sub-flows behind it
}

// push puts an entry before the history. now is the data to which its own is stored as a difference. It
// returns how many old entries were left out because they do not fit.
func (t *trail) push(p past, now []byte) (forgotten int) {
	prefix, suffix := common(p.data, now)
	b := appendPlace(appendString(nil, string(p.state)), p.callers, p.inner)
	b = binary.AppendUvarint(b, uint64(prefix))
	b = binary.AppendUvarint(b, uint64(suffix))
	b = appendString(b, string(p.data[prefix:len(p.data)-suffix]))
	forgotten = t.trim(maxHistory - len(b))
	if len(b) > maxHistory {
		return forgotten + 1
	}
	t.history = append(b, t.history...)
	return forgotten
}

// trim leaves so many of the newest entries as fit into room bytes, and returns how many it left out.
func (t *trail) trim(room int) (forgotten int) {
	r, fits := trailReader{b: t.history}, 0
	for len(r.b) > 0 {
		r.skip()
		if used := len(t.history) - len(r.b); r.bad || used > room {
			forgotten++
		} else {
			fits = used
		}
	}
	t.history = t.history[:fits]
	return forgotten
}

// common returns how many bytes at the beginning and at the end of a and b are the same.
func common(a, b []byte) (prefix, suffix int) {
	for prefix < len(a) && prefix < len(b) && a[prefix] == b[prefix] {
		prefix++
	}
	for suffix < len(a)-prefix && suffix < len(b)-prefix && a[len(a)-1-suffix] == b[len(b)-1-suffix] {
		suffix++
	}
	return prefix, suffix
}

// pop takes the newest entry out of the history. now is the present data. It returns false if there is
// none, or none that can be read: then all are gone.
func (t *trail) pop(now []byte) (p past, ok bool) {
	r := trailReader{b: t.history}
	p, ok = r.entry(now)
	if !ok {
		t.history = nil
		return past{}, false
	}
	t.history = r.b
	return p, true
}

// rebase keeps the history right when the data has changed without a step: the newest entry becomes a
// difference to the data as it is now. It returns how many entries were left out because they do not fit.
func (t *trail) rebase(before, now []byte) (forgotten int) {
	if len(t.history) == 0 || string(before) == string(now) {
		return 0
	}
	if p, ok := t.pop(before); ok {
		return t.push(p, now)
	}
	return 0
}

// forget takes the entries out of the history down to the newest one of a certain place, or all, when the
// data has become now without a step.
func (t *trail) forget(before, now []byte, target func(*past) bool) {
	for {
		p, ok := t.pop(before)
		if !ok {
			return
		}
		before = p.data
		if target(&p) {
			t.rebase(before, now)
			return
		}
	}
}

// trailReader reads a packed trail. After the first fault it is bad and reads zeros.
type trailReader struct {
	b     []byte
	depth int // of the frames that are read
	bad   bool
}

func (r *trailReader) fail() { r.b, r.bad = nil, true }

func (r *trailReader) int() int {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > 1<<31 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return int(v)
}

func (r *trailReader) bytes() []byte {
	n := r.int()
	if n > len(r.b) {
		r.fail()
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

// skip reads one entry; the reader is bad if there is none.
func (r *trailReader) skip() {
	r.bytes()
	r.place()
	r.int()
	r.int()
	r.bytes()
}

// entry reads one entry, whose data is a difference to now.
func (r *trailReader) entry(now []byte) (p past, ok bool) {
	if len(r.b) == 0 {
		return p, false
	}
	p.state = State(r.bytes())
	p.callers, p.inner = r.place()
	prefix, suffix, middle := r.int(), r.int(), r.bytes()
	if r.bad || prefix+suffix > len(now) {
		return past{}, false
	}
	p.data = slices.Concat(now[:prefix], middle, now[len(now)-suffix:])
	if _, ok := split(p.data, p.inner); !ok {
		return past{}, false
	}
	return p, true
}
