package bot

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/kaiwa-go/kaiwa/transport"
)

// A source begins with a byte that holds the chat, whether there is a channel, and the forms of
// the two ids. An id of LINE, a letter and 32 hexadecimal digits, packs to 17 bytes.
// https://developers.line.biz/en/docs/messaging-api/getting-user-ids/
const (
	chatMask    = 1<<3 - 1
	hasChannel  = 1 << 3
	chatIDShift = 4
	userIDShift = 6

	idPlain = 0
	idHex   = 1
	idSame  = 2 // the user's id is the chat's
	idMask  = 1<<2 - 1
)

func appendSource(b []byte, src *transport.Source) []byte {
	chatForm, userForm := idForm(src.ChatID), idForm(src.UserID)
	if src.UserID == src.ChatID {
		userForm = idSame
	}
	mark := byte(src.Chat)&chatMask | chatForm<<chatIDShift | userForm<<userIDShift
	if src.Channel == "" {
		b = append(b, mark)
	} else {
		b = appendString(append(b, mark|hasChannel), src.Channel)
	}
	return appendID(appendID(b, src.ChatID, chatForm), src.UserID, userForm)
}

func idForm(id string) byte {
	if len(id) != 33 {
		return idPlain
	}
	for i := 1; i < len(id); i++ {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return idPlain
		}
	}
	return idHex
}

func appendID(b []byte, id string, form byte) []byte {
	switch form {
	case idSame:
		return b
	case idHex:
		b = append(b, id[0])
		b, _ = hex.AppendDecode(b, []byte(id[1:])) // idForm looked at the digits
		return b
	default:
		return appendString(b, id)
	}
}

// decoder reads packed values off b. After the first fault it is bad and reads zeros. What could
// have been packed shorter is a fault: one record has one packed form.
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
	if n <= 0 || n > 1 && d.b[n-1] == 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 || n > 1 && d.b[n-1] == 0 {
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

func (d *decoder) source() transport.Source {
	mark := d.byte()
	src := transport.Source{Chat: transport.Chat(mark & chatMask)}
	if mark&hasChannel != 0 {
		if src.Channel = d.string(); src.Channel == "" {
			d.fail()
		}
	}
	src.ChatID = d.id(mark >> chatIDShift & idMask)
	if form := mark >> userIDShift; form == idSame {
		src.UserID = src.ChatID
	} else if src.UserID = d.id(form); src.UserID == src.ChatID {
		d.fail()
	}
	return src
}

func (d *decoder) id(form byte) string {
	switch form {
	case idHex:
		if len(d.b) < 17 {
			d.fail()
			return ""
		}
		var id [33]byte
		id[0] = d.b[0]
		hex.Encode(id[1:], d.b[1:17])
		d.b = d.b[17:]
		return string(id[:])
	case idPlain:
		id := d.string()
		if idForm(id) != idPlain {
			d.fail()
		}
		return id
	default:
		d.fail()
		return ""
	}
}
