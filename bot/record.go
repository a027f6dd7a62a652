package bot

import (
	"encoding/binary"
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// record is the content of a session between two turns. A store keeps it in packed form, as
// session.CommitRequest.State, and does not look into it.
type record struct {
	// version is that of the build which wrote the record: see Options.Version.
	version uint32
	// flow and state are where the conversation is; empty if no flow is active.
	flow, state string
	// mark names the step that is shown, in the data of its buttons: see transport.Mark.
	mark string
	// menu is the menu that the flow has switched the chat to; empty if none.
	menu string
	// data is the flow's typed data, encoded.
	data []byte
	// source is where timers send to. It is kept only while there are timers.
	source transport.Source
	// timers are those that are set, in the order they were set.
	timers []timer
}

// timer is a transition or a reminder of a session that waits for its time.
type timer struct {
	// flow is the flow of a reminder; empty for a timer of the flow that is active.
	flow string
	// name is the flow's name of the timer.
	name string
	// due is when it fires, to the millisecond.
	due time.Time
	// data is the data of a reminder, as it was when it was set; nil for the flow's own timers.
	data []byte
	// attempts is how often its turn failed.
	attempts int
	// wait is how long after due its turn is tried again; zero if it was not put off.
	wait time.Duration
}

// at is when the timer's turn is next tried.
func (t *timer) at() time.Time { return t.due.Add(t.wait) }

// is reports whether the timer is the one that the flow calls so, set for that time.
func (t *timer) is(flow, name string, due time.Time) bool {
	return t.flow == flow && t.name == name && t.due.Equal(due)
}

// due returns when the turn of the first timer is tried, or zero.
func (r *record) due() time.Time {
	var due time.Time
	for i := range r.timers {
		if at := r.timers[i].at(); due.IsZero() || at.Before(due) {
			due = at
		}
	}
	return due
}

// firstDue returns the index of the first timer due at or before limit, or -1. Those that were put off
// count only if putOff is true.
func (r *record) firstDue(limit time.Time, putOff bool) int {
	first := -1
	for i := range r.timers {
		t := &r.timers[i]
		if t.at().After(limit) || t.wait > 0 && !putOff || first >= 0 && !t.at().Before(r.timers[first].at()) {
			continue
		}
		first = i
	}
	return first
}

// putOff reports whether a timer was put off.
func (r *record) putOff() bool {
	for i := range r.timers {
		if r.timers[i].wait > 0 {
			return true
		}
	}
	return false
}

// ownTimers returns the timers of the active flow.
func (r *record) ownTimers() []flow.Timer {
	var own []flow.Timer
	for _, t := range r.timers {
		if t.flow == "" {
			own = append(own, flow.Timer{Name: t.name, Due: t.due})
		}
	}
	return own
}

// turn is the id of the turn of the timer. It is that of one arming, so that a repeated turn has the
// same id.
func (t *timer) turn() string {
	return "timer:" + t.flow + ":" + t.name + ":" + strconv.FormatInt(t.due.UnixMilli(), 10)
}

// errBadRecord is what unmarshal returns for bytes that append did not write.
var errBadRecord = errors.New("bot: malformed record of a session")

// The first byte of a packed record says if a version follows, or a version and a menu. With
// recordPutOff both follow, and each timer has its attempts and its wait.
const (
	recordPlain     = 1
	recordVersioned = 2
	recordMenu      = 3
	recordPutOff    = 4
)

// maxWait bounds what is read of timer.wait, in milliseconds: a time.Duration holds it.
const maxWait = 1 << 43

// append appends the packed record to b. An empty record packs to nothing.
func (r *record) append(b []byte) []byte {
	if r.flow == "" && len(r.timers) == 0 {
		return b
	}
	putOff := r.putOff()
	switch {
	case putOff:
		b = binary.AppendUvarint(append(b, recordPutOff), uint64(r.version))
		b = appendString(b, r.menu)
	case r.menu != "":
		b = binary.AppendUvarint(append(b, recordMenu), uint64(r.version))
		b = appendString(b, r.menu)
	case r.version != 0:
		b = binary.AppendUvarint(append(b, recordVersioned), uint64(r.version))
	default:
		b = append(b, recordPlain)
	}
	b = appendString(b, r.flow)
	b = appendString(b, r.state)
	b = appendString(b, r.mark)
	b = appendString(b, r.data)
	b = binary.AppendUvarint(b, uint64(len(r.timers)))
	for i := range r.timers {
		t := &r.timers[i]
		b = appendString(b, t.flow)
		b = appendString(b, t.name)
		b = binary.AppendVarint(b, t.due.UnixMilli())
		b = appendString(b, t.data)
		if putOff {
			b = binary.AppendUvarint(b, uint64(t.attempts))
			b = binary.AppendUvarint(b, uint64(t.wait.Milliseconds()))
		}
	}
	if len(r.timers) > 0 {
		b = appendSource(b, &r.source)
	}
	return b
}

// unmarshal reads what append wrote. Empty bytes are an empty record. The data refer to b.
// It returns errBadRecord.
func (r *record) unmarshal(b []byte) error {
	*r = record{timers: r.timers[:0]}
	if len(b) == 0 {
		return nil
	}
	d := decoder{b: b}
	layout := d.byte()
	if !r.head(layout, &d) {
		return errBadRecord
	}
	r.flow, r.state, r.mark = d.string(), d.string(), d.string()
	r.data = d.bytes()
	n := d.uvarint()
	if n > uint64(len(d.b)) {
		return errBadRecord
	}
	for range n {
		t := timer{flow: d.string(), name: d.string(), due: time.UnixMilli(d.varint())}
		if data := d.bytes(); len(data) > 0 {
			t.data = data
		}
		if layout == recordPutOff {
			d.putOff(&t)
		}
		r.timers = append(r.timers, t)
	}
	if n > 0 {
		r.source = d.source()
	}
	if d.bad || len(d.b) > 0 || r.flow == "" && n == 0 || layout == recordPutOff && !r.putOff() {
		return errBadRecord
	}
	return nil
}

// putOff reads what the timer has of failed turns.
func (d *decoder) putOff(t *timer) {
	attempts, wait := d.uvarint(), d.uvarint()
	if attempts > math.MaxInt32 || wait > maxWait {
		d.fail()
	}
	t.attempts, t.wait = int(attempts), time.Duration(wait)*time.Millisecond
}

// head reads what comes before the flow. It is false for what append never writes.
func (r *record) head(layout byte, d *decoder) bool {
	if layout == recordPlain {
		return true
	}
	v := d.uvarint()
	r.version = uint32(v)
	if layout == recordMenu || layout == recordPutOff {
		r.menu = d.string()
		return (r.menu != "" || layout == recordPutOff) && v <= math.MaxUint32
	}
	return layout == recordVersioned && v != 0 && v <= math.MaxUint32
}

func appendString[S string | []byte](b []byte, s S) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
