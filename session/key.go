package session

import (
	"crypto/sha256"
	"encoding/base64"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Scope says whose conversation an event belongs to.
type Scope uint8

const (
	// PerMember gives each member of a group or room a conversation of their own. Events that
	// name no user belong to the chat's conversation. In a one-to-one chat it is the user's.
	PerMember Scope = iota
	// PerChat gives all members of a group or room one conversation.
	PerChat
	// PerUser gives a user one conversation in all chats. Events that name no user belong to
	// the chat's conversation.
	PerUser
)

// Key identifies a session: a user, a group, a room, or a member of one of these.
type Key struct {
	Channel string
	Chat    transport.Chat
	ChatID  string
	UserID  string
}

// KeyOf returns the key of the conversation that an event from src belongs to. It is false for
// events that belong to no chat.
func KeyOf(src transport.Source, scope Scope) (Key, bool) {
	k := Key{Channel: src.Channel, Chat: src.Chat, ChatID: src.ChatID}
	switch {
	case src.Chat == transport.ChatNone || src.ChatID == "":
		return Key{}, false
	case src.Chat == transport.ChatUser || scope == PerChat || src.UserID == "":
	case scope == PerUser:
		k.Chat, k.ChatID = transport.ChatUser, src.UserID
	default:
		k.UserID = src.UserID
	}
	return k, true
}

// IDLen is the length of a session's id.
const IDLen = 16

// ID returns the name under which a store keeps the session, such as "VG6d19s771pssf9E": 96 bits of a
// SHA-256 over the key, in URL-safe base64. So no id of a user shows in the names of keys.
func (k Key) ID() string {
	var b [160]byte
	s := append(b[:0], "kaiwa1|"...)
	s = append(s, k.Channel...)
	s = append(s, '|', '0'+byte(k.Chat), '|')
	s = append(s, k.ChatID...)
	s = append(s, '|')
	s = append(s, k.UserID...)
	sum := sha256.Sum256(s)
	return base64.RawURLEncoding.EncodeToString(sum[:IDLen*6/8])
}
