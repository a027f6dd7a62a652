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

// record is what a session remembers between two turns: its conversations, and the timers that are set. A store keeps the record as bytes, as session.CommitRequest.State, and does not
// look into them.
type record struct {
	// version is Options.Version of the build that wrote the record.
	version uint32
	// conversation is the active one. Its flow is empty if no flow is active.
	conversation
	// below are the suspended conversations: see stack.go.
	below []conversation
	// menu is the menu that the flow has switched the chat to; empty if none.
	menu string
	// lost says that a conversation was set aside because it could not be read, and that the user was not told
	// yet.
	lost bool
	// photos are the sets of photos of which some came: see planner.collect.
	photos []photoSet
	// source is the chat that timers send to. It is kept only while there are timers: an event brings
	// its own.
	source transport.Source
	// timers are those that are set, in the order they were set.
	timers []timer
}

// conversation is a flow that was started, as far as it has come.
type conversation struct {
	// flow and state are where the conversation is, such as "booking" and "ask_party".
	flow, state string
	// mark is what the buttons of the present step carry in their data, as packMark packs it: see
	// transport.Mark. A tap with another mark is on a button of an earlier step.
	mark string
	// data is the conversation's data, as the flow encoded it.
	data []byte
	// trail is what the flow keeps of the conversation besides: see flow.Result.Trail. It is empty for most.
	trail []byte
	// owed is what the conversation still has to say.
	owed owed
}

// owed is what a conversation still has to say, when it is active and an event comes.
type owed uint8

const (
	owesNothing owed = iota
	// owesQuestion: the conversation below it ended or it was brought back, and asking its question failed.
	owesQuestion
	// owesEntry: a timer or a signal moved the conversation while it was suspended, and its state is not entered.
	owesEntry
)

// timer is something that a session does when its time has come: a transition of a conversation
// (flow.StateBuilder.After), or a reminder, which runs an action of a flow whatever the session is doing
// by then.
type timer struct {
	// flow is the flow of a reminder; empty for a timer of a conversation.
	flow string
	// of is which conversation a timer of a conversation belongs to: see record.at.
	of int
	// name is the flow's name of the timer.
	name string
	// due is when it fires, to the millisecond.
	due time.Time
	// key tells reminders of one flow and name apart. It is authorsKey and the key that the flow gave, or else
	// the two characters of a mark that name the conversation (see mark.go). It is empty for other timers, and for
	// reminders that builds up to November 2026 set.
	key string
	// data is the conversation's data at the time when the reminder was set; nil for other timers.
	data []byte
	// attempts is how often the timer's turn failed.
	attempts int
	// wait is how long after due the timer's turn is tried again; zero if it was not put off.
	wait time.Duration
}

// authorsKey begins the keys that a flow gave. No mark has this character.
const authorsKey = "="

// idle reports whether the timer counts idle time of a conversation.
func (t *timer) idle() bool { return t.flow == "" && flow.Timer{Name: t.name}.Idle() }

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

// timersOf returns the timers of the ith conversation.
func (r *record) timersOf(i int) []flow.Timer {
	var own []flow.Timer
	for _, t := range r.timers {
		if t.flow == "" && t.of == i {
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
//	1 byte   layout: 1 neither version nor menu, 2 a version, 3 to 6 a version and a menu
//	varint   version, if the layout is not 1
//	string   menu, if the layout is 3 to 6
//	string   trail, if the layout is 5 or 6
//	string   the sets of photos, if the layout is 5 or 6: see appendPhotos
//	byte     if the layout is 6: what the active conversation owes, and 128 if one was lost
//	string   flow; then the strings state, mark and data
//	varint   if the layout is 6: the number of suspended conversations, the next to be active first; then for
//	         each of them the strings flow, state, mark, data and trail, and a byte for what it owes
//	varint   the number of timers; then for each of them
//	         string flow, string name, varint due (ms since 1970, signed), string data; if the
//	         layout is 4 to 6, varint attempts and varint wait (ms): a timer's turn has failed; if the
//	         layout is 6, string key of a reminder, or varint of which conversation the timer is
//	source   if there are timers: see appendSource
//
// A record of nothing is no bytes at all: for the store, the session has ended.
const (
	recordPlain     = 1
	recordVersioned = 2
	recordMenu      = 3
	recordPutOff    = 4
	recordMore      = 5
	recordStack     = 6
)

// lostBit stands for record.lost, beside what the active conversation owes.
const lostBit = 1 << 7

// maxWait bounds timer.wait, in milliseconds, when it is read: a time.Duration can hold it.
const maxWait = 1 << 43

// append appends the packed record to b.
func (r *record) append(b []byte) []byte {
	if r.flow == "" && len(r.timers) == 0 && !r.lost {
		return b
	}
	stack := r.stacked()
	more := stack || len(r.trail) > 0 || len(r.photos) > 0
	putOff := r.putOff() || more
	switch {
	case more:
		layout := byte(recordMore)
		if stack {
			layout = recordStack
		}
		b = binary.AppendUvarint(append(b, layout), uint64(r.version))
		b = appendString(appendString(b, r.menu), r.trail)
		b = appendString(b, appendPhotos(nil, r.photos))
		if stack {
			b = append(b, r.owing())
		}
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
	if stack {
		b = appendConversations(b, r.below)
	}
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
		switch {
		case stack && t.flow != "":
			b = appendString(b, t.key)
		case stack:
			b = binary.AppendUvarint(b, uint64(t.of))
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
	if layout == recordStack {
		r.below = d.conversations()
	}
	n := d.uvarint()
	if n > uint64(len(d.b)) {
		return errBadRecord
	}
	for range n {
		t := timer{flow: d.string(), name: d.string(), due: time.UnixMilli(d.varint())}
		if data := d.bytes(); len(data) > 0 {
			t.data = data
		}
		if layout >= recordPutOff {
			d.putOff(&t)
		}
		if layout == recordStack {
			d.belongs(&t, len(r.below))
		}
		r.timers = append(r.timers, t)
	}
	if n > 0 {
		r.source = d.source()
	}
	if d.bad || len(d.b) > 0 || r.flow == "" && n == 0 && !r.lost || layout == recordPutOff && !r.putOff() ||
		r.flow == "" && len(r.trail)+len(r.below)+int(r.owed) > 0 || (layout == recordStack) != r.stacked() {
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
	case recordMore, recordStack:
		r.menu, r.trail = d.string(), d.bytes()
		photos := decoder{b: d.bytes()}
		r.photos = photos.photos()
		if layout == recordStack {
			owing := d.byte()
			r.owed, r.lost = owed(owing&^lostBit), owing&lostBit != 0
		}
		return !photos.bad && (layout == recordStack || len(r.trail) > 0 || len(r.photos) > 0) &&
			r.owed <= owesEntry && v <= math.MaxUint32
	}
	return layout == recordVersioned && v != 0 && v <= math.MaxUint32
}

// appendString appends the length of s, as a varint, and s.
func appendString[S string | []byte](b []byte, s S) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
