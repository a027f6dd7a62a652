package flow_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

func kind(k transport.Kind) *transport.Event { return &transport.Event{Kind: k} }

func TestTrigger(t *testing.T) {
	t.Parallel()
	long := func(e *transport.Event) bool { return len(e.Text) > 10 }
	tests := []struct {
		name    string
		trigger flow.Trigger
		words   string
		rank    flow.Rank
		yes, no []*transport.Event
	}{
		{
			"text", flow.Text(), "text", flow.RankKind,
			[]*transport.Event{text("x"), text("")},
			[]*transport.Event{postback("x"), kind(transport.KindSticker), {Kind: transport.KindEdited, Text: "x"}, due("x")},
		},
		{
			"exact text", flow.Text("Book", " 予約 ", "STRASSE"), `text "Book", " 予約 ", "STRASSE"`, flow.RankExact,
			[]*transport.Event{text("book"), text(" BOOK\n"), text("\u3000予約"), text("ſtrasse"), text("straße"), text("booK")},
			[]*transport.Event{text("books"), text(""), postback("book"), due("book")},
		},
		{
			"text like", flow.TextLike(regexp.MustCompile(`^\d+$`)), `text like /^\d+$/`, flow.RankPattern,
			[]*transport.Event{text("12")},
			[]*transport.Event{text("a12"), text(" 12"), postback("12"), due("12")},
		},
		{
			"postback", flow.Postback(), "postback", flow.RankKind,
			[]*transport.Event{postback(""), postback("x"), picked("date", "2026-05-09", "d")},
			[]*transport.Event{text("x"), due("x")},
		},
		{
			"exact postback", flow.Postback("yes", "date"), `postback "yes", "date"`, flow.RankExact,
			[]*transport.Event{postback("yes"), picked("date", "2026-05-09", "date")},
			[]*transport.Event{postback("Yes"), postback("yes "), text("yes")},
		},
		{
			"postback prefix", flow.PostbackPrefix("item="), `postback "item=…"`, flow.RankPattern,
			[]*transport.Event{postback("item=3"), postback("item=")},
			[]*transport.Event{postback("item"), postback("x item="), text("item=3")},
		},
		{
			"date", flow.Date(), "date", flow.RankKind,
			[]*transport.Event{picked("date", "2026-05-09", "anything")},
			[]*transport.Event{picked("datetime", "2026-05-09T10:00", "d"), postback("date"), text("2026-05-09")},
		},
		{
			"date with data", flow.Date("birthday", "wedding"), `date "birthday", "wedding"`, flow.RankExact,
			[]*transport.Event{picked("date", "2026-05-09", "birthday"), picked("date", "2026-05-09", "wedding")},
			[]*transport.Event{picked("date", "2026-05-09", "d"), postback("birthday")},
		},
		{
			"time", flow.Time(), "time", flow.RankKind,
			[]*transport.Event{picked("time", "10:00", "t")}, []*transport.Event{picked("date", "2026-05-09", "t")},
		},
		{
			"date and time", flow.DateTime(), "datetime", flow.RankKind,
			[]*transport.Event{picked("datetime", "2026-05-09T10:00", "")}, []*transport.Event{picked("date", "2026-05-09", "")},
		},
		{
			"any", flow.Any(), "any", flow.RankAny,
			[]*transport.Event{text("x"), postback("x"), kind(transport.KindSticker), kind(transport.KindMessage)},
			[]*transport.Event{kind(transport.KindFollow), kind(transport.KindEdited), kind(transport.KindUnsend), due("x"), {}},
		},
		{
			"kinds", flow.Kind(transport.KindUnsend, transport.KindEdited), "unsend or edited", flow.RankKind,
			[]*transport.Event{kind(transport.KindEdited), kind(transport.KindUnsend)}, []*transport.Event{text("x")},
		},
		{
			"match", flow.Match("is long", long), "is long", flow.RankPattern,
			[]*transport.Event{text("a long message")}, []*transport.Event{text("short")},
		},
		{"zero", flow.Trigger{}, "empty trigger", flow.RankKind, nil, []*transport.Event{text("x"), {}}},
		{"broken", flow.TextLike(nil), "text like nil", flow.RankKind, nil, nil},
	}
	shorthands := map[transport.Kind]flow.Trigger{
		transport.KindImage: flow.Image(), transport.KindVideo: flow.Video(), transport.KindAudio: flow.Audio(),
		transport.KindFile: flow.File(), transport.KindLocation: flow.Location(), transport.KindSticker: flow.Sticker(),
		transport.KindFollow: flow.Follow(), transport.KindUnfollow: flow.Unfollow(), transport.KindJoin: flow.Join(),
		transport.KindLeave: flow.Leave(), transport.KindMemberJoined: flow.MemberJoined(),
		transport.KindMemberLeft: flow.MemberLeft(), transport.KindBeacon: flow.Beacon(),
		transport.KindAccountLink: flow.AccountLink(),
	}
	for k, trigger := range shorthands {
		tests = append(tests, struct {
			name    string
			trigger flow.Trigger
			words   string
			rank    flow.Rank
			yes, no []*transport.Event
		}{k.String(), trigger, k.String(), flow.RankKind, []*transport.Event{kind(k)}, []*transport.Event{text("x"), {}, due("x")}})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.words, tt.trigger.String())
			if tt.yes == nil {
				return // a flow with it cannot be built
			}
			b := flow.New[log]("f")
			b.Start(tt.trigger).To("a")
			b.In("a").On(tt.trigger).End()
			s := newSession(t, b)
			for _, e := range tt.yes {
				require.Equal(t, tt.rank, s.f.Rank(e), "%+v", e)
				require.Equal(t, 2, s.run(&flow.Input{Event: e, State: "a"}).Trace.Transition, "%+v", e)
			}
			for _, e := range tt.no {
				require.Equal(t, flow.RankNone, s.f.Rank(e), "%+v", e)
				if e.Kind != transport.KindTimer {
					require.False(t, s.run(&flow.Input{Event: e, State: "a"}).Trace.Matched, "%+v", e)
				}
			}
		})
	}
}

func TestRankIsTheBestOfTheTriggers(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("book"), flow.Any()).To("a")
	b.Start(flow.Text(), flow.Match("panics", func(*transport.Event) bool { panic("x") })).To("a")
	b.In("a").On(flow.Any()).End()
	f := b.MustBuild()
	require.Equal(t, flow.RankExact, f.Rank(text("book")))
	require.Equal(t, flow.RankKind, f.Rank(text("else")))
	require.Equal(t, flow.RankAny, f.Rank(postback("x")))
	require.Equal(t, flow.RankNone, f.Rank(kind(transport.KindFollow)))
}

// The order in which the transitions of a state are tried.
func TestOrderOfTrying(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("f")
	b.Start(flow.Text("go")).To("a")
	b.In("a").
		On(flow.Any()).Do(ran("own any")).Stay().
		On(flow.TextLike(regexp.MustCompile("x"))).When("never", no).Do(ran("own like")).Stay().
		On(flow.Text(), flow.Postback("own")).Do(ran("own text")).Stay().
		On(flow.Postback("twice")).When("never", no).Do(ran("first")).Stay().
		On(flow.Postback("twice")).When("always", yes).Do(ran("second")).Stay().
		On(flow.Postback("twice")).Do(ran("third")).Stay().
		On(flow.Text("mine")).Do(ran("own exact")).Stay().
		On(flow.Date()).Do(ran("own date")).Stay()
	b.In("b").On(flow.Follow()).To("a")
	b.InAny().
		On(flow.Postback("b")).To("b").
		On(flow.Text("cancel")).Do(ran("any exact")).Stay().
		On(flow.Text("mine")).When("a", yes).Do(ran("any mine")).Stay().
		On(flow.Kind(transport.KindText, transport.KindPostback)).Do(ran("any kind")).Stay().
		On(flow.Follow()).Do(ran("any follow")).End()
	s := newSession(t, b)
	tests := []struct {
		name  string
		event *transport.Event
		want  string
	}{
		{"an exact one of InAny beats the state's kind", text(" CANCEL"), "any exact"},
		{"the state's exact one beats that of InAny", text("mine"), "own exact"},
		{"the state's kind beats that of InAny", text("x"), "own text"},
		{"a kind of InAny beats the state's Any", postback("x"), "any kind"},
		{"Any is last", kind(transport.KindSticker), "own any"},
		{"guards in order, the first that passes", postback("twice"), "second"},
		{"each trigger of a transition has its own rank", postback("own"), "own text"},
		{"a picker", picked("date", "2026-05-09", "x"), "own date"},
		{"a picker is a postback, too", picked("date", "2026-05-09", "own"), "own text"},
		{"a kind of InAny", kind(transport.KindFollow), "any follow"},
	}
	for _, tt := range tests {
		res := s.run(&flow.Input{Event: tt.event, State: "a"})
		require.Equal(t, said(tt.want+"@a"), res.Messages, tt.name)
	}
}

// Two flows may not start on what an event cannot tell apart.
func TestClashes(t *testing.T) {
	t.Parallel()
	like := regexp.MustCompile("x")
	yes := func(*transport.Event) bool { return true }
	tests := []struct {
		name string
		a, b flow.Trigger
		want bool
	}{
		{"one word of many", flow.Text("go", "book"), flow.Text("x", " BOOK"), true},
		{"other words", flow.Text("go"), flow.Text("book"), false},
		{"a word and data", flow.Text("go"), flow.Postback("go"), false},
		{"any text and one", flow.Text(), flow.Text("go"), false},
		{"any text, in two ways", flow.Text(), flow.Kind(transport.KindImage, transport.KindText), true},
		{"any text and anything", flow.Text(), flow.Any(), false},
		{"anything", flow.Any(), flow.Any(), true},
		{"a prefix of a prefix", flow.PostbackPrefix("i"), flow.PostbackPrefix("id="), false},
		{"a prefix", flow.PostbackPrefix("i"), flow.PostbackPrefix("i"), true},
		{"pickers", flow.Date(), flow.Time(), false},
		{"a picker", flow.Date(), flow.Date(), true},
		{"a picker of some data", flow.Date("d"), flow.Date(), false},
		{"patterns", flow.TextLike(like), flow.TextLike(like), true},
		{"a pattern and any text", flow.TextLike(like), flow.Text(), false},
		{"labels", flow.Match("a", yes), flow.Match("b", yes), false},
		{"a label", flow.Match("a", yes), flow.Match("a", yes), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, tt.a.Clashes(tt.b))
			require.Equal(t, tt.want, tt.b.Clashes(tt.a))
		})
	}
}
