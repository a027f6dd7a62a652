package flow_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// typed returns what a word answers to that is typed or tapped.
func typed(w string) []flow.Trigger { return []flow.Trigger{flow.Text(w), flow.Postback(w)} }

// ordering is a model of an ordering bot: its states and transitions, without what they do.
func ordering() *flow.Builder[log] {
	act := ran("act")
	menu, cart, human := flow.State("menu"), flow.State("cart"), flow.State("human")
	b := flow.New[log]("order")
	b.Start(flow.Text("order")).To(menu)
	b.Start(flow.PostbackPrefix("paid ")).Do(act).End()
	b.In(menu).Enter(act).Menu("order").
		On(typed("cart")...).When("something is in the cart", yes).To(cart)
	b.In(menu, cart).On(flow.Text(), flow.PostbackPrefix("add ").Lasting()).
		Do(act).If("it has options", yes).To("choose").Else().To("quantity")
	b.In("choose").Enter(act).
		On(flow.Text(), flow.PostbackPrefix("option ")).
		Do(act).If("more options", yes).To("choose").ElseIf("the quantity is known", yes).To(cart).Else().To("quantity")
	b.In("quantity").Ask(word()).To(cart)
	b.In(cart).Enter(act).
		On(typed("checkout")...).ReturnOr("address").
		On(typed("add more")...).To(menu).
		On(typed("change")...).To("pick_line").
		On(typed("coupon")...).Call("coupon")
	b.In("pick_line").Enter(act).
		On(flow.Text(), flow.PostbackPrefix("line ")).Do(act).To("edit_line")
	b.In("edit_line").Enter(act).
		On(typed("quantity")...).To("quantity").
		On(typed("options")...).When("it has options", yes).Do(act).To("choose").
		On(typed("remove")...).Do(act).If("something is in the cart", yes).To(cart).Else().To(menu).
		On(typed("nothing")...).To(cart)
	b.In("coupon").
		Ask(word()).If("it is for members", yes).To("member").Else().Do(act).Return().
		On(typed("no coupon")...).Return()
	b.In("member").Ask(word()).Do(act).Return()
	b.In("address").
		Ask(word()).ReturnOr("delivery_time").
		On(typed("help")...).Do(act).Again()
	b.In("delivery_time").Ask(word()).ReturnOr("phone")
	b.In("phone").Ask(word()).ReturnOr("summary")
	b.In("summary").Enter(act).
		On(typed("pay")...).When("there is time", yes).To("pay").
		On(typed("pay")...).Do(act).Call("delivery_time").
		On(typed("cart")...).Call(cart).
		On(typed("address")...).Call("address").
		On(typed("time")...).Call("delivery_time").
		On(typed("phone")...).Call("phone").
		On(typed("coupon")...).Call("coupon")
	b.In("pay").Enter(act).
		On(flow.PostbackPrefix("failed ").FromAnywhere()).When("it is this payment", yes).Do(act).To("summary").
		On(flow.PostbackPrefix("paid ").FromAnywhere()).When("it is this payment", yes).
		Do(act).Remind("how_was_it", never, act).End()
	b.In(human).Enter(act).
		On(flow.PostbackPrefix("desk ").FromAnywhere()).Do(act).Stay().
		On(flow.Postback("desk_done").FromAnywhere()).Do(act).Return().
		On(flow.Text("order"), flow.Any()).Do(act).Stay()
	b.InAny().
		On(flow.PostbackPrefix("paid ").FromAnywhere()).Do(act).Again().
		On(flow.PostbackPrefix("failed ").FromAnywhere()).Stay()
	b.InAnyBut(human).
		On(typed("back")...).Back().
		On(typed("back")...).Do(act).Again().
		On(typed("help")...).Do(act).Again().
		On(flow.Text("human")).Call(human).
		Wrong(3).Call(human).
		On(typed("restart")...).Restart(menu).
		On(typed("cancel")...).Do(act).End().
		After(5 * time.Minute).Do(act).Again().
		After(30 * time.Minute).Do(act).End()
	return b
}

// The diagram of a whole bot is one that a person can read: see testdata/order.mmd.
func TestDiagramOfAWholeBot(t *testing.T) {
	t.Parallel()
	f := ordering().MustBuild()
	golden(t, "order.mmd", f.Diagram())
	require.Equal(t, f.Diagram(), ordering().MustBuild().Diagram(), "it depends on the definition alone")
}

// Every word of the language, and all that Mermaid could stumble over.
func TestDiagramKnowsEveryWord(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("a: b; #c", `"q"`), flow.Follow()).If("new", yes).To("style").Else().End()
	b.In("style").
		On(flow.TextLike(regexp.MustCompile(`^<\d{2}>*%%$`))).When("is\nodd: [x]", yes).To("graph").
		On(flow.Date("day", "|"), flow.Time()).Remind("one", never, ran("x")).
		If("1. first", yes).Remind("two", never, ran("x")).Call("graph").Else().Stay().
		On(flow.Any()).To("style").
		Wrong(1).Again()
	b.In("graph").Menu("m").At(never).Return().After(90 * time.Second).Stay().After(2 * time.Hour).To("call").
		On(flow.Text("_x_", "`y`")).Back()
	b.In("call").On(flow.Text("back", "up"), flow.Postback("back")).ReturnOr("style").
		On(flow.Text("x")).Restart("style").On(flow.Text("- end")).End()
	b.InAnyBut("call", "graph").On(flow.Text("return")).End()
	b.InAny().On(flow.Text("r")).Return()
	golden(t, "words.mmd", b.MustBuild().Diagram())
}

var (
	diagramBox   = regexp.MustCompile(`^    \w+(\(\[|\[\[?)"[^"\n]*"(\]\)|\]\]?)$`)
	diagramArrow = regexp.MustCompile(`^    \w+ -\.?->\|"[^"\n]*"\| \w+$`)
)

// FuzzDiagram shows that no label breaks out of its line of a diagram, or out of its quotes.
func FuzzDiagram(f *testing.F) {
	f.Add("short", "4; end note\n[*] --> x")
	f.Add("a:b", `"<br>#quot;`)
	f.Add(" ", `"| x`)
	f.Fuzz(func(t *testing.T, label, word string) {
		b := flow.New[log]("labels")
		b.Start(flow.Text("start")).To("only")
		b.In("only").On(flow.Match(label, func(*transport.Event) bool { return true })).When(label, yes).End().
			On(flow.Postback(word)).If(label, yes).Stay().Else().To("other")
		b.In("other").On(flow.Text(word)).End()
		fl, err := b.Build()
		if err != nil {
			return
		}
		lines := strings.Split(strings.TrimSuffix(fl.Diagram(), "\n"), "\n")
		require.Len(t, lines, 9, fl.Diagram())
		for i, line := range lines[1:] {
			want := diagramBox
			if i >= 4 {
				want = diagramArrow
			}
			require.Regexp(t, want, line)
			plain := regexp.MustCompile(`#\w+;|<br>|^    \w+ -\.?->`).ReplaceAllString(line, "")
			require.False(t, strings.ContainsAny(plain, ":;<>\r`"), line)
		}
	})
}
