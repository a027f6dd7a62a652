package redisstore

import "github.com/kaiwa-go/kaiwa/session"

// unfolded returns a value as begin would have written it: with the tail in the sections that it stands for. It
// does what lua/tail.lua does, for Describe. A value without a tail, or a malformed one, is returned as it is.
func unfolded(value []byte) []byte {
	var m memo
	if _, _, ok := m.parseValue(value); !ok || len(value) < headerBytes || value[0] != layout {
		return value
	}
	flags := value[1]
	if flags&^(hasOutbox|byAccount) != 0 {
		return value // a turn runs or something waits: shortbegin leaves such a value alone
	}
	a := answer{b: value[len(m.value):]}
	var outbox []byte
	if flags&hasOutbox != 0 {
		header := a.take(outboxBytes)
		length := answer{b: header[max(0, len(header)-3):]}
		outbox = append(header, a.take(int(length.num(3)))...)
	}
	hash, keeps, accepted, until := a.take(8), a.num(1), a.take(6), a.take(6)
	event := a.b[:max(0, len(a.b)-len(session.LeaseToken{}))] // the event's time, and what follows it
	token := a.b[len(event):]
	if a.bad || len(event) < 6 {
		return value
	}
	head := answer{b: accepted}
	ms := int64(head.num(6))
	c := call{}
	c.request = append(c.request, m.value[:expiryAt]...)
	hours := answer{b: m.value[expiryAt : expiryAt+3]}
	c.u24(max(int64(hours.num(3)), hoursUp(ms+keepWaiting.Milliseconds())))
	c.request = append(c.request, m.value[expiryAt+3:]...)
	c.request[1] = hasLease | hasHead | byAccount
	if keeps == 1 {
		c.request[1] |= hasOutbox
	}
	c.request[seenCountAt]++
	c.request = append(c.request, hash...)
	c.u16(ms / seenUnit.Milliseconds() % seenModulo)
	c.request = append(append(append(c.request, token...), until...), 1)
	c.u24(int64(len(event) + 6))
	c.request = append(append(append(c.request, event[:6]...), accepted...), event[6:]...)
	if keeps == 1 {
		c.request = append(c.request, outbox...)
	}
	return c.request
}
