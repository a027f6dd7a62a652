package bot_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// journey is the data of the flow of 0485e33.json.
type journey struct {
	Day    string `json:"day,omitempty"`
	Party  string `json:"party,omitempty"`
	Photos int    `json:"photos,omitempty"`
}

type journeyTurn = flow.Turn[journey]

// journeyFlow is the flow of the fixture: it has calls, a history and wrong answers, and takes photos.
func journeyFlow(t *testing.T) *flow.Flow {
	t.Helper()
	say := func(text func(journey) string, buttons ...string) flow.Action[journey] {
		return func(_ context.Context, t *journeyTurn) error {
			var quick []line.Action
			for _, b := range buttons {
				quick = append(quick, line.Postback(b, b))
			}
			t.Send(line.Text(text(t.Data)).Quick(quick...))
			return nil
		}
	}
	words := func(text string) func(journey) string { return func(journey) string { return text } }
	setDay := func(_ context.Context, t *journeyTurn) error { t.Data.Day = t.Event().Postback.Data; return nil }
	setParty := func(_ context.Context, t *journeyTurn) error { t.Data.Party = t.Event().Postback.Data; return nil }
	count := func(_ context.Context, t *journeyTurn) error { t.Data.Photos += len(t.Event().Images); return nil }
	describe := func(j journey) string { return fmt.Sprintf("%s for %s, %d photos", j.Day, j.Party, j.Photos) }
	later := func(t *journeyTurn) time.Time { return t.Now().Add(5 * time.Hour) }

	b := flow.New[journey]("journey")
	b.Start(flow.Text("go")).To("ask_day")
	b.In("ask_day").Enter(say(words("Which day?"), "fri", "sat")).
		On(flow.Postback("fri", "sat")).Do(setDay).ReturnOr("ask_party")
	b.In("ask_party").Enter(say(func(j journey) string { return "How many on " + j.Day + "?" }, "2", "4")).
		On(flow.Postback("2", "4")).Do(setParty).To("confirm")
	b.In("confirm").Menu("confirm").Enter(say(func(j journey) string { return describe(j) + "?" }, "yes", "day", "photos")).
		On(flow.Postback("yes")).Do(say(func(j journey) string { return "Booked: " + describe(j) })).
		Remind("day_before", later, say(func(j journey) string { return "See you: " + describe(j) })).End().
		On(flow.Postback("day")).Call("ask_day").
		On(flow.Postback("photos")).Call("ask_photos")
	b.In("ask_photos").Enter(say(words("Photos, please."))).On(flow.Image()).Do(count).ReturnOr("confirm")
	b.InAny().
		On(flow.Text("back")).Back().
		Wrong(3).Do(say(words("Call us."))).End().
		After(3 * time.Hour).Do(say(func(j journey) string { return "Too late for " + j.Day + "." })).End()
	f, err := b.Build()
	require.NoError(t, err)
	return f
}

const asSticker = `"type":"message","message":{"type":"sticker","id":"1","packageId":"1","stickerId":"2"}`

// Conversations with a history, a call, wrong answers and photos that came, of before a session could have several
// conversations, go on.
func TestConversationsWithATrailGoOn(t *testing.T) {
	const file = "testdata/earlier/0485e33.json"
	begin := func(t *testing.T, age time.Duration) *world {
		w := newWorld(t)
		w.restore(file, age)
		w.startFlow(&bot.Options{}, journeyFlow(t))
		return w
	}
	t.Run("an hour later", func(t *testing.T) {
		w := begin(t, time.Hour)
		w.expect(fay, "push sat for 4, 1 photos?", "menu confirm") // of three photos, one came

		w.tap(ann, ann, "fri") // the call of ask_day
		w.expect(ann, "reply fri for 4, 0 photos?", "menu confirm")
		w.say(ann, ann, "ann-8", "back")
		w.expect(ann, "reply Which day?", "menu ")
		w.say(ann, ann, "ann-9", "back")
		w.expect(ann, "reply sat for 4, 0 photos?", "menu confirm")

		w.post(gil, gil, "gil-9", time.Now(), asSticker) // the third wrong answer
		w.expect(gil, "reply Call us.")
		w.tap(club, dan, "2")
		w.tap(club, cal, "2")
		w.expect(club, "reply sat for 2, 0 photos?") // the conversation is cal's alone
		w.say(club, cal, "cal-9", "back")
		w.expect(club, "reply How many on sat?")
		w.say(bea, bea, "bea-9", "go")
		w.expect(bea, "reply Which day?")
		w.stop()
		w.mu.Lock()
		defer w.mu.Unlock()
		require.Empty(t, w.calls, "nobody gets more")
	})
	t.Run("when timers are due", func(t *testing.T) {
		w := begin(t, 6*time.Hour)
		w.expect(ann, "push Too late for sat.")
		w.expect(gil, "push Too late for sat.")
		w.expect(club, "push Too late for sat.")
		w.expect(bea, "push See you: sat for 4, 0 photos") // a reminder, with the data of then
	})
}
