package bot_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

type guest struct{ Name string }

type guestTurn = flow.Turn[guest]

func tell(words string) flow.Action[guest] {
	return func(_ context.Context, t *guestTurn) error {
		t.Send(text(words))
		return nil
	}
}

// askName says how many wrong answers there were.
func askName(_ context.Context, t *guestTurn) error {
	t.Send(text(fmt.Sprint("name? ", t.Tries())))
	return nil
}

// reception is a flow that asks for a name without digits. It has a transition of each rank.
func reception() *flow.Flow {
	name := flow.Question(askName, func(_ context.Context, a *flow.Answer) (string, error) {
		if a.Text == "" || strings.ContainsAny(a.Text, "0123456789") {
			return "", flow.Reject()
		}
		return a.Text, nil
	}, func(g *guest) *string { return &g.Name })
	b := flow.New[guest]("desk")
	b.Start(flow.Text("desk")).To("ask_name")
	b.In("ask_name").Ask(name).Do(func(_ context.Context, t *guestTurn) error {
		t.Send(text("hello " + t.Data.Name))
		return nil
	}).Stay().
		On(flow.Text("both"), flow.Postback("both")).Do(tell("exact")).Stay().
		On(flow.Postback("menu key").FromAnywhere()).Do(tell("from anywhere")).Stay().
		On(flow.TextLike(regexp.MustCompile("^own")), flow.PostbackPrefix("own ")).Do(tell("pattern")).Stay().
		On(flow.Any()).When("it is a 7", func(t *guestTurn) bool { return t.Input() == "7" }).Do(tell("any")).Stay().
		On(flow.Text("next")).To("second").
		On(flow.Text("bye")).End()
	b.In("second").Enter(tell("second")).
		On(flow.Postback("dish").Lasting()).Do(tell("dish")).Stay().
		On(flow.Text("bye")).Do(tell("goodbye")).End()
	return b.MustBuild()
}

// menu is a flow that takes the place of another.
func menu() *flow.Flow {
	b := flow.New[guest]("menu")
	b.Start(flow.Text("menu", "own menu", "both", "bye"), flow.Postback("menu", "both")).To("shown")
	b.In("shown").Enter(tell("menu")).On(flow.Text("close")).End()
	return b.MustBuild()
}

// faq is a flow that only answers.
func faq() *flow.Flow {
	b := flow.New[guest]("faq")
	b.Start(flow.TextLike(regexp.MustCompile("own|hours")), flow.PostbackPrefix("faq "), flow.PostbackPrefix("own f")).
		Do(tell("faq")).End()
	return b.MustBuild()
}

// The transitions of the active flow and the starts of the others are tried by how closely they describe
// what was said.
func TestWhoAnswersWords(t *testing.T) {
	for _, tt := range []struct {
		name, words string
		want        []string
	}{
		{"words of the state, before a start", "both", []string{"exact"}},
		{"words of a start, before a pattern of the state", "own menu", []string{"menu"}},
		{"words of a start, before the question", "menu", []string{"menu"}},
		{"a pattern of the state, before a pattern of a start", "own hours", []string{"pattern"}},
		{"the question, before a pattern of a start", "hours", []string{"hello hours"}},
		{"a pattern of a start, for what the question refuses", "hours 8", []string{"faq", "name? 0"}},
		{"any", "7", []string{"any"}},
		{"a wrong answer", "8", []string{"name? 1"}},
		{"words of the state's own start", "DESK!", []string{"name? 0"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withFlows(t, []*flow.Flow{faq(), menu(), reception()}, bot.Options{}, func(r *rig) {
				r.say("ann", "desk")
				require.Equal(r, []string{"name? 0"}, untagged(r.channel.texts()))
				r.say("ann", tt.words)
				require.Equal(r, tt.want, untagged(r.channel.texts()))
			})
		})
	}
}

// The same for taps on buttons of the present step, and on buttons of none.
func TestWhoAnswersTaps(t *testing.T) {
	for _, tt := range []struct {
		name, data     string
		alive, without []string // with the mark of the step, and without a mark
	}{
		{"data of the state and of a start", "both", []string{"exact"}, []string{"menu"}},
		{"data of a start", "menu", []string{"menu"}, []string{"menu"}},
		{"patterns of the state and of a start", "own f", []string{"pattern"}, []string{"faq", "name? 0"}},
		{"a pattern of a start, before the question", "faq x", []string{"faq", "name? 0"}, []string{"faq", "name? 0"}},
		{"the question", "Ann", []string{"hello Ann"}, []string{"name? 0"}},
		{"from anywhere", "menu key", []string{"from anywhere"}, []string{"from anywhere"}},
		{"nothing", "8", []string{"name? 1"}, []string{"name? 0"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withFlows(t, []*flow.Flow{faq(), menu(), reception()}, bot.Options{}, func(r *rig) {
				for _, user := range []string{"ann", "bob"} {
					r.say(user, "desk")
					want, mark := tt.without, ""
					if user == "ann" {
						want = tt.alive
						_, mark = transport.Unmark(r.channel.texts()[0])
						require.NotEmpty(r, mark)
					}
					r.channel.take()
					r.receive(tapped(user, "tap-"+user, tt.data, mark))
					require.Equal(r, want, untagged(r.channel.texts()), user)
				}
			})
		})
	}
}

// A tap on a button of an earlier step asks the present question again and is no wrong answer. In a group it
// is met with silence: another member may have tapped what everybody sees.
func TestStaleTaps(t *testing.T) {
	withFlows(t, []*flow.Flow{reception()}, bot.Options{Scope: session.PerChat}, func(r *rig) {
		for _, chat := range []string{"", "group"} {
			r.sayIn(chat, "ann", "desk")
			_, first := transport.Unmark(r.channel.texts()[0])
			r.sayIn(chat, "ann", "next")
			_, second := transport.Unmark(r.channel.texts()[0])
			require.NotEqual(r, first, second)
			want := []string{"second"}
			if chat != "" {
				want = []string{}
			}
			for i := range 2 { // a tap and a doubled one
				r.receive(inChat(chat, tapped("ann", fmt.Sprint(chat, "stale", i), "Ann", first)))
				require.Equal(r, want, untagged(r.channel.texts()), chat)
			}
			require.Equal(r, flow.State("second"), r.kept(chat, "ann").State)
			r.sayIn(chat, "ann", "bye")
			require.Equal(r, []string{"goodbye"}, untagged(r.channel.texts()))
		}
	})
}

// Stale taps, help and words that start the active flow are no wrong answers, and leave the count as it is.
func TestWhatIsNoWrongAnswer(t *testing.T) {
	withFlows(t, []*flow.Flow{reception(), faq()}, bot.Options{}, func(r *rig) {
		r.say("ann", "desk")
		_, first := transport.Unmark(r.channel.texts()[0])
		r.say("ann", "next")
		r.say("ann", "bye")
		r.say("ann", "desk")
		r.channel.take()
		r.say("ann", "8")
		r.say("ann", "9")
		require.Equal(r, []string{"name? 1", "name? 2"}, untagged(r.channel.texts()))
		r.receive(tapped("ann", "stale", "Ann", first))
		require.Equal(r, []string{"name? 2"}, untagged(r.channel.texts()))
		r.say("ann", "hours 8")
		require.Equal(r, []string{"faq", "name? 2"}, untagged(r.channel.texts()))
		r.say("ann", "desk")
		require.Equal(r, []string{"name? 2"}, untagged(r.channel.texts()))
		r.say("ann", "10")
		require.Equal(r, []string{"name? 3"}, untagged(r.channel.texts()))
		r.say("ann", "Ann")
		r.say("ann", "11")
		require.Equal(r, []string{"hello Ann", "name? 1"}, untagged(r.channel.texts()))
	})
}

// What nothing takes is a wrong answer in a one-to-one chat. In a group people talk to each other.
func TestWrongAnswersInChats(t *testing.T) {
	withFlows(t, []*flow.Flow{reception()}, bot.Options{Otherwise: bot.Always(text("otherwise"))}, func(r *rig) {
		sticker := said("ann", "sticker", "")
		sticker.Kind = transport.KindSticker
		image := said("ann", "image", "")
		image.Kind = transport.KindImage
		follow := said("ann", "follow", "")
		follow.Kind = transport.KindFollow
		r.say("ann", "desk")
		r.receive(raw(sticker))
		r.receive(raw(image))
		r.receive(raw(follow))
		require.Equal(r, []string{"name? 0", "name? 1", "name? 2"}, untagged(r.channel.texts()))

		r.sayIn("group", "ann", "desk")
		r.channel.take()
		r.sayIn("group", "ann", "8")
		require.Empty(r, r.channel.texts())
		mentioned := inChat("group", said("ann", "mention", "@bot 8"))
		mentioned.Mentions = []transport.Mention{{Length: 4, Self: true}}
		r.receive(raw(mentioned))
		require.Equal(r, []string{"name? 1"}, untagged(r.channel.texts()))
	})
}

// A flow in which nothing but buttons is expected asks again when the user types.
func TestTypedWhereButtonsAre(t *testing.T) {
	b := flow.New[guest]("confirm")
	b.Start(flow.Text("book")).To("confirm")
	b.In("confirm").Enter(tell("sure?")).On(flow.Postback("yes")).Do(tell("booked")).End()
	withFlow(t, b, bot.Options{}, func(r *rig) {
		r.say("ann", "book")
		r.say("ann", "yes")
		asked := r.channel.texts()
		require.Equal(r, []string{"sure?", "sure?"}, untagged(asked))
		require.Equal(r, asked[0], asked[1], "both copies of the question have good buttons")
		_, mark := transport.Unmark(asked[0])
		r.receive(tapped("ann", "tap", "yes", mark))
		require.Equal(r, []string{"booked"}, untagged(r.channel.texts()))
	})
}

// An exact start works beside any state, also if InAny says that all else is asked again. A pattern of InAny is tried before a state's On(Text()): row 5.
func TestStartsBesideCatchAlls(t *testing.T) {
	signup := func(any bool) *flow.Flow {
		b := flow.New[guest]("signup")
		b.Start(flow.Text("sign up")).To("ask_name")
		s := b.In("ask_name").Enter(tell("name?"))
		if !any {
			s.On(flow.Text()).Do(tell("hello")).End()
		}
		all := b.InAny().On(flow.TextLike(regexp.MustCompile("(?i)^cancel"))).Do(tell("cancelled")).End()
		if any {
			all.On(flow.Any()).Again()
		}
		return b.MustBuild()
	}
	for _, any := range []bool{false, true} {
		withFlows(t, []*flow.Flow{signup(any), menu()}, bot.Options{}, func(r *rig) {
			r.say("ann", "sign up")
			r.say("ann", "Cancel please")
			require.Equal(r, []string{"name?", "cancelled"}, untagged(r.channel.texts()))
			r.say("ann", "sign up")
			r.say("ann", "menu")
			require.Equal(r, []string{"name?", "menu"}, untagged(r.channel.texts()))
			require.Equal(r, "menu", r.kept("", "ann").Flow)
			r.say("ann", "close")
			require.Equal(r, []string{"name?"}, untagged(r.channel.texts()), "it was suspended")
			r.say("ann", "sign up")
			r.say("ann", "Ken")
			want := []string{"name?", "hello"}
			if any {
				want = []string{"name?", "name?"}
			}
			require.Equal(r, want, untagged(r.channel.texts()))
		})
	}
}

// Who does not answer is asked once whether they are still there, and then the conversation lapses.
func TestNudgeOnce(t *testing.T) {
	b := flow.New[guest]("nudging")
	b.Start(flow.Text("go")).To("ask")
	b.In("ask").Enter(tell("which?")).On(flow.Text("this")).To("ask").
		After(5 * time.Minute).Do(tell("still there?")).Again().
		After(30 * time.Minute).Do(tell("lapsed")).End()
	withFlow(t, b, bot.Options{}, func(r *rig) {
		r.say("ann", "go")
		r.pass(29 * time.Minute)
		require.Equal(r, []string{"which?", "still there?", "which?"}, untagged(r.channel.texts()))
		r.say("ann", "that") // a wrong answer is activity too
		r.pass(29 * time.Minute)
		require.Equal(r, []string{"which?", "still there?", "which?"}, untagged(r.channel.texts()))
		r.pass(time.Hour)
		require.Equal(r, []string{"lapsed"}, untagged(r.channel.texts()))
	})
}

// A round of orders goes on when somebody says the word that began it.
func TestStartWordOfTheActiveFlow(t *testing.T) {
	b := flow.New[count]("lunch")
	b.Start(flow.Text("lunch")).To("open")
	b.In("open").Enter(show(text("what will you have?"))).
		On(flow.Postback("ramen")).Do(func(_ context.Context, t *countTurn) error { t.Data.N++; return nil }).Stay().
		On(flow.Postback("close")).Do(func(_ context.Context, t *countTurn) error {
		t.Send(text(fmt.Sprint("orders: ", t.Data.N)))
		return nil
	}).End()
	withFlow(t, b, bot.Options{Scope: session.PerChat}, func(r *rig) {
		r.sayIn("group", "ann", "lunch")
		_, mark := transport.Unmark(r.channel.texts()[0])
		r.receive(inChat("group", tapped("ann", "ramen", "ramen", mark)))
		r.sayIn("group", "bob", "lunch")
		require.Equal(r, []string{"what will you have?"}, untagged(r.channel.texts()))
		_, mark = r.lastMark(inChat("group", said("cal", "chat", "lunch")))
		r.receive(inChat("group", tapped("ann", "close", "close", mark)))
		require.Equal(r, []string{"orders: 1"}, untagged(r.channel.texts()))
	})
}

// help is a flow that only answers, sets a reminder and switches the menu. If busy is true, its guard fails;
// with "fail", an action does.
func help(busy *bool) *flow.Flow {
	b := flow.New[guest]("help")
	soon := func(t *guestTurn) time.Time { return t.Now().Add(time.Hour) }
	remind := func(_ context.Context, t *guestTurn) error {
		t.Send(text("did it help " + t.Data.Name + "?"))
		return nil
	}
	b.Start(flow.Text("help")).When("somebody is there", func(*guestTurn) bool { return !*busy }).
		Do(func(_ context.Context, t *guestTurn) error {
			t.Data.Name = t.Event().Source.UserID
			t.Send(text("this is help"))
			t.SwitchMenu("help")
			return nil
		}).Remind("later", soon, remind).End()
	b.Start(flow.Text("help me")).When("it panics", func(*guestTurn) bool { panic(userWords) }).Do(tell("never")).End()
	b.Start(flow.Text("broken")).Do(tell("lost"), func(context.Context, *guestTurn) error { return errors.New("no luck") }).End()
	return b.MustBuild()
}

// A flow whose start ends answers beside the active one, which goes on as if nothing had been said. Alone, its
// question follows.
func TestAnswerBesideTheActiveFlow(t *testing.T) {
	for name, chat := range map[string]string{"alone": "", "in a group": "group"} {
		t.Run(name, func(t *testing.T) {
			withFlows(t, []*flow.Flow{reception(), help(new(bool))}, bot.Options{MaxAttempts: 2}, func(r *rig) {
				r.sayIn(chat, "ann", "desk")
				_, mark := transport.Unmark(r.channel.texts()[0])
				r.sayIn(chat, "ann", "help")
				want := []string{"this is help", "name? 0", "menu:help"}
				if chat != "" {
					want = []string{"this is help"}
				}
				got := r.channel.texts()
				require.Equal(r, want, untagged(got))
				s := r.kept(chat, "ann")
				require.Equal(r, "desk", s.Flow)
				require.Equal(r, guest{}, s.Data, "the data is the desk's own")
				require.Len(r, s.Reminders, 1)
				require.Equal(r, "help", s.Reminders[0].Flow)

				r.receive(inChat(chat, tapped("ann", "old", "Ann", mark)))
				require.Equal(r, []string{"hello Ann"}, untagged(r.channel.texts()), "the buttons are as good as before")
				r.pass(time.Hour)
				require.Equal(r, []string{"did it help ann?"}, untagged(r.channel.texts()))

				r.sayIn(chat, "ann", "broken")
				require.Empty(r, r.channel.texts())
				r.pass(time.Minute)
				require.EqualValues(r, 1, r.bot.Stats().Dead)
				require.Empty(r, r.channel.texts(), "nothing of a turn that failed is said")
				require.Equal(r, guest{Name: "Ann"}, r.kept(chat, "ann").Data)
			})
		})
	}
}

// A start whose guard fails or panics leaves the words to whoever is next.
func TestGuardsOfStarts(t *testing.T) {
	busy := true
	withFlows(t, []*flow.Flow{reception(), help(&busy)}, bot.Options{Otherwise: bot.Always(text("otherwise"))}, func(r *rig) {
		r.say("ann", "help")
		r.say("ann", "help me")
		require.Equal(r, []string{"otherwise", "otherwise"}, untagged(r.channel.texts()))
		require.Zero(r, r.bot.Stats().Failed)
		r.say("ann", "desk")
		r.say("ann", "help")
		r.say("ann", "help me")
		require.Equal(r, []string{"name? 0", "hello help", "hello help me"}, untagged(r.channel.texts()))
		busy = false
		r.say("ann", "help")
		require.Equal(r, []string{"this is help", "name? 0", "menu:help"}, untagged(r.channel.texts()))
	})
}

// With no flow active, a start that ends leaves no conversation behind.
func TestAnswerWithNoFlowActive(t *testing.T) {
	withFlows(t, []*flow.Flow{reception(), help(new(bool))}, bot.Options{Expired: bot.Always(text("expired"))}, func(r *rig) {
		r.say("ann", "help")
		require.Equal(r, []string{"this is help", "menu:help"}, untagged(r.channel.texts()))
		require.Empty(r, r.kept("", "ann").Flow)
		r.pass(time.Hour)
		require.Equal(r, []string{"did it help ann?"}, untagged(r.channel.texts()))
	})
}

// A tap on a button of a conversation that is over starts no flow, even if one starts on such data.
func TestTapOfThePastStartsNothing(t *testing.T) {
	withFlows(t, []*flow.Flow{reception(), menu()}, bot.Options{Expired: bot.Always(text("expired"))}, func(r *rig) {
		r.say("ann", "desk")
		_, mark := transport.Unmark(r.channel.texts()[0])
		r.say("ann", "bye")
		r.receive(tapped("ann", "over", "menu", mark))
		require.Equal(r, []string{"expired"}, untagged(r.channel.texts()))
		r.receive(tapped("ann", "rich menu", "menu", ""))
		require.Equal(r, []string{"menu"}, untagged(r.channel.texts()))
	})
}

// inChat puts an event into a group, or leaves it alone if that has no name.
func inChat(group string, e transport.Event) transport.Event {
	if group != "" {
		e.Source.Chat, e.Source.ChatID = transport.ChatGroup, group
	}
	return raw(e)
}

func (r *rig) sayIn(group, user, words string) {
	r.Helper()
	r.n++
	r.receive(inChat(group, said(user, fmt.Sprintf("event-%d", r.n), words)))
}

// lastMark receives an event and returns the last message that follows, and its mark.
func (r *rig) lastMark(e transport.Event) (words, mark string) {
	r.Helper()
	r.receive(e)
	got := r.channel.texts()
	require.NotEmpty(r, got)
	return transport.Unmark(got[len(got)-1])
}

func (r *rig) kept(group, user string) bot.Session {
	r.Helper()
	s, err := r.bot.Session(context.Background(), inChat(group, said(user, "", "")).Source)
	require.NoError(r, err)
	return s
}
