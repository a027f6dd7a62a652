package session

import (
	"encoding/binary"
	"errors"
	"math"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Record is the content of a session between two turns. A store keeps it in packed form and
// does not look into it.
type Record struct {
	// Version is that of the build which wrote the record: see bot.Options.Version.
	Version uint32
	// Flow and State are where the conversation is; empty if no flow is active.
	Flow, State string
	// Tag marks the buttons of the step that is shown: see transport.Mark.
	Mark string
	// Menu is the menu that the flow has switched the chat to; empty if none.
	Menu string
	// Data is the flow's typed data, encoded.
	Data []byte
	// Source is where timers send to. It is kept only while there are timers.
	Source transport.Source
	// Timers are those that are set, in the order they were set.
	Timers []Timer
}

// Timer is a transition or a reminder that waits for its time.
type Timer struct {
	// Flow is the flow it belongs to; empty for the flow that is active.
	Flow string
	// Name is the flow's name of the timer.
	Name string
	// Due is when it fires, to the millisecond.
	Due time.Time
	// Data is the data of a reminder, as it was when it was set; nil for the flow's own timers.
	Data []byte
}

// Due returns the time of the first timer, or zero.
func (r *Record) Due() time.Time {
	var due time.Time
	for _, t := range r.Timers {
		if due.IsZero() || t.Due.Before(due) {
			due = t.Due
		}
	}
	return due
}

// ErrBadRecord is what Unmarshal returns for bytes that Append did not write.
var ErrBadRecord = errors.New("session: malformed record")

// The first byte of a packed record says if a version follows, or a version and a menu.
const (
	recordPlain     = 1
	recordVersioned = 2
	recordMenu      = 3
)

// Append appends the packed record to b. An empty record packs to nothing.
func (r *Record) Append(b []byte) []byte {
	if r.Flow == "" && len(r.Timers) == 0 {
		return b
	}
	switch {
	case r.Menu != "":
		b = binary.AppendUvarint(append(b, recordMenu), uint64(r.Version))
		b = appendString(b, r.Menu)
	case r.Version != 0:
		b = binary.AppendUvarint(append(b, recordVersioned), uint64(r.Version))
	default:
		b = append(b, recordPlain)
	}
	b = appendString(b, r.Flow)
	b = appendString(b, r.State)
	b = appendString(b, r.Mark)
	b = appendString(b, r.Data)
	b = binary.AppendUvarint(b, uint64(len(r.Timers)))
	for i := range r.Timers {
		t := &r.Timers[i]
		b = appendString(b, t.Flow)
		b = appendString(b, t.Name)
		b = binary.AppendVarint(b, t.Due.UnixMilli())
		b = appendString(b, t.Data)
	}
	if len(r.Timers) > 0 {
		b = appendSource(b, &r.Source)
	}
	return b
}

// Unmarshal reads what Append wrote. Empty bytes are an empty record. Data refers to b.
// It returns ErrBadRecord.
func (r *Record) Unmarshal(b []byte) error {
	*r = Record{Timers: r.Timers[:0]}
	if len(b) == 0 {
		return nil
	}
	d := decoder{b: b}
	if !r.head(&d) {
		return ErrBadRecord
	}
	r.Flow, r.State, r.Mark = d.string(), d.string(), d.string()
	r.Data = d.bytes()
	n := d.uvarint()
	if n > uint64(len(d.b)) {
		return ErrBadRecord
	}
	for range n {
		t := Timer{Flow: d.string(), Name: d.string(), Due: time.UnixMilli(d.varint())}
		if data := d.bytes(); len(data) > 0 {
			t.Data = data
		}
		r.Timers = append(r.Timers, t)
	}
	if n > 0 {
		r.Source = d.source()
	}
	if d.bad || len(d.b) > 0 || r.Flow == "" && n == 0 {
		return ErrBadRecord
	}
	return nil
}

// head reads what comes before the flow. It is false for what Append never writes.
func (r *Record) head(d *decoder) bool {
	layout := d.byte()
	if layout == recordPlain {
		return true
	}
	v := d.uvarint()
	r.Version = uint32(v)
	if layout == recordMenu {
		r.Menu = d.string()
		return r.Menu != "" && v <= math.MaxUint32
	}
	return layout == recordVersioned && v != 0 && v <= math.MaxUint32
}

func appendString[S string | []byte](b []byte, s S) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
