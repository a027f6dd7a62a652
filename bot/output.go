package bot

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// output is a delivery with the time by which its age is judged: when the event that it answers
// was accepted, or when the timer fired.
type output struct {
	transport.Delivery
	born       time.Time
	unreadable bool // what is stored is not an output
}

// maxMessages is how many messages one turn may send.
const maxMessages = 100

var errManyMessages = flow.Permanent(fmt.Errorf("bot: a turn sends more than %d messages", maxMessages))

// render makes the outputs of a turn: the first may be a reply, all are messages of the same
// chat, and each has a key that a repetition of the turn would give it again. The switch of a
// menu comes behind the messages, in a delivery of its own: what becomes of one does not concern
// the other.
func (b *Bot) render(sid, turn, tag string, e *transport.Event, born time.Time, msgs []transport.Message, menu menuSwitch) ([]output, error) {
	if len(msgs) == 0 && !menu.on {
		return nil, nil
	}
	if len(msgs) > maxMessages {
		return nil, errManyMessages
	}
	outs := make([]output, 0, (len(msgs)+transport.MaxMessages-1)/transport.MaxMessages)
	for len(msgs) > 0 {
		n := min(len(msgs), transport.MaxMessages)
		body, err := renderMessages(msgs[:n], tag)
		if err != nil {
			return nil, err
		}
		o := output{born: born}
		o.Source, o.Messages, o.PushOK = e.Source, body, true
		o.Key = deliveryKey(e.Source.Channel, sid, turn, len(outs))
		if len(outs) == 0 && e.ReplyToken != "" {
			o.ReplyToken = e.ReplyToken
			o.PushOK = e.Source.Chat == transport.ChatUser || b.o.PushToGroups
		}
		outs = append(outs, o)
		msgs = msgs[n:]
	}
	if menu.on {
		o := output{born: born}
		o.Source, o.SwitchMenu, o.Menu = e.Source, true, menu.name
		o.Key = deliveryKey(e.Source.Channel, sid, turn, len(outs))
		outs = append(outs, o)
	}
	return outs, nil
}

func renderMessages(msgs []transport.Message, tag string) (b []byte, err error) {
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
		if b, err = m.AppendJSON(b, tag); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
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

const outputLayout = 1

// The third byte of a stored output.
const (
	flagPushOK = 1
	flagMenu   = 2 // what follows the strings is the name of a menu, not messages
)

var errBadOutput = errors.New("bot: malformed output")

// append packs the output for the store.
func (o *output) append(b []byte) []byte {
	flags := byte(0)
	if o.PushOK {
		flags |= flagPushOK
	}
	if o.SwitchMenu {
		flags |= flagMenu
	}
	b = append(b, outputLayout, byte(o.Source.Chat), flags)
	b = binary.BigEndian.AppendUint64(b, uint64(o.born.UnixMilli()))
	b = append(b, o.Key[:]...)
	for _, s := range [...]string{o.Source.Channel, o.Source.ChatID, o.Source.UserID, o.ReplyToken} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	if o.SwitchMenu {
		return append(b, o.Menu...)
	}
	return append(b, o.Messages...)
}

// pack packs outputs for the store.
func pack(outs []output) [][]byte {
	var packed [][]byte
	for i := range outs {
		packed = append(packed, outs[i].append(make([]byte, 0, len(outs[i].Messages)+len(outs[i].Menu)+192)))
	}
	return packed
}

// parse reads what append packed. The messages refer to b.
func (o *output) parse(b []byte) error {
	const fixed = 3 + 8 + 16
	if len(b) < fixed || b[0] != outputLayout {
		return errBadOutput
	}
	flags := b[2]
	o.Source.Chat, o.PushOK = transport.Chat(b[1]), flags&flagPushOK != 0
	o.born = time.UnixMilli(int64(binary.BigEndian.Uint64(b[3:])))
	copy(o.Key[:], b[11:])
	b = b[fixed:]
	for _, s := range [...]*string{&o.Source.Channel, &o.Source.ChatID, &o.Source.UserID, &o.ReplyToken} {
		n, k := binary.Uvarint(b)
		if k <= 0 || n > uint64(len(b)-k) {
			return errBadOutput
		}
		*s = string(b[k : k+int(n)])
		b = b[k+int(n):]
	}
	switch name, earlier := earlierMenu(b); {
	case flags&flagMenu != 0:
		o.SwitchMenu, o.Menu = true, string(b)
	case earlier:
		o.SwitchMenu, o.Menu = true, name
	default:
		o.Messages = b
	}
	return nil
}

// earlierMenu reads the switch of a menu as builds up to November 2026 stored it: a JSON object in
// the place of the array of messages, such as {"menu":"booking"}.
func earlierMenu(b []byte) (name string, ok bool) {
	b, head := bytes.CutPrefix(b, []byte(`{"menu":"`))
	b, tail := bytes.CutSuffix(b, []byte(`"}`))
	return string(b), head && tail
}
