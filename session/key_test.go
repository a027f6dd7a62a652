package session_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

func TestKeyOf(t *testing.T) {
	alone := transport.Source{Channel: "c", Chat: transport.ChatUser, ChatID: "U1", UserID: "U1"}
	group := transport.Source{Channel: "c", Chat: transport.ChatGroup, ChatID: "G1", UserID: "U1"}
	room := transport.Source{Channel: "c", Chat: transport.ChatRoom, ChatID: "R1", UserID: "U1"}
	nobody := transport.Source{Channel: "c", Chat: transport.ChatGroup, ChatID: "G1"}

	user := session.Key{Channel: "c", Chat: transport.ChatUser, ChatID: "U1"}
	whole := session.Key{Channel: "c", Chat: transport.ChatGroup, ChatID: "G1"}
	member := session.Key{Channel: "c", Chat: transport.ChatGroup, ChatID: "G1", UserID: "U1"}
	tests := []struct {
		name  string
		src   transport.Source
		scope session.Scope
		want  session.Key
	}{
		{"one-to-one per member", alone, session.PerMember, user},
		{"one-to-one per chat", alone, session.PerChat, user},
		{"one-to-one per user", alone, session.PerUser, user},
		{"group per member", group, session.PerMember, member},
		{"group per chat", group, session.PerChat, whole},
		{"group per user", group, session.PerUser, user},
		{"nobody per member", nobody, session.PerMember, whole},
		{"nobody per chat", nobody, session.PerChat, whole},
		{"nobody per user", nobody, session.PerUser, whole},
		{"room per user", room, session.PerUser, user},
		{"room per chat", room, session.PerChat, session.Key{Channel: "c", Chat: transport.ChatRoom, ChatID: "R1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := session.KeyOf(tt.src, tt.scope)
			require.True(t, ok)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestKeyOfNoChat(t *testing.T) {
	for _, src := range []transport.Source{
		{},
		{Channel: "c", UserID: "U1"},
		{Channel: "c", Chat: transport.ChatUser, UserID: "U1"},
		{Channel: "c", ChatID: "U1"},
	} {
		for _, scope := range []session.Scope{session.PerMember, session.PerChat, session.PerUser} {
			k, ok := session.KeyOf(src, scope)
			require.False(t, ok)
			require.Zero(t, k)
		}
	}
}

func TestKeyID(t *testing.T) {
	k := session.Key{
		Channel: "1234567890", Chat: transport.ChatGroup,
		ChatID: "C" + strings.Repeat("ab", 16), UserID: "U" + strings.Repeat("cd", 16),
	}
	require.Equal(t, "1234567890/VG6d19s771pssf9E", k.ID(), "ids are stored: they never change")

	long := k
	long.ChatID = strings.Repeat("x", 1000)
	require.Len(t, long.ID(), len("1234567890/")+session.HashLen)

	seen := map[string]session.Key{}
	for _, k := range []session.Key{
		{}, k, long,
		{Channel: "c", Chat: transport.ChatUser, ChatID: "a"},
		{Channel: "d", Chat: transport.ChatUser, ChatID: "a"},
		{Channel: "c", Chat: transport.ChatRoom, ChatID: "a"},
		{Channel: "c", Chat: transport.ChatGroup, ChatID: "a"},
		{Channel: "c", Chat: transport.ChatGroup, ChatID: "a", UserID: "b"},
		{Channel: "c", Chat: transport.ChatGroup, ChatID: "b", UserID: "a"},
		{Channel: "c", Chat: transport.ChatGroup, ChatID: "ab"},
		{Channel: "c", Chat: transport.ChatGroup, UserID: "ab"},
	} {
		require.NotContains(t, seen, k.ID())
		seen[k.ID()] = k
	}
}

func TestAccount(t *testing.T) {
	for _, name := range []string{"", "shop", "shop/", "/", "a/b", "a/bcdefghijklmnopq", "\x00{}"} {
		require.Equal(t, name, session.Account(session.Key{Channel: name, ChatID: "ann"}.ID()))
	}
	for _, id := range []string{"", "/", "a", "VG6d19s771pssf9E", "/VG6d19s771pssf9", "shop/VG6d19s771pssf9E+"} {
		require.Empty(t, session.Account(id), id)
	}
}
