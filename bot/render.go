package bot

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// maxMessages is how many messages one turn may send.
const maxMessages = 100

var errManyMessages = flow.Permanent(fmt.Errorf("bot: a turn sends more than %d messages", maxMessages))

// origin is where the messages of a turn come from.
type origin struct {
	session string
	turn    string
	mark    string // what names the step in the data of buttons; empty for none
	event   *transport.Event
	born    time.Time // see delivery
}

// render makes the deliveries of a turn: the first may be a reply, all are messages of the same
// chat, and each has a key that a repetition of the turn would give it again. The switch of a
// menu comes behind the messages, in a delivery of its own: what becomes of one does not concern
// the other.
func (p *planner) render(from origin, msgs []transport.Message, menu menuSwitch) ([]delivery, error) {
	if len(msgs) == 0 && !menu.on {
		return nil, nil
	}
	if len(msgs) > maxMessages {
		return nil, errManyMessages
	}
	e, sets := from.event, (len(msgs)+transport.MaxMessages-1)/transport.MaxMessages
	n := sets
	if menu.on {
		n++
	}
	outs := make([]delivery, n)
	for i := range outs {
		d := &outs[i]
		d.born, d.Source = from.born, e.Source
		d.Key = deliveryKey(e.Source.Channel, from.session, from.turn, i)
		if i == sets {
			d.SwitchMenu, d.Menu = true, menu.name
			break
		}
		set := msgs[i*transport.MaxMessages : min((i+1)*transport.MaxMessages, len(msgs))]
		var err error
		if d.Messages, err = renderMessages(set, from.mark); err != nil {
			return nil, err
		}
		d.PushOK = true
		if i == 0 && e.ReplyToken != "" {
			d.ReplyToken = e.ReplyToken
			d.PushOK = e.Source.Chat == transport.ChatUser || p.o.PushToGroups
		}
	}
	return outs, nil
}

// renderMessages returns the JSON array of the messages.
func renderMessages(msgs []transport.Message, mark string) (b []byte, err error) {
	defer rescue(&err)
	b = append(make([]byte, 0, 256), '[')
	for i, m := range msgs {
		if m == nil {
			return nil, errors.New("a nil message")
		}
		if err := m.Validate(); err != nil {
			return nil, fmt.Errorf("a %T: %w", m, err)
		}
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = m.AppendJSON(b, mark); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// deliveryKey depends on nothing but what a repeated turn has again: even if the store lost a
// commit, the platform sees the same key and refuses the second push.
func deliveryKey(channel, sid, turn string, n int) (key [16]byte) {
	var buf [256]byte
	b := append(buf[:0], "kaiwa1|"...)
	b = append(append(b, channel...), '|')
	b = append(append(b, sid...), '|')
	b = append(append(b, turn...), '|')
	b = strconv.AppendInt(b, int64(n), 10)
	sum := sha256.Sum256(b)
	copy(key[:], sum[:])
	key[6] = key[6]&0x0f | 0x80 // version 8, variant 10: RFC 9562
	key[8] = key[8]&0x3f | 0x80
	return key
}

// outputError is why what a step sends cannot be sent.
type outputError struct {
	flow, at string // the state that the step began in, "start", or the name of the reminder
	err      error
}

func (e *outputError) Error() string {
	return "bot: " + e.flow + ": " + e.at + ": output: " + e.err.Error()
}

func (e *outputError) Unwrap() error { return e.err }

// outputOf says whose output an error is about; f is nil if it is of no flow.
func outputOf(f *flow.Flow, in *flow.Input, err error) error {
	switch {
	case err == nil || f == nil:
		return err
	case in.Reminder:
		return &outputError{f.Name(), in.Event.Text, err}
	default:
		return &outputError{f.Name(), cmp.Or(string(in.State), "start"), err}
	}
}
