package bot

import (
	"crypto/sha256"
	"encoding/base64"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Where the parts of a mark end. The mark "qWzjaGPC", for example, was made for the session
// "shop/VG6d19s771pssf9E" by the turn "event-1", which began a conversation:
//
//	qW    the session: a hash of its id
//	zj    the conversation: a hash of the id of the turn that began it. The steps that follow take it over
//	aGP   the step: a hash of the id of the turn that entered it
//	C     a hash of the seven characters before it
//
// A button that belongs to no step, such as that of a reminder, has "--" and "---" for the conversation and
// the step: "qW-----N". Builds up to November 2026 made marks of four characters for the step and the hash.
//
// A character is one of 64. So it happens by chance that
//
//	1 in 64        of the data that looks marked, and is the author's own, passes for marked
//	1 in 4,096     taps on a button of another session is taken for stale, not for foreign
//	1 in 4,096     taps on a button of another conversation is taken for earlier, not for stale
//	1 in 262,144   taps on a button of another step of the conversation is taken for alive
//	1 in 2^30      taps on a button of another conversation is taken for alive
//	1 in 2^42      taps on a button of another session is taken for alive
const (
	sessionEnd      = 2
	conversationEnd = 4
	stepEnd         = 7
)

const (
	noConversation = "--"  // of a mark that names no step
	noStep         = "---" // the same
)

// stepMark returns the mark of the step that a turn entered, in the session of that id. The present mark is
// that of the step before, or empty if the turn began a conversation. The step stays in the present mark's
// conversation; if that mark is none of this session, or one of an earlier build, the turn gives the mark its
// conversation. A turn that is run again makes the same mark. For example, in the session
// "shop/VG6d19s771pssf9E":
//
//	present ""           turn "event-1"   "qWzjaGPC": a conversation begins
//	present "qWzjaGPC"   turn "event-2"   "qWzjPRT4": its next step
//	present ""           turn "event-3"   "qWFEG6Vh": another conversation begins
func stepMark(id, present, turn string) string {
	of, own := markOfSession(id), hashText(turn, stepEnd-sessionEnd)
	conversation, step := own[:conversationEnd-sessionEnd], own[conversationEnd-sessionEnd:]
	if conversation == noConversation {
		conversation = "-_" // as any other, but it does not say that there is none
	}
	if len(present) == transport.MarkLen && present[:sessionEnd] == of && !isLoose(present) {
		conversation = present[sessionEnd:conversationEnd]
	}
	return checked(of + conversation + step)
}

// looseMark returns the mark of messages that belong to no step of the session of that id: reminders, the last
// message of a conversation, and answers outside of one. It is "qW-----N" for "shop/VG6d19s771pssf9E".
func looseMark(id string) string {
	return checked(markOfSession(id) + noConversation + noStep)
}

// isLoose reports whether the mark, of transport.MarkLen characters, names no step.
func isLoose(mark string) bool { return mark[sessionEnd:conversationEnd] == noConversation }

// conversationOf returns the two characters of a mark that name the conversation; nothing if the mark is of an
// earlier build.
func conversationOf(mark string) string {
	if len(mark) != transport.MarkLen {
		return ""
	}
	return mark[sessionEnd:conversationEnd]
}

// markOfSession returns the characters of a mark for the session of that id. They are a hash of the hash at the
// end of the id, so that they are the same for the id without the account that earlier builds wrote.
func markOfSession(id string) string {
	h := hashChars("session ", id[max(0, len(id)-session.HashLen):])
	return string(h[:sessionEnd])
}

// checked returns the mark with its last character, by which a mark is told from data that looks like one.
func checked(m string) string {
	h := hashChars("mark ", m)
	return m + string(h[:1])
}

// hashText returns n characters of a hash, as they may be in a mark; n is 8 at most.
func hashText(s string, n int) string {
	h := hashChars("", s)
	return string(h[:n])
}

// hashChars returns eight characters of the hash of the two texts, one behind the other. It takes no memory: each
// turn makes a mark.
func hashChars(kind, s string) (chars [8]byte) {
	var buf [64]byte
	sum := sha256.Sum256(append(append(buf[:0], kind...), s...))
	base64.RawURLEncoding.Encode(chars[:], sum[:6])
	return chars
}

// packMark returns a mark as the record of a session keeps it: four bytes for the conversation and the step.
// The session and the last character follow from the session's id. A mark of an earlier build is kept as it is.
func packMark(mark string) string {
	if len(mark) != transport.MarkLen {
		return mark
	}
	b, err := base64.RawURLEncoding.DecodeString(mark[sessionEnd:stepEnd] + "AAA")
	if err != nil {
		return mark
	}
	return string(b[:packedMark])
}

const packedMark = 4

// unpackMark returns the mark that packMark packed, in the session of that id.
func unpackMark(id, packed string) string {
	if len(packed) != packedMark {
		return packed
	}
	var raw [6]byte
	var chars [8]byte
	copy(raw[:], packed)
	base64.RawURLEncoding.Encode(chars[:], raw[:])
	return checked(markOfSession(id) + string(chars[:stepEnd-sessionEnd]))
}

// ownData returns the event of a tap with all of its data, if what looks like a mark in it is none: neither
// the mark of the present step nor one that checked made. For example, a rich menu that was made elsewhere
// has the data "~hello~x" or "~good-bye~x". Of such data, one in 64 still passes for marked.
func ownData(e *transport.Event, present string) *transport.Event {
	m := e.Postback.Mark
	if m == "" || m == present || checked(m[:len(m)-1]) == m {
		return e
	}
	own := *e
	own.Postback.Data, own.Postback.Mark = transport.Mark(e.Postback.Data, m), ""
	return &own
}

// tap says on which button an event taps.
type tap uint8

const (
	// tapNone is no tap: the event is no postback.
	tapNone tap = iota
	// tapUnmarked is a tap on a button without a mark: of a rich menu, or of another program. Data that
	// somebody forged is unmarked too, or anything else.
	tapUnmarked
	// tapLoose is a tap on a button that this session showed in no step, such as under a reminder.
	tapLoose
	// tapAlive is a tap on a button of the present step.
	tapAlive
	// tapEarlier is a tap on a button of another step of the present conversation.
	tapEarlier
	// tapStale is a tap on a button of another conversation of this session, or on one of an earlier build,
	// whose mark names neither session nor conversation.
	tapStale
	// tapForeign is a tap on a button that another session showed: in a group, that of another member.
	tapForeign
)

// tapOf says on which button of the session of that id the event taps. The present mark is the session's, or
// empty if no flow is active: then nothing is alive or earlier. The event is as ownData returned it. For
// example, with the present mark "qWzjPRT4" in the session "shop/VG6d19s771pssf9E":
//
//	""           unmarked
//	"qW-----N"   loose
//	"qWzjPRT4"   alive
//	"qWzjaGPC"   earlier
//	"qWFEG6Vh"   stale: another conversation
//	"k3Xq0"      stale: an earlier build
//	"JazjaGPd"   foreign
func tapOf(e *transport.Event, id, present string) tap {
	m := e.Postback.Mark
	switch {
	case e.Kind != transport.KindPostback:
		return tapNone
	case m == "":
		return tapUnmarked
	case m == present:
		return tapAlive
	case len(m) != transport.MarkLen:
		return tapStale
	case m[:sessionEnd] != markOfSession(id):
		return tapForeign
	case isLoose(m):
		return tapLoose
	case len(present) == transport.MarkLen && m[:conversationEnd] == present[:conversationEnd]:
		return tapEarlier
	default:
		return tapStale
	}
}
