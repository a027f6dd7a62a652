package emulator

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUsers(t *testing.T) {
	t.Parallel()
	p := New(secret, token, &Options{Users: []string{"First", "Second"}})
	require.Equal(t, "First", p.Users()[0].Name)
	require.Regexp(t, userID, p.Users()[0].ID)
	require.NotEqual(t, p.Users()[0].ID, p.Users()[1].ID)
	require.Equal(t, p.Users(), New("", "", &Options{Users: []string{"First", "Second"}}).Users(),
		"ids stay the same from run to run")
	require.PanicsWithValue(t, `emulator: two users are called "First", or one is not named`, func() {
		New(secret, token, &Options{Users: []string{"First", "First"}})
	})
}

func TestMessagesShowBothSides(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.reply(s.says("hi"), hello+","+sure)
	push(s, s.user(), receipt)
	got := s.Messages(s.user())
	require.Len(t, got, 4)
	for i, want := range []Message{
		{Seq: 1, From: FromUser, Author: s.user(), Read: true, Type: "text", Text: "hi"},
		{Seq: 2, From: FromBot, Via: "reply", Type: "text", Text: "hello"},
		{Seq: 3, From: FromBot, Via: "reply", Type: "template", Text: "sure?"},
		{Seq: 4, From: FromBot, Via: "push", Type: "flex", Text: "receipt"},
	} {
		require.NotEmpty(t, got[i].ID)
		require.True(t, json.Valid(got[i].Content))
		want.ID, want.Time, want.Content = got[i].ID, s.now.now(), got[i].Content
		require.Equal(t, want, got[i])
	}
	require.JSONEq(t, sure, string(got[2].Content))
	require.Less(t, got[0].ID, got[1].ID)
	raw, err := json.Marshal(got[1])
	require.NoError(t, err)
	require.Contains(t, string(raw), `"seq":2`)
	require.Empty(t, s.Messages(s.Users()[1].ID), "each user has a chat of its own")
	require.Nil(t, s.Messages("nobody"))
}

func TestNext(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	token := s.says("hi")
	got := make(chan Message)
	go func() {
		m, _ := s.Next(t.Context(), "User A", 0)
		got <- m
	}()
	s.reply(token, hello+`,{"type":"text","text":"again"}`)
	m := <-got
	require.Equal(t, 2, m.Seq)
	m, err := s.Next(t.Context(), "User A", m.Seq)
	require.NoError(t, err)
	require.Equal(t, "again", m.Text)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Next(ctx, "User A", 3)
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.Next(ctx, "User A", 99)
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.Next(t.Context(), "nobody", 0)
	require.ErrorIs(t, err, ErrUnknownUser)
	s.Close()
	_, err = s.Next(t.Context(), "User A", 3)
	require.ErrorIs(t, err, ErrClosed)
	m, err = s.Next(t.Context(), "User A", -1)
	require.NoError(t, err, "what is there can be read after Close")
	require.Equal(t, 2, m.Seq)
}
