package session

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Record is the content of a session between two turns. A store keeps it in packed form and
// does not look into it.
type Record struct {
	// Flow and State are where the conversation is; empty if no flow is active.
	Flow, State string
	// Tag marks the buttons of the step that is shown: see transport.Tag.
	Tag string
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

// recordLayout is the first byte of a packed record.
const recordLayout = 1

// Append appends the packed record to b. An empty record packs to nothing.
func (r *Record) Append(b []byte) []byte {
	if r.Flow == "" && len(r.Timers) == 0 {
		return b
	}
	b = append(b, recordLayout)
	b = appendString(b, r.Flow)
	b = appendString(b, r.State)
	b = appendString(b, r.Tag)
	b = appendString(b, string(r.Data))
	b = binary.AppendUvarint(b, uint64(len(r.Timers)))
	for i := range r.Timers {
		t := &r.Timers[i]
		b = appendString(b, t.Flow)
		b = appendString(b, t.Name)
		b = binary.AppendVarint(b, t.Due.UnixMilli())
		b = appendString(b, string(t.Data))
	}
	if len(r.Timers) > 0 {
		b = appendString(b, r.Source.Channel)
		b = append(b, byte(r.Source.Chat))
		b = appendID(b, r.Source.ChatID)
		if r.Source.UserID == r.Source.ChatID {
			b = append(b, idSame)
		} else {
			b = appendID(b, r.Source.UserID)
		}
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
	if d.byte() != recordLayout {
		return ErrBadRecord
	}
	r.Flow, r.State, r.Tag = d.string(), d.string(), d.string()
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
		r.Source.Channel = d.string()
		r.Source.Chat = transport.Chat(d.byte())
		r.Source.ChatID = d.id("")
		r.Source.UserID = d.id(r.Source.ChatID)
	}
	if d.bad || len(d.b) > 0 {
		return ErrBadRecord
	}
	return nil
}

// An id of LINE is a letter and 32 hexadecimal digits, and packs to 17 bytes after this mark.
// https://developers.line.biz/en/docs/messaging-api/getting-user-ids/
const (
	idPlain = 0
	idHex   = 1
	idSame  = 2
)

func appendID(b []byte, id string) []byte {
	if len(id) == 33 {
		var raw [16]byte
		if _, err := hex.Decode(raw[:], []byte(id[1:])); err == nil && hex.EncodeToString(raw[:]) == id[1:] {
			return append(append(b, idHex, id[0]), raw[:]...)
		}
	}
	return appendString(append(b, idPlain), id)
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// decoder reads packed values off b. After the first fault it is bad and reads zeros.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) fail() { d.b, d.bad = nil, true }

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.fail()
		return 0
	}
	c := d.b[0]
	d.b = d.b[1:]
	return c
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) bytes() []byte {
	n := d.uvarint()
	if n > uint64(len(d.b)) {
		d.fail()
		return nil
	}
	v := d.b[:n:n]
	d.b = d.b[n:]
	return v
}

func (d *decoder) string() string { return string(d.bytes()) }

func (d *decoder) id(same string) string {
	switch d.byte() {
	case idHex:
		if len(d.b) < 17 {
			d.fail()
			return ""
		}
		id := string(d.b[:1]) + hex.EncodeToString(d.b[1:17])
		d.b = d.b[17:]
		return id
	case idSame:
		return same
	case idPlain:
		return d.string()
	default:
		d.fail()
		return ""
	}
}
