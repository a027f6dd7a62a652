package transport

import "time"

// Event is one thing that arrived: a message, a tap on a button, a new follower, a timer, a signal.
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
	// Location is the place of a KindLocation event.
	Location *Location
	// Sticker is that of a KindSticker event.
	Sticker *Sticker
	// File describes the file of a KindFile event.
	File *File
	// Set is the set that a photo belongs to, if it was sent together with others.
	Set *ImageSet
	// Images are the ids of the messages of all photos that were sent together, in their order. A single
	// photo is one of one.
	Images []string
	// Mentions are those in the text of a KindText or KindEdited event, as the platform lists them.
	Mentions []Mention
	// Quoted is the id of the message that this one quotes; empty if it quotes none.
	Quoted string
	// Signal is the name of a KindSignal event, such as "paid", and Payload is what it brings, as JSON.
	Signal  string
	Payload []byte
	// Raw is the event as it arrived. It is nil for timers and signals.
	Raw []byte
}

// Mentioned reports whether the event is a text that mentions the bot itself.
func (e *Event) Mentioned() bool {
	for i := range e.Mentions {
		if e.Mentions[i].Self {
			return true
		}
	}
	return false
}

// Location is a place on the map that a user shared.
type Location struct {
	// Title and Address are what the platform calls the place; each may be empty.
	Title, Address string
	// Latitude and Longitude are in degrees (WGS 84).
	Latitude, Longitude float64
}

// Sticker is a sticker that a user sent.
type Sticker struct {
	// PackageID and ID name the sticker.
	PackageID, ID string
	// Keywords say what it shows, in English; there may be none.
	Keywords []string
	// Text is what the user wrote on it.
	Text string
}

// File is what the sender says of a file. Do not use its name as a path.
type File struct {
	Name string
	// Size is in bytes.
	Size int64
}

// ImageSet is a number of photos that were sent together. Each comes as an event of its own.
type ImageSet struct {
	ID string
	// Index counts from 1, and Total says how many there are. Both are zero where the platform does not
	// say.
	Index, Total int
}

// Mention is a user, or everybody, who is named in a text by @.
type Mention struct {
	// Index and Length say where the mention stands in the text, in UTF-16 code units.
	Index, Length int
	// UserID is who is mentioned; empty where the platform does not say, and for everybody.
	UserID string
	// All says that everybody in the chat is mentioned, and Self that it is the bot.
	All, Self bool
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
	KindTimer  // made by kaiwa when a timer is due
	KindSignal // made by bot.Bot.Signal alone
)

var kindNames = [...]string{
	"unknown", "text", "image", "video", "audio", "file", "location", "sticker", "message",
	"postback", "edited", "unsend", "follow", "unfollow", "join", "leave", "member joined",
	"member left", "video play complete", "beacon", "account link", "membership", "module",
	"activated", "deactivated", "bot suspended", "bot resumed", "delivery", "timer", "signal",
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
