// Package webhook reads the bodies of LINE's webhooks.
//
// An event that is malformed costs none of its neighbours, as long as its brackets and quotes are in order:
// no decoder of a whole body promises that, so that the events are cut apart here in any case. The scanner
// that reads them is by hand for its speed. Measured on a text message in a group, medians of 25 slices that
// took turns, in November 2026, its 1.9 µs being 1:
//
//	valyala/fastjson 1.6.4, with Validate     1.7   its parser alone takes what is no JSON
//	encoding/json/v2 (an experiment), a struct  3   measured apart, and so rounded
//	encoding/json, into a struct              7.6   which takes keys in any case, and of two the last
//	encoding/json, into maps                   21   which is what an event gets that the scanner doubts
//
// FuzzEvent holds the scanner to encoding/json.
package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

var (
	errMalformed = errors.New("line: malformed event")
	errBody      = errors.New("line: the body is not a webhook")
)

// MaxEventID is the longest id that is kept as it is.
const MaxEventID = 128

// maxTime is the last millisecond of the year 9999, behind which time.Time has no JSON.
const maxTime = 253402300799999

// Event reads one event object of an account, as it stands in the events of a webhook. Raw refers to raw.
// The error says that the event is malformed, and nothing of what is in it.
func Event(raw []byte, account string) (transport.Event, error) {
	s := scanner{b: raw}
	ev, err := s.decode(account)
	if err == nil && !s.end() {
		return transport.Event{}, errMalformed
	}
	return ev, err
}

// Callback is what a webhook's body holds.
type Callback struct {
	Events []transport.Event
	// Malformed and Probes count the events that were dropped.
	Malformed, Probes int
}

// Body reads the body of a webhook of an account. An event that is malformed costs none of the others
// as long as its brackets and quotes are in order.
func Body(body []byte, channel string) (Callback, error) {
	var cb Callback
	s, seen := scanner{b: body}, false
	for k := s.first(); k != nil; k = s.next() {
		switch {
		case string(k) != "events":
			s.skip(maxDepth)
		case seen:
			s.fail()
		default:
			seen = true
			s.events(channel, &cb)
		}
	}
	if s.bad || !s.end() {
		return Callback{}, errBody
	}
	return cb, nil
}

func (s *scanner) events(channel string, cb *Callback) {
	if s.null() {
		return
	}
	if !s.eat('[') {
		s.fail()
		return
	}
	if s.eat(']') {
		return
	}
	cb.Events = make([]transport.Event, 0, 1+(len(s.b)-s.i)/1024)
	for {
		ev, err := s.decode(channel)
		switch {
		case err != nil:
			cb.Malformed++
		case isProbe(ev.ReplyToken):
			cb.Probes++
		default:
			cb.Events = append(cb.Events, ev)
		}
		if s.eat(']') {
			return
		}
		if !s.eat(',') {
			s.fail()
			return
		}
	}
}

// decode reads the event at s and goes on behind it, whatever is wrong with it.
func (s *scanner) decode(channel string) (transport.Event, error) {
	s.space()
	start := s.i
	var f fields
	s.event(&f)
	if s.bad {
		s.i, s.bad = start, false
		depth := s.leap()
		if s.bad || depth == 0 || depth > maxDepth {
			return transport.Event{}, errMalformed
		}
		if err := slowEvent(s.b[start:s.i], &f); err != nil {
			return transport.Event{}, err
		}
	}
	return f.assemble(s.b[start:s.i:s.i], channel)
}

// Destination returns whom a webhook is for, or nothing if it does not say so in one way.
func Destination(body []byte) string {
	s, found, id := scanner{b: body}, false, ""
	for k := s.first(); k != nil; k = s.next() {
		if string(k) != "destination" {
			s.skip(maxDepth)
			continue
		}
		if found {
			return ""
		}
		found, id = true, string(s.str())
	}
	if s.bad {
		return ""
	}
	return id
}

// isProbe recognises the dummy events of old checks of a webhook's address.
// https://github.com/line/line-bot-sdk-python/pull/80
func isProbe(replyToken string) bool {
	return replyToken == "00000000000000000000000000000000" ||
		replyToken == "ffffffffffffffffffffffffffffffff"
}

func (f *fields) assemble(raw []byte, channel string) (transport.Event, error) {
	kind, name := kindOf(f.typ, f.messageType)
	if f.lacks(kind) {
		return transport.Event{}, errMalformed
	}
	id := f.eventID(raw)
	isText := kind == transport.KindText || kind == transport.KindEdited && string(f.messageType) == "text"
	if !isText {
		f.text = nil
	}
	messageID := f.messageID
	if kind == transport.KindUnsend {
		messageID = f.unsentID
	}
	if name == "" {
		name = string(f.typ)
	}
	var p packer
	p.sb.Grow(len(id) + len(f.replyToken) + len(f.text) + len(messageID) + len(f.postbackData) +
		len(f.userID) + len(f.groupID) + len(f.roomID))
	ev := transport.Event{
		ID: p.str(id), Kind: kind, Type: name, Source: f.origin(&p, channel),
		Text: p.str(f.text), MessageID: p.str(messageID), ReplyToken: p.str(f.replyToken),
		Redelivered: f.redelivery, Standby: string(f.mode) == "standby", Raw: raw,
	}
	if f.timestamp > 0 {
		ev.Time = time.UnixMilli(f.timestamp)
	}
	if kind == transport.KindPostback {
		ev.Postback.Data, ev.Postback.Mark = transport.Unmark(p.str(f.postbackData))
		if len(f.params) > 0 {
			ev.Postback.Params = f.params
		}
	}
	if kind.IsMessage() || kind == transport.KindEdited {
		f.fill(&ev)
	}
	return ev, nil
}

// lacks reports whether the event is without something that its kind cannot be without.
func (f *fields) lacks(kind transport.Kind) bool {
	switch {
	case len(f.typ) == 0 || f.timestamp < 0 || f.timestamp > maxTime:
		return true
	case kind.IsMessage() || kind == transport.KindEdited:
		return !f.hasMessage
	case kind == transport.KindPostback:
		return !f.hasPostback
	default:
		return false
	}
}

func (f *fields) origin(p *packer, channel string) transport.Source {
	src := transport.Source{Channel: channel, UserID: p.str(f.userID)}
	switch string(f.sourceType) {
	case "user":
		src.Chat, src.ChatID = transport.ChatUser, src.UserID
	case "group":
		src.Chat, src.ChatID = transport.ChatGroup, p.str(f.groupID)
	case "room":
		src.Chat, src.ChatID = transport.ChatRoom, p.str(f.roomID)
	}
	return src
}

// eventID returns the event's id. One that stores and logs could stumble over is replaced by
// its hash, and a missing one by the hash of the event.
func (f *fields) eventID(raw []byte) []byte {
	switch {
	case len(f.id) == 0:
		return hashID("raw:", raw)
	case len(f.id) > MaxEventID:
		return hashID("id:", f.id)
	}
	for _, c := range f.id {
		if c <= ' ' || c > '~' {
			return hashID("id:", f.id)
		}
	}
	return f.id
}

func hashID(prefix string, b []byte) []byte {
	sum := sha256.Sum256(b)
	return hex.AppendEncode([]byte(prefix), sum[:])
}

// packer lets the strings of one event share one allocation of their joint size, so that none
// of them keeps the body of the webhook in memory.
type packer struct{ sb strings.Builder }

func (p *packer) str(b []byte) string {
	n := p.sb.Len()
	p.sb.Write(b)
	return p.sb.String()[n:]
}
