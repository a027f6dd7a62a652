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

// HashLen is how many characters of a session's id are its hash.
const HashLen = 16

// ID returns the name under which a store keeps the session: the account, which is Channel, a slash and a
// hash, such as "shop/VG6d19s771pssf9E". The hash is 96 bits of a SHA-256 over the whole key, in URL-safe
// base64. So no id of a user shows in the names of keys.
func (k Key) ID() string {
	var b [160]byte
	s := append(b[:0], "kaiwa1|"...)
	s = append(s, k.Channel...)
	s = append(s, '|', '0'+byte(k.Chat), '|')
	s = append(s, k.ChatID...)
	s = append(s, '|')
	s = append(s, k.UserID...)
	sum := sha256.Sum256(s)
	s = append(append(b[:0], k.Channel...), '/')
	return string(base64.RawURLEncoding.AppendEncode(s, sum[:HashLen*6/8]))
}

// Account returns the account of a session's id: all before the last slash and the hash. An account may be
// empty, and may have slashes itself: that of "a/b/VG6d19s771pssf9E" is "a/b". It is empty for an id that
// Key.ID did not make.
func Account(id string) string {
	if at := len(id) - HashLen - 1; at > 0 && id[at] == '/' {
		return id[:at]
	}
	return ""
}
