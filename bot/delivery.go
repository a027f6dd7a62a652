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
	ages
	unreadable bool      // what is stored is no delivery
	resting    time.Time // until then, no attempt: see transport.SendError.TokenSpent
	dropped    bool      // it became a dead letter, and is out of the outbox
}

// ages are the times by which a delivery is judged, by the store's clock. Of what a timer sends, all are
// the time at which it fired. For an event that happened at 12:00 and was delivered again at 14:00, whose
// turn failed until 14:01, they are 14:01, 14:00 and 12:00.
type ages struct {
	born     time.Time // when the turn left the delivery: it is tried for 23 h, as long as its key is good
	accepted time.Time // when the event was accepted: its reply token is good for about a minute
	happened time.Time // when the event happened: its reply token is good for 20 minutes
}

// agesOf returns the ages of what a turn leaves now, in answer to an event.
func agesOf(now, accepted time.Time, e *transport.Event) ages {
	a := ages{born: now, accepted: accepted, happened: e.Time}
	if e.Time.IsZero() {
		a.happened = accepted
	}
	return a
}

// The bytes of a stored delivery. Numbers are big-endian:
//
//	1 byte     layout, now 2
//	1 byte     the kind of chat
//	1 byte     flags: 1 it may be pushed, 2 it is the switch of a menu
//	3×8 bytes  born, accepted and happened, in milliseconds since 1970
//	16 bytes   the key
//	strings    channel, chat id, user id, reply token; each behind its length, a varint
//	the rest   the JSON of the messages, or the name of the menu
//
// Builds up to November 2026 wrote layout 1, which has 8 bytes for accepted in the place of the three.
const (
	deliveryLayout  = 2
	deliveryEarlier = 1
	deliveryFixed   = 3 + 3*8 + 16 // bytes before the strings
	deliveryLess    = 2 * 8        // so many fewer in the earlier layout

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
	for _, t := range [...]time.Time{d.born, d.accepted, d.happened} {
		b = binary.BigEndian.AppendUint64(b, uint64(t.UnixMilli()))
	}
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
	fixed := deliveryFixed
	if len(b) > 0 && b[0] == deliveryEarlier {
		fixed -= deliveryLess
	} else if len(b) == 0 || b[0] != deliveryLayout {
		return errBadDelivery
	}
	if len(b) < fixed {
		return errBadDelivery
	}
	flags := b[2]
	d.Source.Chat, d.PushOK = transport.Chat(b[1]), flags&flagPushOK != 0
	at := func(n int) time.Time { return time.UnixMilli(int64(binary.BigEndian.Uint64(b[3+8*n:]))) }
	d.ages = ages{at(0), at(0), at(0)}
	if fixed == deliveryFixed {
		d.ages = ages{at(0), at(1), at(2)}
	}
	copy(d.Key[:], b[fixed-len(d.Key):])
	b = b[fixed:]
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
