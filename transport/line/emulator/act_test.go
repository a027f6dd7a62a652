package emulator

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUserActions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		act  func(*stage, context.Context) (Delivery, error)
		text string
		want map[string]any
	}{
		{"text", func(s *stage, ctx context.Context) (Delivery, error) {
			return s.Say(ctx, "User A", "hi")
		}, "hi", map[string]any{"type": "text", "text": "hi"}},
		{"sticker", func(s *stage, ctx context.Context) (Delivery, error) {
			return s.Sticker(ctx, "User A", "446", "1988")
		}, "Sticker 446/1988", map[string]any{
			"type": "sticker", "packageId": "446", "stickerId": "1988", "stickerResourceType": "STATIC"}},
		{"image", func(s *stage, ctx context.Context) (Delivery, error) {
			return s.Image(ctx, "User A")
		}, "Photo", map[string]any{
			"type": "image", "contentProvider": map[string]any{"type": "line"}}},
		{"location", func(s *stage, ctx context.Context) (Delivery, error) {
			return s.Location(ctx, "User A", "Here", "1 Main Street", 1.5, -2)
		}, "Location: Here: 1 Main Street", map[string]any{
			"type": "location", "title": "Here", "address": "1 Main Street", "latitude": 1.5, "longitude": -2.0}},
		{"place without a name", func(s *stage, ctx context.Context) (Delivery, error) {
			return s.Location(ctx, "User A", "", "", 1.5, -2)
		}, "Location", map[string]any{"type": "location", "latitude": 1.5, "longitude": -2.0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, nil)
			_, err := test.act(s, t.Context())
			require.NoError(t, err)
			m := s.Messages(s.user())[0]
			require.Equal(t, FromUser, m.From)
			require.Equal(t, test.text, m.Text)
			got := s.hit().event.Message
			require.Equal(t, m.ID, got["id"])
			require.Equal(t, got["type"] != "location", got["quoteToken"] != nil)
			delete(got, "id")
			delete(got, "quoteToken")
			require.NotEmpty(t, got["markAsReadToken"])
			delete(got, "markAsReadToken")
			require.Equal(t, test.want, got)

			_, err = s.Follow(t.Context(), "User A")
			require.NoError(t, err)
			_, err = s.Unfollow(t.Context(), "User A")
			require.NoError(t, err)
			_, err = test.act(s, t.Context())
			require.ErrorIs(t, err, ErrBlocked)
		})
	}
}

func TestSayRefusals(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	_, err := s.Say(t.Context(), "nobody", "hi")
	require.ErrorIs(t, err, ErrUnknownUser)
	_, err = s.Say(t.Context(), s.user(), "")
	require.ErrorIs(t, err, ErrBadInput)
	_, err = s.Say(t.Context(), s.user(), a(5001))
	require.ErrorIs(t, err, ErrBadInput)
	require.NotContains(t, err.Error(), "aa")
	_, err = s.Location(t.Context(), s.user(), "Nowhere", "", math.NaN(), 0)
	require.ErrorIs(t, err, ErrBadInput)
	require.Empty(t, s.hits)
}

func TestFollowAndUnfollow(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	do := func(f func(context.Context, string) (Delivery, error)) Delivery {
		d, err := f(t.Context(), s.user())
		require.NoError(t, err)
		return d
	}
	require.Empty(t, do(s.Unfollow).EventID, "not a friend yet")
	d := do(s.Follow)
	require.NotEmpty(t, d.ReplyToken)
	h := s.hit()
	require.Equal(t, "follow", h.event.Type)
	require.False(t, h.event.Follow.IsUnblocked)
	require.Empty(t, do(s.Follow).EventID, "a friend already")
	require.Empty(t, do(s.Unfollow).ReplyToken)
	require.Equal(t, "unfollow", s.hit().event.Type)
	do(s.Follow)
	require.True(t, s.hit().event.Follow.IsUnblocked)

	_, err := s.Follow(t.Context(), "nobody")
	require.ErrorIs(t, err, ErrUnknownUser)
	_, err = s.Unfollow(t.Context(), "nobody")
	require.ErrorIs(t, err, ErrUnknownUser)
}
