package bot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// delivery is an output in the bot's own form: what to send, and to whom. A session.Store keeps it as
// the bytes of an Output and does not look into them.
type delivery struct {
	transport.Delivery
	// born is the time from which the age counts: when the event that is answered was accepted, or
	// when the timer fired. The age decides whether a reply token may still be good, and when the
	// output is given up.
	born       time.Time
	unreadable bool // the stored bytes are not a delivery
}

// The bytes of a stored delivery. Numbers are big-endian:
//
//	1 byte    layout, now 1
//	1 byte    the kind of chat
//	1 byte    flags: 1 it may be pushed, 2 it is the switch of a menu
//	8 bytes   born, in milliseconds since 1970
//	16 bytes  the key
//	strings   channel, chat id, user id, reply token; each behind its length, a varint
//	the rest  the JSON of the messages, or the name of the menu
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

// pack packs the deliveries of a turn for the store, in order.
func pack(outs []delivery) [][]byte {
	var packed [][]byte
	for i := range outs {
		d := &outs[i]
		packed = append(packed, d.append(make([]byte, 0, len(d.Messages)+len(d.Menu)+192)))
	}
	return packed
}

// parse reads what append packed, also of earlier builds. Messages is a part of b, not a copy.
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

// earlierMenu reads the switch of a menu as builds up to November 2026 stored it: a JSON object in the
// place of the array of messages, such as {"menu":"booking"}. It returns false for messages.
func earlierMenu(b []byte) (name string, ok bool) {
	b, head := bytes.CutPrefix(b, []byte(`{"menu":"`))
	b, tail := bytes.CutSuffix(b, []byte(`"}`))
	return string(b), head && tail
}
