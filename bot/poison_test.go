package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// poison is what goes wrong, and where. Its words are those of the user.
type poison struct{ place, how string }

const userWords = "canary words"

// at does what is wrong if this is the place.
func (p *poison) at(place string) error {
	if p.place != place {
		return nil
	}
	switch p.how {
	case "panic":
		panic(userWords)
	case "exit":
		runtime.Goexit()
	}
	return fmt.Errorf("test: no use for %q", place) // which is what the user said
}

// mustAt is at where user code cannot return an error.
func (p *poison) mustAt(place string) {
	if err := p.at(place); err != nil {
		panic(err)
	}
}

// final says that no further attempt can mend it: the message breaks a limit.
func (p *poison) final() bool {
	return p.place == "validate" && p.how == "error" || p.place == "nil message"
}

// poisoned is data that cannot be stored, or read.
type poisoned struct{ N int }

var thePoison *poison // for the codec alone, which has no other way to it; the test runs no two at once

func (d *poisoned) AppendData(b []byte) ([]byte, error) {
	if d.N < 0 {
		if err := thePoison.at("encode"); err != nil {
			return nil, err
		}
	}
	return json.Marshal(d.N)
}

func (d *poisoned) SetData(b []byte) error {
	if err := json.Unmarshal(b, &d.N); err != nil {
		return err
	}
	if d.N < 0 {
		return thePoison.at("decode")
	}
	return nil
}

// badMessage goes wrong when it is checked or written.
type badMessage struct{ p *poison }

func (m *badMessage) Validate() error { return m.p.at("validate") }

func (m *badMessage) AppendJSON(b []byte, _ string) ([]byte, error) {
	return append(b, `"bad"`...), m.p.at("render")
}

func (p *poison) flow() *flow.Builder[poisoned] {
	type turn = flow.Turn[poisoned]
	act := func(place string) flow.Action[poisoned] {
		return func(context.Context, *turn) error { return p.at(place) }
	}
	b := flow.New[poisoned]("poison")
	b.Start(flow.Text("start"), flow.Match("starts", func(e *transport.Event) bool {
		if e.Text == "match" {
			p.mustAt("match")
		}
		return false
	})).To("only")
	toParse := flow.Question(func(context.Context, *turn) error { return nil }, func(context.Context, *flow.Answer) (int, error) {
		p.mustAt("parse")
		return 0, nil
	}, func(*poisoned) *int { return new(int) })
	s := b.In("only").
		Ask(toParse).When("it is to be parsed", func(t *turn) bool { return t.Input() == "parse" }).Stay().
		On(flow.Text("stop")).End().
		On(flow.Text("guard")).When("is fine", func(*turn) bool { p.mustAt("guard"); return true }).Stay().
		On(flow.Text("action")).Do(act("action")).Stay().
		On(flow.Text("enter")).To("entered").
		On(flow.Text("exit")).To("left").
		On(flow.Text("timer time")).To("timed").
		On(flow.Text("reminder time")).Remind("r", func(*turn) time.Time { p.mustAt("reminder time"); return time.Time{} }, act("reminder")).Stay().
		On(flow.Text("reminder")).Remind("s", func(t *turn) time.Time { return t.Now().Add(time.Minute) }, act("reminder")).Stay().
		On(flow.Text("encode")).Do(func(_ context.Context, t *turn) error { t.Data.N = -1; return nil }).Stay().
		On(flow.Text("validate"), flow.Text("render")).Do(func(_ context.Context, t *turn) error { t.Send(&badMessage{p}); return nil }).Stay().
		On(flow.Text("nil message")).Do(func(_ context.Context, t *turn) error { t.Send(nil); return nil }).Stay().
		On(flow.Text("typed nil message")).Do(func(_ context.Context, t *turn) error { t.Send((*badMessage)(nil)); return nil }).Stay().
		After(30 * time.Minute).Do(act("timer")).Stay()
	s.On(flow.Text()).Do(func(_ context.Context, t *turn) error { t.Send(text("fine")); return nil }).Stay()
	b.In("entered").Enter(act("enter")).On(flow.Any()).End()
	b.In("left").Exit(act("exit")).On(flow.Text("again")).Stay().On(flow.Any()).End()
	b.In("timed").At(func(*turn) time.Time { p.mustAt("timer time"); return time.Time{} }).End().On(flow.Any()).End()
	return b
}

// Whatever user code does, wherever it does it: the event is tried again, then set aside for the
// operator; the session is as it was and lives on; the user is told; others notice nothing; and
// no log, error or reason has a word of the user.
func TestPoison(t *testing.T) {
	places := strings.Split("guard|action|enter|parse|timer time|reminder time|encode|validate|render", "|")
	for _, how := range []string{"error", "panic", "exit"} {
		for _, place := range places {
			t.Run(how+" in "+place, func(t *testing.T) { testPoison(t, &poison{place, how}) })
		}
	}
	for _, place := range []string{"nil message", "typed nil message"} {
		t.Run(place, func(t *testing.T) { testPoison(t, &poison{place, ""}) })
	}
}

func testPoison(t *testing.T, p *poison) {
	thePoison = p
	withFlow(t, p.flow(), bot.Options{Failed: bot.Always(text("sorry")), MaxAttempts: 3}, func(r *rig) {
		r.say("ann", "start")
		bad := said("ann", "bad", p.place)
		bad.Time = bad.Time.Add(time.Millisecond)
		r.receive(raw(bad))
		r.pass(time.Millisecond)
		good := said("ann", "good", "hello")
		r.receive(good)
		r.say("bob", "start")
		r.say("bob", "hello")
		attempts := 3
		if p.final() {
			attempts = 1
			require.Equal(r, []string{"sorry", "fine", "fine"}, untagged(r.channel.texts()))
		} else {
			require.Equal(r, []string{"fine"}, untagged(r.channel.texts()), "others do not wait")
			r.pass(time.Minute)
			require.Equal(r, []string{"sorry", "fine"}, untagged(r.channel.texts()))
		}
		got := r.bot.Stats()
		require.EqualValues(r, attempts, got.Failed)
		require.EqualValues(r, 1, got.Dead)
		require.Zero(r, got.Stuck)
		letters, err := deadLetters(r.bot.DeadLetters(context.Background()))
		require.NoError(r, err)
		require.Len(r, letters, 1)
		require.Equal(r, "bad", letters[0].Event.ID)
		require.Equal(r, attempts, letters[0].Attempts)
		require.NotEmpty(r, letters[0].Why)
		all := strings.Join(r.log.all(), "\n")
		require.NotContains(r, all+letters[0].Why, userWords)
		require.NotContains(r, all, fmt.Sprintf("no use for %q", p.place))
		if p.how == "panic" && p.place != "encode" {
			require.Contains(r, all, "poison_test.go:", "where it happened")
		}
	})
}

// A timer or a reminder that goes wrong is tried again, or given up; the session lives on.
func TestPoisonedTimers(t *testing.T) {
	for _, how := range []string{"error", "panic", "exit"} {
		for _, place := range []string{"timer", "reminder", "exit"} {
			t.Run(how+" in "+place, func(t *testing.T) {
				p := &poison{place, how}
				withFlow(t, p.flow(), bot.Options{MaxAttempts: 2, Failed: bot.Always(text("sorry"))}, func(r *rig) {
					r.say("ann", "start")
					r.say("ann", place)
					if place == "exit" {
						r.say("ann", "over")
					}
					r.pass(40 * time.Minute)
					dead, failed := 1, 2
					if place == "timer" { // that is tried again for days
						dead, failed = 0, 5
					}
					require.EqualValues(r, dead, r.bot.Stats().Dead)
					require.EqualValues(r, failed, r.bot.Stats().Failed)
					require.NotContains(r, strings.Join(r.log.all(), "\n"), userWords)
					p.place = ""
					r.channel.take()
					if place != "exit" {
						r.say("ann", "hello")
						require.Equal(r, []string{"fine"}, untagged(r.channel.texts()))
					}
				})
			})
		}
	}
}

// A start trigger that panics does not match; a conversation whose data cannot be read any more is set aside.
func TestPoisonedMatchAndDecode(t *testing.T) {
	p := &poison{"match", "panic"}
	withFlow(t, p.flow(), bot.Options{Otherwise: bot.Always(text("otherwise"))}, func(r *rig) {
		r.say("ann", "match")
		require.Equal(r, []string{"otherwise"}, untagged(r.channel.texts()))
	})
	for _, how := range []string{"error", "panic"} {
		thePoison = &poison{"decode", how}
		withFlow(t, thePoison.flow(), bot.Options{Lost: bot.Always(text("lost"))}, func(r *rig) {
			r.say("ann", "start")
			r.say("ann", "encode")
			r.say("ann", "hello")
			require.Equal(r, []string{"lost"}, untagged(r.channel.texts()))
			require.EqualValues(r, 1, r.bot.Stats().Dead)
			require.NotContains(r, strings.Join(r.log.all(), "\n"), userWords)
		})
	}
}

// lateMessage is fine when the bot is made, and goes wrong later.
type lateMessage struct{ armed *bool }

func (m lateMessage) Validate() error {
	if *m.armed {
		panic(userWords)
	}
	return nil
}

func (m lateMessage) AppendJSON(b []byte, _ string) ([]byte, error) {
	return append(b, `"late"`...), nil
}

func TestPoisonedOptions(t *testing.T) {
	var armed bool
	late := lateMessage{&armed}
	act := func(context.Context, *countTurn) error { return flow.Permanent(errors.New("no")) }
	bubbleWith(t, bot.Options{Otherwise: bot.Always(late), Failed: bot.Always(late), MaxAttempts: 2}, act, func(r *rig) {
		armed = true
		r.say("ann", "hm")
		r.pass(time.Minute)
		require.EqualValues(r, 1, r.bot.Stats().Dead, "Otherwise")
		r.say("ann", "start")
		r.say("ann", "fail")
		require.EqualValues(r, 2, r.bot.Stats().Dead, "Failed")
		require.Empty(r, r.channel.take())
		require.NotContains(r, strings.Join(r.log.all(), "\n"), userWords)
	})
	_, err := bot.New(&fakeChannel{}, nil, nil, nil)
	require.Error(t, err)
	f := counter(t, nil)
	store := &stuckStore{}
	_, err = bot.New(&fakeChannel{}, store, []*flow.Flow{f, nil}, nil)
	require.ErrorContains(t, err, "flow 1 is nil")
}
