package bot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// delivery is what one output of a session.Store holds.
type delivery struct {
	transport.Delivery
	// born is the time by which the age is judged: when the event that is answered was accepted, or
	// when the timer fired.
	born       time.Time
	unreadable bool // what is stored is no delivery
}

// A stored delivery, big-endian: B layout, B chat, B flags, I8 born (ms), the key; channel, chat id,
// user id and reply token, each behind its length as a varint; to the end the messages, or the name
// of the menu.
const (
	deliveryLayout = 1
	deliveryFixed  = 3 + 8 + 16 // bytes before the strings

	flagPushOK = 1
	flagMenu   = 2
)

var errBadDelivery = errors.New("bot: malformed output")

// append packs the delivery for the store.
func (d *delivery) append(b []byte) []byte {
	flags := byte(0)
	if d.PushOK {
		flags |= flagPushOK
	}
	if d.SwitchMenu {
		flags |= flagMenu
	}
	b = append(b, deliveryLayout, byte(d.Source.Chat), flags)
	b = binary.BigEndian.AppendUint64(b, uint64(d.born.UnixMilli()))
	b = append(b, d.Key[:]...)
	for _, s := range [...]string{d.Source.Channel, d.Source.ChatID, d.Source.UserID, d.ReplyToken} {
		b = appendString(b, s)
	}
	if d.SwitchMenu {
		return append(b, d.Menu...)
	}
	return append(b, d.Messages...)
}

// pack packs deliveries for the store.
func pack(outs []delivery) [][]byte {
	var packed [][]byte
	for i := range outs {
		d := &outs[i]
		packed = append(packed, d.append(make([]byte, 0, len(d.Messages)+len(d.Menu)+192)))
	}
	return packed
}

// parse reads what append packed. The messages refer to b.
func (d *delivery) parse(b []byte) error {
	if len(b) < deliveryFixed || b[0] != deliveryLayout {
		return errBadDelivery
	}
	flags := b[2]
	d.Source.Chat, d.PushOK = transport.Chat(b[1]), flags&flagPushOK != 0
	d.born = time.UnixMilli(int64(binary.BigEndian.Uint64(b[3:])))
	copy(d.Key[:], b[11:])
	b = b[deliveryFixed:]
	for _, s := range [...]*string{&d.Source.Channel, &d.Source.ChatID, &d.Source.UserID, &d.ReplyToken} {
		n, k := binary.Uvarint(b)
		if k <= 0 || n > uint64(len(b)-k) {
			return errBadDelivery
		}
		*s = string(b[k : k+int(n)])
		b = b[k+int(n):]
	}
	switch name, earlier := earlierMenu(b); {
	case flags&flagMenu != 0:
		d.SwitchMenu, d.Menu = true, string(b)
	case earlier:
		d.SwitchMenu, d.Menu = true, name
	default:
		d.Messages = b
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
