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

// record is what a session remembers between two turns: where the conversation is, its data, and the
// timers that are set. A store keeps the record as bytes, as session.CommitRequest.State, and does not
// look into them.
type record struct {
	// version is Options.Version of the build that wrote the record.
	version uint32
	// flow and state are where the conversation is, such as "booking" and "ask_party". Both are empty if
	// no flow is active.
	flow, state string
	// mark is what the buttons of the present step carry in their data, as packMark packs it: see
	// transport.Mark. A tap with another mark is on a button of an earlier step.
	mark string
	// menu is the menu that the flow has switched the chat to; empty if none.
	menu string
	// data is the conversation's data, as the flow encoded it.
	data []byte
	// trail is what the flow keeps of the conversation besides: see flow.Result.Trail. It is empty for most.
	trail []byte
	// photos are the sets of photos of which some came: see planner.collect.
	photos []photoSet
	// source is the chat that timers send to. It is kept only while there are timers: an event brings
	// its own.
	source transport.Source
	// timers are those that are set, in the order they were set.
	timers []timer
}

// timer is something that a session does when its time has come: a transition of the active flow
// (flow.StateBuilder.After), or a reminder, which runs an action of a flow whatever the session is doing
// by then.
type timer struct {
	// flow is the flow of a reminder; empty for a timer of the flow that is active.
	flow string
	// name is the flow's name of the timer.
	name string
	// due is when it fires, to the millisecond.
	due time.Time
	// data is the conversation's data at the time when the reminder was set; nil for other timers.
	data []byte
	// attempts is how often the timer's turn failed.
	attempts int
	// wait is how long after due the timer's turn is tried again; zero if it was not put off.
	wait time.Duration
}

// at returns when the timer's turn is tried next.
func (t *timer) at() time.Time { return t.due.Add(t.wait) }

// is reports whether the timer has that flow, name and time.
func (t *timer) is(flow, name string, due time.Time) bool {
	return t.flow == flow && t.name == name && t.due.Equal(due)
}

// due returns when the first of the timers is tried next, or zero if there is none.
func (r *record) due() time.Time {
	var due time.Time
	for i := range r.timers {
		if at := r.timers[i].at(); due.IsZero() || at.Before(due) {
			due = at
		}
	}
	return due
}

// firstDue returns the index of the first timer that is to be tried at limit or before, or -1. Timers that
// were put off are passed over unless putOff is true.
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

// putOff reports whether one of the timers was put off.
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

// turn returns the id of the timer's turn, such as "timer::idle:1796040000000", or
// "timer:booking:day_before:1796040000000" for a reminder. A turn that is run again has the same id; a
// timer that is set again, for another time, has another.
func (t *timer) turn() string {
	return "timer:" + t.flow + ":" + t.name + ":" + strconv.FormatInt(t.due.UnixMilli(), 10)
}

// errBadRecord is what unmarshal returns for bytes that append did not write.
var errBadRecord = errors.New("bot: malformed record of a session")

// A packed record has these fields in this order. A string is its length, as a varint, and its bytes:
//
//	1 byte   layout: 1 neither version nor menu, 2 a version, 3 to 5 a version and a menu
//	varint   version, if the layout is not 1
//	string   menu, if the layout is 3 to 5
//	string   trail, if the layout is 5
//	string   the sets of photos, if the layout is 5: see appendPhotos
//	string   flow; then the strings state, mark and data
//	varint   the number of timers; then for each of them
//	         string flow, string name, varint due (ms since 1970, signed), string data; if the
//	         layout is 4 or 5, varint attempts and varint wait (ms): a timer's turn has failed
//	source   if there are timers: see appendSource
//
// A record without a flow and without timers is no bytes at all: for the store, the session has ended.
const (
	recordPlain     = 1
	recordVersioned = 2
	recordMenu      = 3
	recordPutOff    = 4
	recordMore      = 5
)

// maxWait bounds timer.wait, in milliseconds, when it is read: a time.Duration can hold it.
const maxWait = 1 << 43

// append appends the packed record to b.
func (r *record) append(b []byte) []byte {
	if r.flow == "" && len(r.timers) == 0 {
		return b
	}
	more := len(r.trail) > 0 || len(r.photos) > 0
	putOff := r.putOff() || more
	switch {
	case more:
		b = binary.AppendUvarint(append(b, recordMore), uint64(r.version))
		b = appendString(appendString(b, r.menu), r.trail)
		b = appendString(b, appendPhotos(nil, r.photos))
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

// unmarshal reads what append wrote. No bytes are an empty record. The data of the record are parts of
// b, not copies. It returns errBadRecord.
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
		if layout == recordPutOff || layout == recordMore {
			d.putOff(&t)
		}
		r.timers = append(r.timers, t)
	}
	if n > 0 {
		r.source = d.source()
	}
	if d.bad || len(d.b) > 0 || r.flow == "" && n == 0 || layout == recordPutOff && !r.putOff() ||
		len(r.trail) > 0 && r.flow == "" {
		return errBadRecord
	}
	return nil
}

// putOff reads the attempts and the wait of a timer.
func (d *decoder) putOff(t *timer) {
	attempts, wait := d.uvarint(), d.uvarint()
	if attempts > math.MaxInt32 || wait > maxWait {
		d.fail()
	}
	t.attempts, t.wait = int(attempts), time.Duration(wait)*time.Millisecond
}

// head reads the fields before the flow. It returns false for values that append never writes, such as
// layout 2 with version 0.
func (r *record) head(layout byte, d *decoder) bool {
	if layout == recordPlain {
		return true
	}
	v := d.uvarint()
	r.version = uint32(v)
	switch layout {
	case recordMenu, recordPutOff:
		r.menu = d.string()
		return (r.menu != "" || layout == recordPutOff) && v <= math.MaxUint32
	case recordMore:
		r.menu, r.trail = d.string(), d.bytes()
		photos := decoder{b: d.bytes()}
		r.photos = photos.photos()
		return !photos.bad && (len(r.trail) > 0 || len(r.photos) > 0) && v <= math.MaxUint32
	}
	return layout == recordVersioned && v != 0 && v <= math.MaxUint32
}

// appendString appends the length of s, as a varint, and s.
func appendString[S string | []byte](b []byte, s S) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
