package bot_test

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
)

// errand is what the words of a user say: "key 3 x" is 3 hours from now, with the key x.
type errand struct {
	Hours int    `json:"hours,omitempty"`
	Key   string `json:"key,omitempty"`
}

type errandTurn = flow.Turn[errand]

// errands is a flow that sets reminders by words, and a FAQ beside it. If broken holds true, reminders fail.
//
//	own 3      the conversation's reminder comes in 3 hours; 0 takes it back
//	led 3      the same, and leads to another state
//	aside 3    the same, of a conversation that begins and ends in one turn
//	key 3 x    the reminder of the key x
func errands(broken *bool) []*flow.Flow {
	read := func(_ context.Context, t *errandTurn) error {
		words := strings.Fields(t.Event().Text + " -")
		t.Data.Hours, _ = strconv.Atoi(words[1])
		t.Data.Key = words[2]
		return nil
	}
	in := func(t *errandTurn) time.Time {
		if t.Data.Hours == 0 {
			return time.Time{}
		}
		return t.Now().Add(time.Duration(t.Data.Hours) * time.Hour)
	}
	tell := func(words string) flow.Action[errand] {
		return func(_ context.Context, t *errandTurn) error {
			if *broken {
				return flow.Permanent(errors.New("no luck"))
			}
			t.Send(text(words + " " + strconv.Itoa(t.Data.Hours)))
			return nil
		}
	}
	ask := func(words string) flow.Action[errand] {
		return func(_ context.Context, t *errandTurn) error { t.Send(text(words)); return nil }
	}
	key := func(t *errandTurn) string { return t.Data.Key }
	like := func(word string) flow.Trigger { return flow.TextLike(regexp.MustCompile("^" + word + " ")) }

	b := flow.New[errand]("errands")
	b.Start(flow.Text("start")).To("a")
	b.Start(like("aside")).Do(read).Remind("own", in, nil).End()
	a := b.In("a").Enter(ask("a?")).
		On(like("own")).Do(read).Remind("own", in, tell("own")).Stay().
		On(like("led")).Do(read).Remind("own", in, nil).To("b").
		On(like("key")).Do(read).RemindKey("keyed", key, in, tell("keyed")).Stay().
		On(flow.Text("move")).RemindKey("many", func(*errandTurn) string { return "7" }, tomorrow, tell("many")).Stay().
		On(flow.Text("one more")).RemindKey("many", func(*errandTurn) string { return "x" }, tomorrow, nil).Stay().
		On(flow.Text("end")).End()
	fill := a.On(flow.Text("fill"))
	for i := range 100 {
		fill.RemindKey("many", func(*errandTurn) string { return strconv.Itoa(i) }, tomorrow, nil)
	}
	fill.Stay()
	b.In("b").Enter(ask("b?")).On(flow.Text("back")).Back().On(flow.Text("end")).End()

	faq := flow.New[errand]("faq")
	faq.Start(flow.Text("faq")).To("topic")
	faq.In("topic").Enter(ask("topic?")).On(flow.Text("done")).End()
	return []*flow.Flow{b.MustBuild(), faq.MustBuild()}
}

func tomorrow(t *errandTurn) time.Time { return t.Now().Add(24 * time.Hour) }

// reminders are those of ann: "own in 3h, keyed x in 2h".
func (r *rig) reminders() string {
	r.Helper()
	var all []string
	for _, m := range r.session("ann").Reminders {
		words := m.Name
		if m.Key != "" {
			words += " " + m.Key
		}
		all = append(all, words+" in "+time.Until(m.Due).Round(time.Hour).String())
	}
	return strings.ReplaceAll(strings.Join(all, ", "), "h0m0s", "h")
}

func TestReminderKeys(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		say  []string
		want string // the reminders after it
		sent []string
	}{
		{"set again, it moves", []string{"start", "own 2", "own 5"}, "own in 5h", []string{"own 5"}},
		{"moved to an earlier time", []string{"start", "own 5", "own 2"}, "own in 2h", []string{"own 2"}},
		{"to the same time", []string{"start", "own 2", "own 2"}, "own in 2h", []string{"own 2"}},
		{"a time that is zero takes it back", []string{"start", "own 2", "own 0"}, "", nil},
		{"there is none to take back", []string{"start", "own 0", "end"}, "", nil},
		{"the end leaves it", []string{"start", "own 2", "end"}, "own in 2h", []string{"own 2"}},
		{"back leaves it", []string{"start", "led 2", "back"}, "own in 2h", []string{"own 2"}},
		{"it is moved from another step", []string{"start", "led 2", "back", "own 3"}, "own in 3h", []string{"own 3"}},
		{"suspension leaves it", []string{"start", "own 2", "faq"}, "own in 2h", []string{"own 2"}},
		{"moved after a suspension", []string{"start", "own 2", "faq", "done", "own 3"}, "own in 3h", []string{"own 3"}},
		{"two conversations have two", []string{"start", "own 2", "end", "start", "own 3"},
			"own in 2h, own in 3h", []string{"own 2", "own 3"}},
		{"also at one time", []string{"start", "own 2", "end", "start", "own 2"},
			"own in 2h, own in 2h", []string{"own 2", "own 2"}},
		{"each moves its own", []string{"start", "own 2", "end", "start", "own 3", "own 4"},
			"own in 2h, own in 4h", []string{"own 2", "own 4"}},
		{"each takes back its own", []string{"start", "own 2", "end", "start", "own 3", "own 0"}, "own in 2h", []string{"own 2"}},
		{"conversations of one turn", []string{"aside 2", "aside 3", "aside 0"}, "own in 2h, own in 3h", []string{"own 2", "own 3"}},
		{"one beside the conversation", []string{"start", "own 4", "aside 2", "own 5"},
			"own in 2h, own in 5h", []string{"own 2", "own 5"}},
		{"a key of the author's, in one conversation", []string{"start", "key 2 x", "key 3 y", "key 4 x"},
			"keyed y in 3h, keyed x in 4h", []string{"keyed 3", "keyed 4"}},
		{"and in another", []string{"start", "key 2 x", "key 2 y", "end", "start", "key 4 x", "key 0 y"},
			"keyed x in 4h", []string{"keyed 4"}},
		{"names are apart", []string{"start", "own 2", "key 2 x", "own 0"}, "keyed x in 2h", []string{"keyed 2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withFlows(t, errands(new(bool)), bot.Options{}, func(r *rig) {
				for _, words := range tt.say {
					r.say("ann", words)
				}
				require.Equal(r, tt.want, r.reminders())
				r.channel.take()
				r.pass(6 * time.Hour)
				sent := r.channel.take()
				var got []string
				keys := map[[16]byte]bool{}
				for _, s := range sent {
					got = append(got, untagged(s.Messages)...)
					keys[s.Key] = true
				}
				require.Equal(r, tt.sent, got)
				require.Len(r, keys, len(got), "the platform takes equal keys for a repetition")
				require.Empty(r, r.reminders())
			})
		})
	}
}

// A reminder that was set aside and is replayed comes as it was, beside the one that took its place.
func TestReplayedReminderBesideANewerOne(t *testing.T) {
	broken := true
	withFlows(t, errands(&broken), bot.Options{}, func(r *rig) {
		r.say("ann", "start")
		r.say("ann", "own 1")
		r.pass(2 * time.Hour)
		require.EqualValues(r, 1, r.bot.Stats().Dead)
		r.say("ann", "own 5")
		r.channel.take()
		broken = false
		r.replay()
		require.Equal(r, []string{"own 1"}, untagged(r.channel.texts()))
		require.Equal(r, "own in 5h", r.reminders())
		r.pass(6 * time.Hour)
		require.Equal(r, []string{"own 5"}, untagged(r.channel.texts()))
	})
}

// A session that has as many timers as it may have can move one of them, and have no more.
func TestReminderMovesWhereNoMoreFit(t *testing.T) {
	withFlows(t, errands(new(bool)), bot.Options{}, func(r *rig) {
		r.say("ann", "start")
		r.say("ann", "fill")
		require.Len(r, r.session("ann").Reminders, 100)
		r.pass(time.Hour)
		r.say("ann", "move")
		require.Zero(r, r.bot.Stats().Dead)
		all := r.session("ann").Reminders
		require.Len(r, all, 100)
		require.Equal(r, "7", all[99].Key)
		require.WithinDuration(r, time.Now().Add(24*time.Hour), all[99].Due, time.Second)
		r.say("ann", "one more")
		require.EqualValues(r, 1, r.bot.Stats().Dead)
		require.Len(r, r.session("ann").Reminders, 100)
	})
}
