package line_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// TestWhatUsersSendIsTyped sends as people do and looks at the events that a bot gets, both as they
// arrive and as they are read again from a store.
func TestWhatUsersSendIsTyped(t *testing.T) {
	platform := emulator.New("secret", "token", &emulator.Options{BotName: "Bot", Users: []string{"Ann", "Bob"}})
	t.Cleanup(platform.Close)
	group, err := platform.AddGroup(emulator.Group{Name: "Friends"}, "Ann", "Bob")
	require.NoError(t, err)
	c, err := line.New("secret", "token", &line.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	arrived := make(chan transport.Event, 10)
	bot := httptest.NewServer(c.Handler(func(_ context.Context, events []transport.Event) error {
		for _, e := range events {
			arrived <- e
		}
		return nil
	}))
	t.Cleanup(bot.Close)
	platform.SetWebhook(bot.URL)
	_, err = platform.Invite(t.Context(), "Friends")
	require.NoError(t, err)
	require.Equal(t, transport.KindJoin, (<-arrived).Kind)

	// next returns the event of what a user has just sent.
	next := func(_ emulator.Delivery, err error) transport.Event {
		t.Helper()
		require.NoError(t, err)
		select {
		case e := <-arrived:
			again, err := c.Decode("", e.Raw)
			require.NoError(t, err)
			require.Equal(t, e, again)
			return e
		default:
			require.Fail(t, "no event came")
			return transport.Event{}
		}
	}
	ctx := t.Context()

	e := next(platform.Location(ctx, "Ann", "Here", "1 Main Street", 35.67966, -139.73669))
	require.Equal(t, &transport.Location{Title: "Here", Address: "1 Main Street", Latitude: 35.67966, Longitude: -139.73669}, e.Location)
	e = next(platform.Sticker(ctx, "Ann", "446", "1988"))
	require.Equal(t, &transport.Sticker{PackageID: "446", ID: "1988"}, e.Sticker)
	e = next(platform.Upload(ctx, "Ann", emulator.Upload{Kind: "file", Name: "menu.txt", Data: []byte("rice")}))
	require.Equal(t, &transport.File{Name: "menu.txt", Size: 4}, e.File)
	e = next(platform.Image(ctx, "Ann"))
	require.Nil(t, e.Set)
	require.Equal(t, []string{e.MessageID}, e.Images)

	photo := emulator.Upload{Kind: "image", Data: []byte("GIF89a")}
	list, err := platform.Album(ctx, "Ann", photo, photo, photo)
	var set transport.ImageSet
	for i, d := range list {
		e = next(d, err)
		if i == 0 {
			set = *e.Set
		}
		require.Equal(t, transport.ImageSet{ID: set.ID, Index: i + 1, Total: 3}, *e.Set)
		require.Equal(t, []string{e.MessageID}, e.Images)
	}
	require.Len(t, list, 3)

	said := next(platform.Say(ctx, "Friends/Ann", "to the 🍎 one, at 8"))
	require.False(t, said.Mentioned())
	require.Empty(t, said.Quoted)
	e = next(platform.Quote(ctx, "Friends/Bob", said.MessageID, "🍎 @Bot @Ann @All this one"))
	require.True(t, e.Mentioned())
	require.Equal(t, said.MessageID, e.Quoted)
	require.Equal(t, group.ID, e.Source.ChatID)
	require.Equal(t, []transport.Mention{
		{Index: 3, Length: 4, UserID: e.Mentions[0].UserID, Self: true},
		{Index: 8, Length: 4, UserID: said.Source.UserID},
		{Index: 13, Length: 4, All: true},
	}, e.Mentions)
	_, err = platform.Quote(ctx, "Friends/Bob", e.ReplyToken, "what?")
	require.ErrorIs(t, err, emulator.ErrBadInput, "no message has that id")
}
