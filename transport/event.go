package transport

import "time"

// Event is one thing that arrived: a message, a tap on a button, a new follower, a timer.
//
// An Event is not changed after it was made; do not write to its maps and slices.
type Event struct {
	// ID identifies the event and stays the same when the platform delivers it again.
	ID string
	// Kind says what happened. KindUnknown events carry only Type and Raw.
	Kind Kind
	// Type is the platform's own name of the event, such as "message" or "things".
	Type string
	// Source is the chat and the user that the event came from.
	Source Source
	// Time is when it happened by the platform's clock, to the millisecond. A redelivered
	// event keeps it.
	Time time.Time
	// Text is the text of a KindText or KindEdited event, and the name of a KindTimer event.
	Text string
	// MessageID is the platform's id of the message in a message, edit or unsend event.
	MessageID string
	// Postback is what a KindPostback event carries.
	Postback Postback
	// ReplyToken answers this event once, for free, for a short time. It is empty where the
	// platform gives none.
	ReplyToken string
	// Redelivered says that the platform marked the event as delivered before.
	Redelivered bool
	// Standby says that another system has control of the chat: the bot must not send.
	Standby bool
	// Raw is the event as it arrived. It is nil for timers.
	Raw []byte
}

// Postback is the data behind a button that was tapped.
type Postback struct {
	// Data is what the author put behind the button, without the mark.
	Data string
	// Mark names the step that the button was shown in (see the function Mark). It is empty if the
	// button belongs to no step.
	Mark string
	// Params holds what the user picked: "date", "time" or "datetime" for a picker. It is nil
	// for a plain button.
	Params map[string]string
}

// Kind says what an event is about.
type Kind uint8

// The kinds of events. Those from KindText to KindMessage are messages of a user.
const (
	KindUnknown Kind = iota
	KindText
	KindImage
	KindVideo
	KindAudio
	KindFile
	KindLocation
	KindSticker
	KindMessage // a message with a content type that has no kind of its own
	KindPostback
	KindEdited
	KindUnsend
	KindFollow
	KindUnfollow
	KindJoin
	KindLeave
	KindMemberJoined
	KindMemberLeft
	KindVideoPlayComplete
	KindBeacon
	KindAccountLink
	KindMembership
	KindModule
	KindActivated
	KindDeactivated
	KindBotSuspended
	KindBotResumed
	KindDelivery
	KindTimer // made by kaiwa when a timer is due
)

var kindNames = [...]string{
	"unknown", "text", "image", "video", "audio", "file", "location", "sticker", "message",
	"postback", "edited", "unsend", "follow", "unfollow", "join", "leave", "member joined",
	"member left", "video play complete", "beacon", "account link", "membership", "module",
	"activated", "deactivated", "bot suspended", "bot resumed", "delivery", "timer",
}

// String returns the kind in words, such as "member joined".
func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		return kindNames[KindUnknown]
	}
	return kindNames[k]
}

// IsMessage reports whether the kind is a message that a user sent.
func (k Kind) IsMessage() bool { return k >= KindText && k <= KindMessage }

// Source is where an event came from.
type Source struct {
	// Channel names the account that it came to. It is empty for an account without a name.
	Channel string
	// Chat says what kind of chat it is.
	Chat Chat
	// ChatID is the user's id in a one-to-one chat, else the id of the group or room. It is
	// what a message is pushed to.
	ChatID string
	// UserID is who acted. It is empty where the platform does not say.
	UserID string
}

// Chat is a kind of chat.
type Chat uint8

// The kinds of chats. ChatNone marks events that belong to no chat.
const (
	ChatNone Chat = iota
	ChatUser
	ChatGroup
	ChatRoom
)

// String returns "none", "user", "group" or "room".
func (c Chat) String() string {
	switch c {
	case ChatUser:
		return "user"
	case ChatGroup:
		return "group"
	case ChatRoom:
		return "room"
	default:
		return "none"
	}
}
