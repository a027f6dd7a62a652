package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session"
)

// DescribeOptions are the settings of Describe. Nil and the zero value mean the defaults.
type DescribeOptions struct {
	// Namespace is that of the store. It is needed if the session is given by its id, not by a key.
	Namespace string
	// State shows the bytes of the state, and Bodies those of events and outputs. They hold what users
	// wrote. The default is to show their lengths.
	State, Bodies bool
}

// Describe says in words what Redis holds of a session: a text of several lines for an operator, whose
// form may change. The session is named by its id, as logs have it, by the hash at the end of that, or by its
// key or that of its mailbox.
// Describe changes nothing, and takes no more of Redis than TIME, GET and ZRANGE. It reads the session
// and the mailbox one after the other: between the two, a turn may change them.
//
// An extract, of a turn that runs while an event waits:
//
//	revision     7
//	lease        held by token 0102030405060703 until 2026-03-01T12:00:03.500Z (in 2.1s); attempt 1
//	mailbox      1 events
//	  1          event "e3" of 2026-03-01T12:00:00.900Z (500ms ago), accepted ...
//	outbox       empty
//
// The command kaiwa-key prints it. See session.Store's Inspect and bot.Bot's Session for programs.
func Describe(ctx context.Context, c redis.UniversalClient, name string, o *DescribeOptions) (string, error) {
	d := description{}
	if o != nil {
		d.opt = *o
	}
	prefix, hash, err := locate(ctx, c, name, d.opt.Namespace)
	if err != nil {
		return "", err
	}
	if d.now, err = c.Time(ctx).Result(); err != nil {
		return "", callError("describe", err)
	}
	value, err := c.Get(ctx, prefix+hash).Bytes()
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", callError("describe", err)
	}
	mail, err := c.ZRangeWithScores(ctx, prefix+"q:"+hash, 0, -1).Result()
	if err != nil {
		return "", callError("describe", err)
	}
	d.line("key", "%s, %d bytes", prefix+hash, len(value))
	if len(value) == 0 {
		d.line("", "nothing is kept of this session")
	} else if !d.session(unfolded(value), mail) {
		return "", fmt.Errorf("redisstore: key %s does not hold a session of layout %d or %d", prefix+hash, earlierLayout, layout)
	}
	return d.text.String(), nil
}

// locate returns the prefix of a session's keys, and the hash in its id. A key, such as kaiwa:{p3f}:<hash> or
// kaiwa:{p3f}:q:<hash>, has both. For an id alone, locate reads the number of partitions from kaiwa:meta,
// which decides in which partition the session is.
func locate(ctx context.Context, c redis.UniversalClient, name, namespace string) (prefix, hash string, err error) {
	hash = name
	// A key has a hash tag, such as {p3f}:, and what follows is the hash or, for a mailbox, q: and the hash.
	if tag := strings.LastIndex(name, "}:"); tag >= 0 && strings.HasPrefix(name, root) {
		prefix, hash = name[:tag+len("}:")], strings.TrimPrefix(name[tag+len("}:"):], "q:")
	}
	if checkID("describe", hash) != nil || prefix != "" && len(hash) != session.HashLen {
		return "", "", fmt.Errorf("redisstore: %.64q is neither the id of a session nor the key of one", name)
	}
	if prefix != "" {
		return prefix, hash, nil
	}
	var layout, partitions int
	meta, err := c.Get(ctx, namespaceRoot(namespace)+"meta").Result()
	if err != nil {
		return "", "", callError("describe: meta", err)
	}
	if _, err := fmt.Sscanf(meta, "layout=%d partitions=%d", &layout, &partitions); err != nil || partitions < 1 {
		return "", "", badAnswer("describe: meta")
	}
	// A Store of partitions alone, to ask it where the session is.
	l := (&Store{parts: makePartitions(namespace, partitions)}).at(hash)
	return l.prefix, l.hash, nil
}

// description is the text of Describe while it is written.
type description struct {
	opt  DescribeOptions
	now  time.Time // of Redis
	text strings.Builder
}

// line writes one line: a name, and what is to be said of it. A line without a name goes on with what
// the line before it says.
func (d *description) line(name, format string, args ...any) {
	fmt.Fprintf(&d.text, "%-12s "+format+"\n", append([]any{name}, args...)...)
}

// session writes what a stored value says, section by section: see lua/load.lua, which draws it. It
// returns false if the value is malformed.
func (d *description) session(value []byte, mail []redis.Z) bool {
	a := answer{b: value}
	version := a.num(1)
	if version != layout && version != earlierLayout {
		return false
	}
	flags := a.num(1)
	revision, timer, floor := a.num(4), a.time(), time.Unix(int64(a.num(4)), 0)
	expires := time.Unix(0, 0).Add(time.Duration(a.num(3)) * time.Hour)
	a.take(4) // the mark of the last commit
	seen, length := int(a.num(1)), int(a.num(3))
	d.line("expires", "%s, or a little earlier", d.when(expires))
	d.line("revision", "%d", revision)
	d.line("next timer", "%s", d.when(timer))
	d.line("state", "%s", d.bytes(a.take(length), d.opt.State))
	d.seen(a.take(seen*seenBytes), floor)
	switch {
	case flags&hasLease == 0:
		d.line("lease", "none")
	case flags&leaseFree != 0:
		owner, until, attempts := a.take(8), a.time(), a.num(1)
		d.line("lease", "rests: nobody holds it, and what waits is due at %s; last token %x, %d attempts%s",
			d.when(until), owner, attempts, crashedText(flags))
	default:
		owner, until, attempts := a.take(8), a.time(), a.num(1)
		d.line("lease", "held by token %x until %s; attempt %d%s", owner, d.when(until), attempts, crashedText(flags))
	}
	if flags&hasHead != 0 {
		d.event("head", a.event())
	} else {
		d.line("head", "none")
	}
	waiting := 0
	if flags&hasMailbox != 0 {
		waiting = int(a.num(1))
	}
	d.mailbox(waiting, mail)
	if flags&hasTombstone != 0 {
		d.line("tombstone", "forgotten at %s", d.when(a.time()))
	}
	if flags&hasOutbox == 0 {
		d.line("outbox", "empty")
		return !a.bad && len(a.b) == 0
	}
	until, owner, retried := a.time(), a.take(8), a.num(1) == 1
	if version == layout {
		a.take(3) // the length of the outputs
	}
	outs := a.outputs()
	d.line("outbox", "%d outputs; delivery lease of token %x until %s%s", len(outs), owner, d.when(until),
		map[bool]string{true: "; some may have been sent"}[retried])
	for _, o := range outs {
		d.line(fmt.Sprintf("  %d.%d", o.Seq>>8, o.Seq&0xff), "%s", d.bytes(o.Body, d.opt.Bodies))
	}
	return !a.bad
}

// crashedText is what the line of the lease says of earlier attempts.
func crashedText(flags uint64) string {
	if flags&leaseCrashed != 0 {
		return ", an earlier one crashed"
	}
	return ""
}

// seen writes how many events are remembered, and since when. The first event in the value is the
// oldest. Its last two bytes are when it was accepted, in units of 4 s modulo 2^16: so what is read is
// its age, which is right for anything younger than three days.
func (d *description) seen(b []byte, floor time.Time) {
	text := fmt.Sprintf("%d events", len(b)/seenBytes)
	if len(b) >= seenBytes {
		units := d.now.UnixMilli() / seenUnit.Milliseconds()
		// In Go the rest of a negative number is negative: the line after it puts that right.
		age := (units - int64(b[seenBytes-2])<<8 - int64(b[seenBytes-1])) % seenModulo
		if age < 0 {
			age += seenModulo
		}
		text += ", the oldest accepted about " + (time.Duration(age) * seenUnit).String() + " ago"
	}
	if floor.Unix() > 0 {
		text += "; floor " + d.when(floor)
	}
	d.line("seen", "%s", text)
}

// mailbox writes the events of the mailbox. lua/enqueue.lua says how they are stored: the last byte of
// a member is the length of the id that it begins with. waiting is how many the session's value counts;
// it differs from the mailbox if a turn came between the two reads, or if the mailbox was lost.
func (d *description) mailbox(waiting int, mail []redis.Z) {
	d.line("mailbox", "%d events", waiting)
	if waiting != len(mail) {
		d.line("", "but its key holds %d", len(mail))
	}
	for i, z := range mail {
		member, ok := z.Member.(string)
		if !ok || len(member) == 0 || 2*int(member[len(member)-1])+9 > len(member) {
			d.line("", "a malformed event")
			continue
		}
		// From "accepted" on, which comes behind the id and a zero byte, to the length at the end.
		a := answer{b: []byte(member[int(member[len(member)-1])+1 : len(member)-1])}
		e := session.Event{Time: time.UnixMilli(int64(z.Score)), Accepted: a.time(), ID: a.text(), MessageID: a.text()}
		e.Body = a.b
		d.event(fmt.Sprintf("  %d", i+1), e)
	}
}

// event writes two lines: which event it is, and how large its body is.
func (d *description) event(name string, e session.Event) {
	d.line(name, "event %q of %s, accepted %s", e.ID, d.when(e.Time), d.when(e.Accepted))
	d.line("", "%s", d.bytes(e.Body, d.opt.Bodies))
}

// bytes writes how many bytes there are, and the bytes themselves only if the options say so.
func (d *description) bytes(b []byte, show bool) string {
	if show && len(b) > 0 {
		return fmt.Sprintf("%d bytes: %q", len(b), b)
	}
	return fmt.Sprintf("%d bytes", len(b))
}

// when is a time, and how far it is from Redis' clock: 2026-03-01T12:00:00.000Z (1.5s ago).
func (d *description) when(t time.Time) string {
	if t.IsZero() {
		return "none"
	}
	text := t.UTC().Format("2006-01-02T15:04:05.000Z")
	if away := t.Sub(d.now).Round(time.Millisecond); away > 0 {
		return text + " (in " + away.String() + ")"
	} else {
		return text + " (" + (-away).String() + " ago)"
	}
}
