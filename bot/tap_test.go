package bot_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// visit is a flow that asks to confirm, and whose last message and reminder have buttons with data that the
// question has too. "again" counts in the data and asks again.
func visit() *flow.Flow {
	soon := func(t *countTurn) time.Time { return t.Now().Add(time.Hour) }
	b := flow.New[count]("visit")
	b.Start(flow.Text("book"), flow.Postback("book")).To("pick")
	b.In("pick").Enter(show(text("which?"))).
		On(flow.Postback("dish").Lasting()).Do(show(text("a dish"))).Stay().
		On(flow.Postback("pick")).To("confirm")
	b.In("confirm").Enter(show(text("sure?"))).
		On(flow.Text("again")).Again().
		On(flow.Text("more")).Do(func(_ context.Context, t *countTurn) error { t.Data.N++; return nil }).Again().
		On(flow.Postback("dish").Lasting()).Do(show(text("one more dish"))).Stay().
		On(flow.Postback("note").FromAnywhere()).Do(show(text("noted"))).Stay().
		On(flow.Postback("yes")).Do(show(text("booked. easy?"))).Remind("soon", soon, show(text("still coming?"))).End()
	return b.MustBuild()
}

// taps books for a user up to the question, and returns the marks of what was shown.
func (r *rig) book(group, user string) (pick, confirm string) {
	r.Helper()
	r.n++
	_, pick = r.lastMark(inChat(group, said(user, fmt.Sprint("book-", r.n), "book")))
	_, confirm = r.lastMark(inChat(group, tapped(user, fmt.Sprint("pick-", r.n), "pick", pick)))
	return pick, confirm
}

func (r *rig) tapIn(group, user, data, mark string) []string {
	r.Helper()
	r.n++
	r.receive(inChat(group, tapped(user, fmt.Sprint("tap-", r.n), data, mark)))
	return append([]string{}, untagged(r.channel.texts())...)
}

// A button under a reminder or a last message may start a flow, or be taken where a transition says so, and
// moves no other conversation.
func TestButtonsOfNoStep(t *testing.T) {
	withFlows(t, []*flow.Flow{visit()}, bot.Options{Expired: bot.Always(text("expired"))}, func(r *rig) {
		_, confirm := r.book("", "ann")
		r.n++
		_, last := r.lastMark(tapped("ann", "yes", "yes", confirm))
		r.pass(time.Hour)
		shown := r.channel.texts()
		require.Equal(r, []string{"still coming?"}, untagged(shown))
		_, reminder := transport.Unmark(shown[0])
		require.Len(r, last, transport.MarkLen)
		require.Equal(r, last, reminder)

		for _, data := range []string{"yes", "pick", "dish"} {
			require.Empty(r, r.tapIn("", "ann", data, reminder), data)
		}
		require.Equal(r, []string{"which?"}, r.tapIn("", "ann", "book", reminder), "it starts a flow")
		r.book("", "bob")
		_, confirm = r.book("", "ann") // asks again, as it is active
		for _, data := range []string{"yes", "pick", "dish", "8"} {
			require.Empty(r, r.tapIn("", "ann", data, reminder), data)
		}
		require.Equal(r, flow.State("confirm"), r.kept("", "ann").State)
		require.Equal(r, []string{"noted"}, r.tapIn("", "ann", "note", reminder))
		require.Equal(r, []string{"sure?"}, r.tapIn("", "ann", "book", reminder), "a start of the active flow asks again")
		require.Equal(r, []string{"booked. easy?"}, r.tapIn("", "ann", "yes", confirm))
	})
}

// A tap on a button that was shown to another member of the group is told from an old one, and moves nobody's
// conversation.
func TestButtonsOfOthers(t *testing.T) {
	for name, foreign := range map[string]transport.Message{"silence": nil, "a word": text("not yours")} {
		t.Run(name, func(t *testing.T) {
			want := []string{}
			if foreign != nil {
				want = []string{"not yours"}
			}
			o := bot.Options{Foreign: bot.Always(foreign), Expired: bot.Always(text("expired"))}
			withFlows(t, []*flow.Flow{visit()}, o, func(r *rig) {
				_, anns := r.book("group", "ann")
				require.Equal(r, want, r.tapIn("group", "bob", "yes", anns), "he has no conversation")
				require.Equal(r, want, r.tapIn("group", "bob", "book", anns), "and it starts none")
				_, bobs := r.book("group", "bob")
				require.Equal(r, want, r.tapIn("group", "bob", "yes", anns), "he has one")
				require.Equal(r, want, r.tapIn("group", "bob", "note", anns), "from anywhere is not from anybody")
				require.Equal(r, flow.State("confirm"), r.kept("group", "ann").State)
				require.Equal(r, flow.State("confirm"), r.kept("group", "bob").State)
				require.Equal(r, []string{"booked. easy?"}, r.tapIn("group", "bob", "yes", bobs))
				require.Equal(r, []string{"expired"}, r.tapIn("group", "bob", "yes", bobs), "his own is over")
				require.Equal(r, []string{"booked. easy?"}, r.tapIn("group", "ann", "yes", anns))
			})
		})
	}
}

// A button that is said to last is good as long as its conversation, and no longer. Other buttons of passed
// steps ask again.
func TestButtonsThatLast(t *testing.T) {
	withFlows(t, []*flow.Flow{visit()}, bot.Options{Expired: bot.Always(text("expired"))}, func(r *rig) {
		pick, confirm := r.book("", "ann")
		require.Equal(r, []string{"one more dish"}, r.tapIn("", "ann", "dish", pick))
		require.Equal(r, []string{"sure?"}, r.tapIn("", "ann", "pick", pick))
		require.Equal(r, []string{"sure?"}, r.tapIn("", "ann", "yes", pick), "the data of the present step, by an old button")
		require.Equal(r, []string{"booked. easy?"}, r.tapIn("", "ann", "yes", confirm))
		require.Equal(r, []string{"expired"}, r.tapIn("", "ann", "dish", pick))
		r.book("", "ann")
		require.Equal(r, []string{"sure?"}, r.tapIn("", "ann", "dish", pick), "of another conversation")

		pick, _ = r.book("group", "ann")
		require.Equal(r, []string{"one more dish"}, r.tapIn("group", "ann", "dish", pick))
		require.Empty(r, r.tapIn("group", "ann", "pick", pick))
	})
}

// All copies of a question have good buttons as long as it is asked over the same data.
func TestButtonsOfCopies(t *testing.T) {
	withFlows(t, []*flow.Flow{visit()}, bot.Options{}, func(r *rig) {
		_, first := r.book("", "ann")
		_, copied := r.lastMark(said("ann", "again", "again"))
		require.Equal(r, first, copied)
		_, wrong := r.lastMark(said("ann", "wrong", "what?"))
		require.Equal(r, first, wrong)
		_, other := r.lastMark(said("ann", "more", "more"))
		require.NotEqual(r, first, other, "the question is about other data")
		require.Equal(r, []string{"sure?"}, r.tapIn("", "ann", "yes", first))
		require.Equal(r, []string{"booked. easy?"}, r.tapIn("", "ann", "yes", other))
	})
}

// What is said beside a conversation belongs to no step of it: a "yes" under the answer of another flow, or under
// one of the bot's own messages, does not confirm the booking.
func TestButtonsOfWhatIsSaidAside(t *testing.T) {
	hours := flow.New[count]("hours")
	hours.Start(flow.Text("hours")).Do(show(text("9 to 5. helpful?"), text("2"), text("3"), text("4"), text("5"), text("6"))).End()
	own := flow.New[count]("visit")
	own.Start(flow.Text("book")).To("confirm")
	own.Start(flow.Text("price")).Do(show(text("10. fine?"))).End()
	own.In("confirm").Enter(show(text("sure?"))).On(flow.Postback("yes")).Do(show(text("booked"))).End()
	o := bot.Options{Foreign: bot.Always(text("not yours")), Otherwise: bot.Always(text("otherwise")), Expired: bot.Always(text("expired")), Failed: bot.Always(text("failed"))}
	withFlows(t, []*flow.Flow{own.MustBuild(), hours.MustBuild()}, o, func(r *rig) {
		for _, group := range []string{"", "group"} {
			r.sayIn(group, "bob", "book")
			_, others := transport.Unmark(r.channel.texts()[0])
			r.sayIn(group, "ann", "book")
			_, live := transport.Unmark(r.channel.texts()[0])
			for _, words := range []string{"hours", "price"} {
				r.sayIn(group, "ann", words)
				said := r.channel.texts()
				for _, s := range said {
					words, mark := transport.Unmark(s)
					require.Equal(r, words == "sure?", mark == live, words)
					require.Len(r, mark, transport.MarkLen)
				}
				require.Equal(r, group == "", untagged(said)[len(said)-1] == "sure?")
				_, aside := transport.Unmark(said[0])
				require.Empty(r, r.tapIn(group, "ann", "yes", aside), words)
			}
			if group != "" {
				r.n++
				words, mark := r.lastMark(inChat(group, tapped("ann", fmt.Sprint("tap-", r.n), "yes", others)))
				require.Equal(r, "not yours", words)
				require.Empty(r, r.tapIn(group, "ann", "yes", mark))
			}
			require.Equal(r, flow.State("confirm"), r.kept(group, "ann").State)
			require.Equal(r, []string{"booked"}, r.tapIn(group, "ann", "yes", live))
		}
		_, otherwise := r.lastMark(said("cal", "1", "hm"))
		require.Len(r, otherwise, transport.MarkLen)
		require.Empty(r, r.tapIn("", "cal", "yes", otherwise))
		_, live := r.lastMark(said("cal", "2", "book"))
		require.Empty(r, r.tapIn("", "cal", "yes", otherwise))
		require.Equal(r, []string{"booked"}, r.tapIn("", "cal", "yes", live))
		_, expired := r.lastMark(tapped("cal", "3", "yes", live))
		require.Equal(r, otherwise, expired, "all that belongs to no step has one mark")
	})
}

// In a group, an author may have only what mentions or quotes the bot be an answer: dialogs.md, row 21.
func TestAnswersInAGroup(t *testing.T) {
	addressed := func(t *countTurn) bool { return t.Event().Mentioned() || t.Event().Quoted != "" }
	b := flow.New[count]("booking")
	b.Start(flow.Text("book")).To("time")
	b.In("time").Enter(show(text("when?"))).
		On(flow.Text()).When("it is for the bot", addressed).Do(func(_ context.Context, t *countTurn) error {
		t.Send(text("at " + t.Input()))
		return nil
	}).Stay().
		On(flow.Text("bye")).End()
	withFlow(t, b, bot.Options{}, func(r *rig) {
		mention := func(id, words string) transport.Event {
			e := said("ann", id, words)
			e.Mentions = []transport.Mention{{Length: 4, Self: true}}
			return inChat("group", e)
		}
		r.receive(mention("1", "@bot book"))
		r.sayIn("group", "ann", "to the Italian one, at 8")
		require.Equal(r, []string{"when?"}, untagged(r.channel.texts()))
		other := mention("2", "@bob at 8")
		other.Mentions[0].Self = false
		r.receive(raw(other))
		require.Empty(r, r.channel.texts())
		r.receive(mention("3", "@bot 8 pm"))
		quote := said("ann", "4", "this time")
		quote.Quoted = "m1"
		r.receive(inChat("group", quote))
		require.Equal(r, []string{"at 8 pm", "at this time"}, untagged(r.channel.texts()))
	})
}
