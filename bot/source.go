package bot

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/kaiwa-go/kaiwa/transport"
)

// A packed source is one byte, the channel if there is one, the chat's id and the user's id. The bits of
// the byte, from the lowest:
//
//	0 to 2   the kind of chat
//	3        a channel follows
//	4, 5     the form of the chat's id
//	6, 7     the form of the user's id
//
// An id of LINE is a letter and 32 hexadecimal digits, and packs to 17 bytes (idHex). So the source of a
// one-to-one chat, where both ids are the user's, takes 18 bytes: 0x91 (1 for the chat, idHex, idSame)
// and 17 bytes for the chat's id. A member of a group takes 35 bytes.
// https://developers.line.biz/en/docs/messaging-api/getting-user-ids/
const (
	chatMask    = 1<<3 - 1
	hasChannel  = 1 << 3
	chatIDShift = 4
	userIDShift = 6

	idPlain = 0 // the length, as a varint, and the id
	idHex   = 1 // the letter, and the digits two to a byte
	idSame  = 2 // nothing: the user's id is the chat's
	idMask  = 1<<2 - 1
)

// appendSource appends the packed source to b.
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

// idForm returns the form that an id is packed in.
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

// decoder reads packed values from the front of b. After the first fault it is bad and reads zeros, so
// the caller looks at bad once, at the end. A value that could have been packed in fewer bytes is a
// fault: a record has one packed form and no other.
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

// source reads what appendSource wrote.
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

// id reads an id that was packed in the form.
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
