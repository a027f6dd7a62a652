package flow_test

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// word is a question about the data of log.
func word() *flow.QuestionBuilder[log] {
	return flow.Question(ran("ask"), func(context.Context, *flow.Answer) (string, error) { return "", nil },
		func(l *log) *string { return new(string) })
}

// small returns the flow small, with what define adds before its start.
func small(define func(b *flow.Builder[log])) *flow.Flow {
	b := flow.New[log]("small")
	if define != nil {
		define(b)
	}
	b.Start(flow.Text("small")).To("a")
	b.In("a").On(flow.Any()).End()
	return b.MustBuild()
}

// findings are faulty flows: each begins with a start that leads to "a", and has one fault of its own.
var findings = []struct {
	name   string
	define func(b *flow.Builder[log])
}{
	{"if without else", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).Do(ran("x")).If("odd", yes).End().On(flow.Text("y")).End()
	}},
	{"else if without else", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).If("odd", yes).End().ElseIf("even", yes).Stay()
	}},
	{"else without if", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).End().Else().Stay()
	}},
	{"else if without if", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).End().ElseIf("odd", yes).Stay()
	}},
	{"sub-flows of another type, of nothing, and of a flow that leads nowhere", func(b *flow.Builder[log]) {
		b.In("a").Run(flow.Sub[log, int](small(nil), nil, nil)).To("b").GivenUp().To("b")
		b.In("b").Run(flow.Sub[log, log](nil, nil, nil)).To("c").GivenUp().To("c")
		b.In("c").Run(flow.SubFlow[log]{}).To("d").GivenUp().To("d")
		only := flow.New[log]("only")
		only.Start(flow.Text("hours")).Do(ran("hours")).End()
		b.In("d").Run(flow.Sub[log, log](only.MustBuild(), nil, nil)).End().GivenUp().End()
	}},
	{"sub-flows that begin with a guard or an end", func(b *flow.Builder[log]) {
		b.In("a").Run(flow.Sub[log, log](small(func(b *flow.Builder[log]) {
			b.Start(flow.Text("guard")).When("odd", yes).To("a")
		}), nil, nil)).To("b").GivenUp().To("b")
		may := flow.New[log]("may")
		may.Start(flow.Text("end")).Do(ran("x")).If("odd", yes).To("a").Else().End()
		may.In("a").On(flow.Any()).End()
		b.In("b").Run(flow.Sub[log, log](may.MustBuild(), nil, nil)).End().GivenUp().End()
	}},
	{"a sub-flow that is done when it lapses", func(b *flow.Builder[log]) {
		b.In("a").Run(flow.Sub[log, log](small(func(b *flow.Builder[log]) {
			b.InAny().After(time.Minute).End().Wrong(3).End().After(time.Second).Again()
		}), nil, nil)).End().GivenUp().End()
	}},
	{"run without given up, and given up without run", func(b *flow.Builder[log]) {
		b.In("a").Run(flow.Sub[log, log](small(nil), nil, nil)).To("b")
		b.In("b").On(flow.Any()).End().GivenUp().End()
	}},
	{"run and ask, run twice, given up twice", func(b *flow.Builder[log]) {
		sub := flow.Sub[log, log](small(nil), nil, nil)
		b.In("a").Run(sub).To("b").GivenUp().To("b").Ask(word()).To("b")
		b.In("b").Run(sub).End().Run(sub).End().GivenUp().End().GivenUp().End()
	}},
	{"guards and outcomes of run", func(b *flow.Builder[log]) {
		sub := flow.Sub[log, log](small(nil), nil, nil)
		b.In("a").Run(sub).When("odd", yes).To("b").GivenUp().When("even", yes).Again()
		b.In("b").Run(sub).Do(ran("x")).If("odd", yes).Stay().Else().End().GivenUp().Back()
	}},
	{"run in InAny and behind a start", func(b *flow.Builder[log]) {
		sub := flow.Sub[log, log](small(nil), nil, nil)
		b.Start(flow.Text("x")).To("a").Run(sub).End().GivenUp().End()
		b.In("a").On(flow.Text("x")).End()
		b.InAny().Run(sub).End().GivenUp().End()
	}},
	{"flows of one name in each other", func(b *flow.Builder[log]) {
		inner := flow.New[log]("f")
		inner.Start().To("a")
		inner.In("a").On(flow.Any()).End()
		b.In("a").Run(flow.Sub[log, log](inner.MustBuild(), nil, nil)).End().GivenUp().End()
	}},
	{"too many flows in each other", func(b *flow.Builder[log]) {
		f := small(nil)
		for i := range 8 {
			outer := flow.New[log]("f" + strconv.Itoa(i))
			outer.Start().To("a")
			outer.In("a").Run(flow.Sub[log, log](f, nil, nil)).End().GivenUp().End()
			f = outer.MustBuild()
		}
		b.In("a").Run(flow.Sub[log, log](f, nil, nil)).End().GivenUp().End()
	}},
	{"starts without triggers", func(b *flow.Builder[log]) {
		b.Start().To("a")
		b.In("a").On(flow.Any()).End()
		b.Start().End()
	}},
	{"else that follows nothing", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).End()
		b.In("a").Else().Stay()
	}},
	{"else if behind else", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).If("odd", yes).End().Else().Stay().ElseIf("even", yes).Stay()
	}},
	{"two else", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).If("odd", yes).End().Else().Stay().Else().Again()
	}},
	{"exclusive in InAny", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).End()
		b.InAny().Exclusive()
	}},
	{"replace and when idle", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).Replace().End()
		b.Start(flow.Text("y")).WhenIdle().Replace().To("a")
		b.Start(flow.Text("z")).Replace().End()
	}},
	{"if twice", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).If("odd", yes).If("even", yes).End().Else().Stay()
	}},
	{"one guard at two branches", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).If("odd", yes).End().ElseIf("odd", yes).Stay().Else().Again()
	}},
	{"if without a label or guard", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).If(" ", nil).End().Else().Stay()
	}},
	{"a branch without outcome", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).If("odd", yes).End().Else().Do(nil)
	}},
	{"when behind do", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).Do(ran("x")).When("odd", yes).End()
	}},
	{"when behind if", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).If("odd", yes).When("even", yes).End().Else().Stay()
	}},
	{"outcomes of a start", func(b *flow.Builder[log]) {
		b.Start(flow.Text("stay")).Stay()
		b.Start(flow.Text("call")).Call("a")
		b.Start(flow.Text("branch")).If("odd", yes).Back().Else().Restart("a")
		b.In("a").On(flow.Text("x")).End()
	}},
	{"a state behind a start", func(b *flow.Builder[log]) {
		b.Start(flow.Text("book")).To("a").Enter(ran("a")).Exit(ran("a")).Menu("m").
			On(flow.Text("y")).End().Ask(word()).End().Wrong(2).End().After(time.Minute).End().At(never).End()
		b.In("a").On(flow.Text("x")).End()
	}},
	{"wrong out of bounds", func(b *flow.Builder[log]) {
		b.In("a").Ask(word()).End().Wrong(0).End().Wrong(101).End()
	}},
	{"wrong twice", func(b *flow.Builder[log]) {
		b.In("a").Ask(word()).End().Wrong(2).Stay().Wrong(2).End()
		b.InAny().Wrong(3).When("odd", yes).Again().Wrong(3).When("odd", yes).End()
	}},
	{"wrong behind one without guards", func(b *flow.Builder[log]) {
		b.In("a").Ask(word()).End().Wrong(2).Stay().Wrong(2).When("odd", yes).End()
	}},
	{"wrong that is never reached", func(b *flow.Builder[log]) {
		b.In("a").Ask(word()).End().Wrong(3).To("b").Wrong(5).End()
		b.In("b").Ask(word()).Return()
		b.InAnyBut("b").Wrong(2).Call("b").Wrong(4).End()
	}},
	{"two questions", func(b *flow.Builder[log]) {
		b.In("a").Ask(word()).End().Ask(word()).Stay()
	}},
	{"a question in InAny", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).End()
		b.InAnyBut().Ask(word()).End()
	}},
	{"questions of nothing", func(b *flow.Builder[log]) {
		parser := func(context.Context, *flow.Answer) (string, error) { return "", nil }
		field := func(l *log) *string { return new(string) }
		b.In("a").Ask(nil).To("b")
		b.In("b").Ask(flow.Question(nil, parser, field)).To("c")
		b.In("c").Ask(flow.Question[log, string](ran("c"), nil, field)).To("d")
		b.In("d").Ask(flow.Question[log, string](ran("d"), parser, nil)).To("e")
		b.In("e").Ask(word().Check(nil)).End()
	}},
	{"a question that nothing reaches", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Kind(flow.Any().Info().Kinds...)).Stay().Ask(word()).End()
	}},
	{"back twice", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("back")).Back().On(flow.Text("Back")).Back().On(flow.Text("back")).End()
	}},
	{"a pattern for all texts", func(b *flow.Builder[log]) {
		b.In("a").On(flow.TextLike(regexp.MustCompile("^(.*)"))).Stay().
			On(flow.TextLike(regexp.MustCompile("x"))).Again().On(flow.Text()).End().On(flow.Image()).End()
	}},
	{"InAnyBut of what is no state", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).End()
		b.InAnyBut("b").On(flow.Text("y")).End()
	}},
	{"InAnyBut of a state twice", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).To("b")
		b.In("b").On(flow.Text("x")).End()
		b.InAnyBut("b", "b").On(flow.Text("y")).End()
	}},
	{"InAnyBut of all states", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).To("b")
		b.In("b").On(flow.Text("x")).End()
		b.InAnyBut("b", "a").On(flow.Text("y")).End()
	}},
	{"In of a state twice", func(b *flow.Builder[log]) {
		b.In("a", "a").Enter(ran("a")).On(flow.Text("x")).End()
	}},
	{"InAnyBut with the parts of a state", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).To("b")
		b.In("b").On(flow.Text("x")).End()
		b.InAnyBut("b").Enter(ran("a")).Exit(ran("a")).Menu("A!").On(flow.Text("y")).End()
	}},
	{"a menu that never shows", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).To("b")
		b.In("b").Menu("own").On(flow.Text("x")).End()
		b.InAny().Menu("first")
		b.InAnyBut("b").Menu("second")
	}},
	{"after behind after", func(b *flow.Builder[log]) {
		b.In("a").After(15 * time.Minute).Stay().After(5 * time.Minute).To("b")
		b.In("b").After(2*time.Minute).End().After(3*time.Minute).When("odd", yes).Again().After(3 * time.Minute).End()
	}},
	{"after behind branches that lead away", func(b *flow.Builder[log]) {
		b.In("a").After(time.Minute).If("odd", yes).To("b").Else().Restart("a").After(2 * time.Minute).End()
		b.In("b").On(flow.Text("x")).End()
	}},
	{"after twice", func(b *flow.Builder[log]) {
		b.In("a").After(time.Minute).When("odd", yes).Stay().After(60*time.Second).When("odd", yes).End()
	}},
	{"after of InAny behind after of InAny", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).To("b")
		b.In("b").After(10 * time.Minute).Stay()
		b.InAny().After(5 * time.Minute).End()
		b.InAnyBut("b").After(15 * time.Minute).End()
	}},
	{"after of InAny behind one of each state", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).To("b").After(time.Minute).End()
		b.In("b").After(2 * time.Minute).Restart("a")
		b.InAny().After(15 * time.Minute).End()
	}},
	{"a pattern that one state takes", func(b *flow.Builder[log]) {
		b.In("a").On(flow.TextLike(regexp.MustCompile("^c"))).Stay().On(flow.Text("x")).To("b")
		b.In("b").On(flow.PostbackPrefix("a")).To("c")
		b.In("c").On(flow.Text()).End()
		b.InAny().On(flow.TextLike(regexp.MustCompile("^c")), flow.PostbackPrefix("ab")).End()
	}},
	{"a pattern that all states take", func(b *flow.Builder[log]) {
		b.In("a").On(flow.PostbackPrefix("ab")).To("b")
		b.In("b").On(flow.PostbackPrefix("a")).End()
		b.InAny().On(flow.PostbackPrefix("abc")).Stay()
	}},
	{"return that nobody calls", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).To("b").On(flow.Text("y")).Call("c")
		b.In("b").On(flow.Text("x")).If("odd", yes).Return().Else().End()
		b.In("c").On(flow.Text("x")).Return()
		b.InAnyBut("c").On(flow.Text("return")).Return()
	}},
	{"a call that never comes back", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).To("b").On(flow.Text("y")).Call("c")
		b.In("b").On(flow.Text("x")).End()
		b.In("c").On(flow.Text("x")).To("b").On(flow.Text("y")).Call("d")
		b.In("d").On(flow.Text("x")).Return()
		b.In("b").On(flow.Text("y")).Call("e")
		b.In("e").On(flow.Text("y")).To("f")
		b.In("f").On(flow.Text("y")).To("e")
		b.InAny().On(flow.Text("cancel")).End()
	}},
	{"a call of its own state", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).Call("a").On(flow.Text("y")).Return().On(flow.Text("z")).End()
	}},
	{"nothing to lead to", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).Call("gone").On(flow.Text("y")).ReturnOr("end").On(flow.Text("z")).Restart("")
		b.InAny().On(flow.Text("end")).End()
	}},
	{"reminders of branches", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).Remind("one", never, ran("r")).
			If("odd", yes).Remind("one", never, ran("r")).End().
			Else().Remind("Two", nil, nil).End()
	}},
	{"a reminder that nothing says", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).Remind("one", never, nil).Stay().On(flow.Text("y")).Remind("one", never, nil).End()
	}},
	{"a reminder with a key and without", func(b *flow.Builder[log]) {
		b.In("a").On(flow.Text("x")).RemindKey("one", says("7"), never, ran("r")).Stay().
			On(flow.Text("y")).Remind("one", never, nil).Stay().
			On(flow.Text("z")).RemindKey("two", nil, never, ran("r")).End()
	}},
	{"an example that is none", func(b *flow.Builder[log]) {
		isLong := func(e *transport.Event) bool { return len(e.Text) > 3 }
		long := flow.Match("a long text", isLong, *text("long"), *text("no"))
		panics := flow.Match("a panic", func(*transport.Event) bool { panic("no") }, *postback("p"))
		b.In("a").On(long).Stay().On(panics).End()
	}},
}

// Each finding is what a tired author gets wrong. The text is what they read then.
func TestFindings(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, f := range findings {
		b := flow.New[log]("f")
		b.Start(flow.Text("go")).To("a")
		f.define(b)
		_, err := b.Build()
		require.Error(t, err, f.name)
		fmt.Fprintf(&all, "# %s\n%v\n\n", f.name, err)
	}
	golden(t, "findings.txt", all.String())
}

// What looks like a finding and is none.
func TestNoFindings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		define func(b *flow.Builder[log])
	}{
		{"back, and what is said when nothing is behind", func(b *flow.Builder[log]) {
			b.In("a").On(flow.Text("back")).Back().On(flow.Text("back")).Do(ran("first")).Again().
				On(flow.Text("up")).When("odd", yes).Back().On(flow.Text("up")).When("odd", yes).End()
		}},
		{"back is the only way out of a state", func(b *flow.Builder[log]) {
			b.In("a").On(flow.Text("help")).To("help").On(flow.Text("x")).End()
			b.In("help").On(flow.Any()).Back()
		}},
		{"back where nothing can be behind", func(b *flow.Builder[log]) {
			b.In("a").On(flow.Text("back")).Back().On(flow.Text("x")).End()
		}},
		{"what a question refuses", func(b *flow.Builder[log]) {
			b.In("a").Ask(word()).When("odd", yes).To("b").On(flow.Kind(flow.Any().Info().Kinds...)).When("odd", yes).Stay().
				On(flow.Text()).Again().On(flow.Any()).Stay()
			b.In("b").On(flow.Text("x"), flow.Text()).Stay().Ask(word()).End()
		}},
		{"a word that one state has for itself", func(b *flow.Builder[log]) {
			b.In("a").On(flow.Text("help")).Do(ran("help")).Again().On(flow.Text("x")).To("b")
			b.In("b").On(flow.Text("x")).End()
			b.InAny().On(flow.Text("help")).Again()
		}},
		{"a pattern that one state has for itself", func(b *flow.Builder[log]) {
			b.In("a").On(flow.PostbackPrefix("paid ")).To("b")
			b.In("b").On(flow.PostbackPrefix("paid ")).When("odd", yes).Stay().On(flow.Text("x")).End()
			b.InAnyBut("a").On(flow.PostbackPrefix("paid ")).End()
		}},
		{"patterns of which one reaches farther", func(b *flow.Builder[log]) {
			b.In("a").On(flow.PostbackPrefix("a")).Stay().On(flow.TextLike(regexp.MustCompile("^$"))).Stay().
				On(flow.TextLike(regexp.MustCompile("x+"))).Stay()
			b.InAny().On(flow.PostbackPrefix("a").FromAnywhere(), flow.TextLike(regexp.MustCompile(".*"))).End()
		}},
		{"a nudge, then a lapse", func(b *flow.Builder[log]) {
			b.In("a").After(2*time.Minute).Do(ran("x")).To("a").After(3*time.Minute).Again().
				After(4*time.Minute).When("odd", yes).End().On(flow.Text("x")).End()
			b.InAny().After(5 * time.Minute).Again().After(30 * time.Minute).End()
		}},
		{"a timer of a state before that of InAny", func(b *flow.Builder[log]) {
			b.In("a").After(time.Minute).To("b")
			b.In("b").After(time.Minute).To("a").On(flow.Text("x")).End()
			b.InAny().After(90 * time.Second).End()
		}},
		{"ends of each state that timers lead to", func(b *flow.Builder[log]) {
			b.In("a").After(20 * time.Minute).To("b")
			b.In("b").After(15 * time.Minute).End()
			b.InAny().After(30 * time.Minute).End()
		}},
		{"one state whose timer ends before that of InAny", func(b *flow.Builder[log]) {
			b.In("a").On(flow.Text("x")).To("b")
			b.In("b").After(time.Minute).End()
			b.InAny().After(15 * time.Minute).End()
		}},
		{"more wrong answers", func(b *flow.Builder[log]) {
			b.In("a").Ask(word()).End().Wrong(2).Again().Wrong(3).When("odd", yes).To("a").Wrong(4).Call("b")
			b.In("b").Ask(word()).Return().Wrong(3).Stay()
			b.InAny().Wrong(2).Call("b").Wrong(3).Stay().Wrong(4).When("odd", yes).Stay().Wrong(4).End()
		}},
		{"calls", func(b *flow.Builder[log]) {
			b.In("a").On(flow.Text("phone")).Call("phone").On(flow.Text("x")).Call("c").On(flow.Text("help")).Call("help").
				On(flow.Text("ask")).Call("really").On(flow.Text("y")).ReturnOr("c")
			b.In("phone").Ask(word()).To("a")
			b.In("c", "d").Ask(word()).To("d").On(flow.Text("d")).Call("d").On(flow.Text("r")).Return()
			b.In("help").On(flow.Any()).Back()
			b.In("really").On(flow.Text("yes")).End()
			b.InAny().On(flow.Text("menu")).Call("phone").On(flow.Text("up")).Return()
		}},
		{"timers that run on while others lead from state to state", func(b *flow.Builder[log]) {
			b.In("a").After(2*time.Minute).When("odd", yes).To("b").After(3 * time.Minute).End()
			b.In("b").After(10 * time.Minute).End()
			b.InAny().After(12 * time.Minute).End()
		}},
		{"menus", func(b *flow.Builder[log]) {
			b.In("a").On(flow.Text("x")).To("b")
			b.In("b").Menu("own").On(flow.Text("x")).End()
			b.InAnyBut("a").Menu("first")
			b.InAny().Menu("second")
		}},
		{"starts", func(b *flow.Builder[log]) {
			b.Start(flow.Text("hours")).Do(ran("hours")).End()
			b.Start(flow.Text("deep")).When("odd", yes).Do(ran("x")).If("even", yes).Do(ran("y")).To("a").
				ElseIf("big", yes).End().Else().Remind("later", never, ran("r")).To("a")
			b.In("a").On(flow.Text("x")).End()
		}},
	} {
		b := flow.New[log]("f")
		b.Start(flow.Text("go")).To("a")
		tt.define(b)
		_, err := b.Build()
		require.NoError(t, err, tt.name)
	}
}
