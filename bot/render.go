package bot

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// maxMessages is how many messages one turn may send.
const maxMessages = 100

var (
	errNilMessage   = flow.Permanent(errors.New("a nil message"))
	errManyMessages = flow.Permanent(fmt.Errorf("bot: a turn sends more than %d messages", maxMessages))
)

// origin is the turn that messages come from.
type origin struct {
	session string
	turn    string           // id of the turn
	marks   []string         // of each message: names the step in the data of its buttons; empty for none
	event   *transport.Event // what the turn answers
	ages    ages
	// spent says that the event's reply token was used: the event was a dead letter, and
	// Options.Failed came with the token, before the event was replayed.
	spent bool
}

// render makes the deliveries of a turn, all for the chat of its event. For example, a turn that leaves
// seven messages and switches the menu has three deliveries:
//
//	0    messages 1 to 5    the reply, if the event has a reply token
//	1    messages 6 and 7   a push
//	2    the menu           a delivery of its own: if it fails, the messages are not held up
//
// Each delivery has a key that depends on the turn and its place in it, so that a turn that is run again
// gives its deliveries the same keys.
func (p *planner) render(from origin, msgs []transport.Message, menu menuSwitch) ([]delivery, error) {
	if len(msgs) == 0 && !menu.on {
		return nil, nil
	}
	if len(msgs) > maxMessages {
		return nil, errManyMessages
	}
	loose := ""
	for len(from.marks) < len(msgs) {
		from.marks = append(from.marks, "")
	}
	if slices.Contains(from.marks, "") {
		loose = looseMark(from.session)
	}
	e, sets := from.event, (len(msgs)+transport.MaxMessages-1)/transport.MaxMessages
	n := sets
	if menu.on {
		n++
	}
	outs := make([]delivery, n)
	for i := range outs {
		d := &outs[i]
		d.ages, d.Source = from.ages, e.Source
		d.Key = deliveryKey(e.Source.Channel, from.session, from.turn, i)
		if i == sets {
			d.SwitchMenu, d.Menu = true, menu.name
			break
		}
		set := msgs[i*transport.MaxMessages : min((i+1)*transport.MaxMessages, len(msgs))]
		var err error
		if d.Messages, err = renderMessages(set, from.marks[i*transport.MaxMessages:], loose); err != nil {
			return nil, err
		}
		d.PushOK = true
		if i == 0 && e.ReplyToken != "" {
			if !from.spent {
				d.ReplyToken = e.ReplyToken
			}
			d.PushOK = e.Source.Chat == transport.ChatUser || p.o.PushToGroups
		}
	}
	return outs, nil
}

// renderMessages returns the JSON array of the messages, each with its mark, or the mark loose if it has none.
// A message that breaks a limit of the platform would break it at the next attempt as well, so that error
// is permanent. An error of AppendJSON is tried again: it is the code of whoever made the type of the message.
func renderMessages(msgs []transport.Message, marks []string, loose string) (b []byte, err error) {
	defer rescue(&err)
	b = append(make([]byte, 0, 256), '[')
	for i, m := range msgs {
		if m == nil {
			return nil, errNilMessage
		}
		if err := m.Validate(); err != nil {
			return nil, flow.Permanent(fmt.Errorf("a %T: %w", m, err))
		}
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = m.AppendJSON(b, cmp.Or(marks[i], loose)); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// deliveryKey returns the key of the nth delivery of a turn. The platform refuses a second push with the
// same key. The key is made of nothing but what a repeated turn has again, so that this holds even if
// the store lost the commit of the first run.
func deliveryKey(channel, sid, turn string, n int) (key [16]byte) {
	var buf [256]byte
	b := append(buf[:0], "kaiwa1|"...)
	b = append(append(b, channel...), '|')
	b = append(append(b, sid[max(0, len(sid)-session.HashLen):]...), '|') // the hash, as the whole id was once
	b = append(append(b, turn...), '|')
	b = strconv.AppendInt(b, int64(n), 10)
	sum := sha256.Sum256(b)
	copy(key[:], sum[:])
	key[6] = key[6]&0x0f | 0x80 // version 8, variant 10: RFC 9562
	key[8] = key[8]&0x3f | 0x80
	return key
}

// outputError says that a message which a step of a flow left cannot be sent, such as a text that is too
// long.
type outputError struct {
	flow, at string // at is the state that the step began in, "start", or the name of the reminder
	err      error
}

func (e *outputError) Error() string {
	return "bot: " + e.flow + ": " + e.at + ": output: " + e.err.Error()
}

func (e *outputError) Unwrap() error { return e.err }

// outputOf adds the flow and the place to an error of render; f is nil if no flow left the messages.
func outputOf(f *flow.Flow, place string, err error) error {
	if err == nil || f == nil {
		return err
	}
	return &outputError{f.Name(), place, err}
}
