package flow_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Seat is the data of a flow that asks for a seat, and Film that of the one that runs it.
type Seat struct {
	Hall string   `json:"hall,omitempty"`
	Row  string   `json:"row,omitempty"`
	No   int      `json:"no,omitempty"`
	Ran  []string `json:"ran,omitempty"`
}

type Film struct {
	Title string   `json:"title,omitempty"`
	Seat  string   `json:"seat,omitempty"`
	Ran   []string `json:"ran,omitempty"`
}

// seats is a flow that asks for a hall, a row and a number, and the state desk that it may call.
func seats() *flow.Builder[Seat] {
	hall := flow.Question(tell[Seat]("Hall?"), answer.Text(1, 9), func(s *Seat) *string { return &s.Hall }).SkipKnown()
	row := flow.Question(tell[Seat]("Row?"), answer.Text(1, 2), func(s *Seat) *string { return &s.Row })
	no := flow.Question(tell[Seat]("Number?"), answer.Int(1, 9), func(s *Seat) *int { return &s.No })
	b := flow.New[Seat]("seats")
	b.Start(flow.Text("seats")).Do(tell[Seat]("(seats)")).To("hall")
	b.In("hall").Ask(hall).To("row")
	b.In("row").Enter(tell[Seat]("(in row)")).Exit(tell[Seat]("(row left)")).Ask(row).To("number").
		On(flow.Text("help")).Do(tell[Seat]("A to Z.")).Again().
		On(flow.Text("map")).Call("map").
		Wrong(2).Do(tell[Seat]("Too hard?")).Again()
	b.In("map").Enter(tell[Seat]("A map.")).On(flow.Text("ok")).Return()
	b.In("number").Exit(tell[Seat]("(number left)")).Ask(no).Do(tell[Seat]("(seat)")).End().
		On(flow.Text("stay")).Do(sat).Stay().
		After(3 * time.Minute).Do(tell[Seat]("Quick!")).Stay()
	b.InAny().
		On(flow.Text("anew")).Restart("row").
		On(flow.Text("back")).Do(tell[Seat]("(back)")).Back().
		On(flow.Text("leave it")).Do(tell[Seat]("(left it)")).GiveUp().
		Wrong(4).Do(tell[Seat]("I give up.")).GiveUp().
		After(15 * time.Minute).GiveUp()
	return b
}

func sat(_ context.Context, t *flow.Turn[Seat]) error {
	t.Data.Ran = append(t.Data.Ran, t.Event().Text)
	return nil
}

func seen(_ context.Context, t *flow.Turn[Film]) error {
	t.Data.Ran = append(t.Data.Ran, t.Event().Text)
	return nil
}

// cinema is a flow that runs seats.
func cinema(t *testing.T) *flow.Builder[Film] {
	t.Helper()
	f, err := seats().Build()
	require.NoError(t, err)
	seat := flow.Sub(f,
		func(t *flow.Turn[Film]) Seat { return Seat{Hall: "big"} },
		func(t *flow.Turn[Film], s Seat) { t.Data.Seat = fmt.Sprint(s.Hall, " ", s.Row, s.No) })
	title := flow.Question(tell[Film]("Film?"), answer.Text(1, 9), func(f *Film) *string { return &f.Title })
	b := flow.New[Film]("cinema")
	b.Start(flow.Text("go")).To("film")
	b.In("film").Ask(title).To("seat")
	b.In("seat").Enter(tell[Film]("(in seat)")).Exit(tell[Film]("(seat left)")).Run(seat).Do(tell[Film]("(done)")).To("pay").
		GivenUp().Do(tell[Film]("(given up)")).To("pay").
		On(flow.Text("note")).Do(seen).Stay().
		On(flow.Text("price")).Do(tell[Film]("9 euros.")).Again().
		On(flow.Text("skip")).To("pay").
		On(flow.Text("desk")).Call("desk").
		On(flow.Text("undo")).Do(tell[Film]("(undo)")).Back().
		On(flow.Text("anyone?", "ok")).Do(tell[Film]("Outside.")).Again().
		Wrong(2).Do(tell[Film]("Shall I call?")).Again().
		Wrong(3).Do(tell[Film]("Sure?")).Again()
	b.In("pay").Enter(payFor).On(flow.Text("paid")).End().On(flow.Text("seat")).Call("seat").
		On(flow.Text("undo")).Back()
	b.In("desk").Enter(tell[Film]("Desk here.")).On(flow.Text("thanks")).Return()
	b.InAny().On(flow.Text("cancel")).End().After(10 * time.Minute).Do(tell[Film]("Still there?")).Again()
	return b
}

func payFor(_ context.Context, t *flow.Turn[Film]) error {
	t.Send(say("Pay for " + t.Data.Title + ", " + t.Data.Seat + "."))
	return nil
}

func TestSubFlow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lines []turn
		data  string
	}{
		{"runs to its end, with the result", []turn{
			{text("A"), "seat: (row left) | Number?"}, {text("7"), "pay: (number left) | (seat) | (seat left) | (done) | Pay for Up, big A7."},
		}, `{"title":"Up","seat":"big A7"}`},
		{"is given up", []turn{
			{text("leave it"), "pay: (row left) | (left it) | (seat left) | (given up) | Pay for Up, ."},
		}, `{"title":"Up"}`},
		{"calls and returns inside", []turn{
			{text("map"), "seat: (row left) | A map."}, {text("ok"), "seat: (in row) | Row?"},
		}, `{"title":"Up"}`},
		{"the words that start it are no words inside", []turn{
			{text("seats"), "seat: Row? #1"},
		}, `{"title":"Up"}`},
		{"outer Stay keeps it", []turn{
			{text("note"), "seat: "}, {text("A"), "seat: (row left) | Number?"},
		}, `{"title":"Up","ran":["note"]}`},
		{"outer Again asks its question", []turn{
			{text("price"), "seat: 9 euros. | Row?"}, {text("A"), "seat: (row left) | Number?"}, {text("price"), "seat: 9 euros. | Number?"},
		}, `{"title":"Up"}`},
		{"outer To leaves it, the innermost first", []turn{
			{text("skip"), "pay: (row left) | (seat left) | Pay for Up, ."},
		}, `{"title":"Up"}`},
		{"outer End leaves it", []turn{
			{text("cancel"), ": (row left) | (seat left)"},
		}, ``},
		{"a Call out of it keeps it", []turn{
			{text("A"), "seat: (row left) | Number?"}, {text("stay"), "seat: "}, {text("desk"), "desk: (number left) | (seat left) | Desk here."},
			{text("thanks"), "seat: (in seat) | Number?"}, {text("7"), "pay: (number left) | (seat) | (seat left) | (done) | Pay for Up, big A7."},
		}, `{"title":"Up","seat":"big A7"}`},
		{"a called one always asks", []turn{
			{text("skip"), "pay: (row left) | (seat left) | Pay for Up, ."}, {text("seat"), "seat: (in seat) | (seats) | Hall?"},
		}, `{"title":"Up"}`},
		{"Restart in it takes the input anew", []turn{
			{text("A"), "seat: (row left) | Number?"}, {text("anew"), "seat: (number left) | (in row) | Row?"},
			{text("B"), "seat: (row left) | Number?"}, {text("7"), "pay: (number left) | (seat) | (seat left) | (done) | Pay for Up, big B7."},
		}, `{"title":"Up","seat":"big B7"}`},
		{"its own words come before the outer ones of the same rank, the outer before those of a lower rank", []turn{
			{text("map"), "seat: (row left) | A map."}, {text("ok"), "seat: (in row) | Row?"}, {text("anyone?"), "seat: Outside. | Row?"},
		}, `{"title":"Up"}`},
		{"of Wrong the highest number counts, of equal ones the innermost", []turn{
			{text("too long"), "seat: Row? #1"}, {text("too long"), "seat: Too hard? #2 | Row? #2"}, {text("too long"), "seat: Sure? #3 | Row? #3"},
			{text("too long"), "pay: (row left) #4 | I give up. #4 | (seat left) #4 | (given up) #4 | Pay for Up, ."},
		}, `{"title":"Up"}`},
		{"outer Stay begins to count anew", []turn{
			{text("too long"), "seat: Row? #1"}, {text("note"), "seat: "}, {text("too long"), "seat: Row? #1"},
		}, `{"title":"Up","ran":["note"]}`},
		{"Back leads from one of its questions to the one before", []turn{
			{text("A"), "seat: (row left) | Number?"}, {text("back"), "seat: (number left) | (back) | (in row) | Row?"},
		}, `{"title":"Up"}`},
		{"Back of the outer flow leads there, too", []turn{
			{text("A"), "seat: (row left) | Number?"}, {text("note"), "seat: "}, {text("undo"), "seat: (number left) | (undo) | (in row) | Row?"},
		}, `{"title":"Up"}`},
		{"Back leads out of it", []turn{
			{text("back"), "film: (row left) | (back) | (seat left) | Film?"},
		}, `{}`},
		{"Back leads into it", []turn{
			{text("A"), "seat: (row left) | Number?"}, {text("7"), "pay: (number left) | (seat) | (seat left) | (done) | Pay for Up, big A7."},
			{text("undo"), "seat: (in seat) | Number?"}, {text("back"), "seat: (number left) | (back) | (in row) | Row?"},
			{text("back"), "film: (row left) | (back) | (seat left) | Film?"},
		}, `{}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, cinema(t))
			s.holds(turn{text("go"), "film: Film?"}, turn{text("Up"), "seat: (in seat) | (seats) | (in row) | Row?"})
			s.holds(tt.lines...)
			require.Equal(t, tt.data, string(s.state.Data))
		})
	}
}

// TestSubFlowTimers looks at the timers of both flows, by their stored names.
func TestSubFlowTimers(t *testing.T) {
	t.Parallel()
	s := newSession(t, cinema(t))
	s.step(text("go"))
	s.step(text("Up"))
	require.Equal(t, offsets{"after 10m0s": 10 * time.Minute, "after 15m0s·seats": 15 * time.Minute}, timers(s.state))
	s.now = noon.Add(time.Minute)
	s.step(text("A"))
	require.Equal(t, offsets{
		"after 10m0s": 11 * time.Minute, "after 15m0s·seats": 16 * time.Minute, "after 3m0s·seats": 4 * time.Minute,
	}, timers(s.state))

	s.now = noon.Add(4 * time.Minute)
	require.Equal(t, "seat: Quick!", s.says(due("after 3m0s·seats")))
	require.Equal(t, offsets{"after 10m0s": 11 * time.Minute, "after 15m0s·seats": 16 * time.Minute}, timers(s.state))
	s.now = noon.Add(11 * time.Minute)
	require.Equal(t, "seat: Still there? | Number?", s.says(due("after 10m0s")))
	require.Equal(t, offsets{"after 15m0s·seats": 16 * time.Minute}, timers(s.state), "a nudge nudges once")
	require.Equal(t, "seat: ", s.says(due("after 7m0s·seats")), "a timer of old code")
	require.Equal(t, offsets{
		"after 10m0s": 21 * time.Minute, "after 15m0s·seats": 16 * time.Minute, "after 3m0s·seats": 14 * time.Minute,
	}, timers(s.state))

	s.now = noon.Add(12 * time.Minute)
	require.Equal(t, "desk: (number left) | (seat left) | Desk here.", s.says(text("desk")))
	require.Equal(t, offsets{"after 10m0s": 22 * time.Minute}, timers(s.state), "the sub-flow rests")
	s.now = noon.Add(13 * time.Minute)
	s.step(text("thanks"))
	require.Equal(t, offsets{
		"after 10m0s": 23 * time.Minute, "after 15m0s·seats": 28 * time.Minute, "after 3m0s·seats": 16 * time.Minute,
	}, timers(s.state))
	require.Equal(t, "pay: (number left) | (seat left) | (given up) | Pay for Up, .", s.says(due("after 15m0s·seats")))
	require.Equal(t, offsets{"after 10m0s": 23 * time.Minute}, timers(s.state))
}

// TestSubFlowThatCannotBeRead has the sub-flow's code change while it runs.
func TestSubFlowThatCannotBeRead(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T) *session {
		s := newSession(t, cinema(t))
		s.holds(turn{text("go"), "film: Film?"}, turn{text("Up"), "seat: (in seat) | (seats) | (in row) | Row?"},
			turn{text("A"), "seat: (row left) | Number?"})
		other := flow.New[Seat]("seats")
		other.Start().To("row")
		other.In("row").Enter(tell[Seat]("Row?")).On(flow.Text()).End()
		sub := flow.Sub(other.MustBuild(), (func(*flow.Turn[Film]) Seat)(nil), nil)
		b := cinema(t)
		b.In("film").On(flow.Text("unused")).To("seat2")
		b.In("seat2").Run(sub).To("pay").GivenUp().To("pay")
		broken := flow.New[Film]("cinema")
		broken.Start(flow.Text("go")).To("seat")
		broken.In("seat").Enter(tell[Film]("(in seat)")).Exit(tell[Film]("(seat left)")).Run(sub).To("pay").
			GivenUp().Do(tell[Film]("(given up)")).To("pay").
			On(flow.Text("price")).Do(tell[Film]("9 euros.")).Again().
			On(flow.Text("skip")).To("pay")
		broken.In("pay").Enter(payFor).On(flow.Text("paid")).End()
		var err error
		s.f, err = broken.Build()
		require.NoError(t, err)
		return s
	}
	const lost = "pay: (seat left) | (given up) | Pay for Up, ."
	for name, tt := range map[string]struct {
		event *transport.Event
		mode  flow.Mode
		want  string
	}{
		"an answer":                {text("7"), flow.ModeEvent, lost},
		"a photo":                  {&transport.Event{Kind: transport.KindImage}, flow.ModeEvent, lost},
		"showing":                  {text("x"), flow.ModeShow, lost},
		"entering":                 {text("x"), flow.ModeEnter, lost},
		"a timer of the sub-flow":  {due("after 15m0s·seats"), flow.ModeEvent, lost},
		"a word of the outer flow": {text("skip"), flow.ModeEvent, "pay: (seat left) | Pay for Up, ."},
		"a word that asks again":   {text("price"), flow.ModeEvent, "pay: 9 euros. | (seat left) | (given up) | Pay for Up, ."},
		"leaving":                  {text("x"), flow.ModeLeave, ": (seat left)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			in := s.input(tt.event)
			in.Mode = tt.mode
			_, err := s.f.Step(t.Context(), in)
			require.ErrorIs(t, err, flow.ErrUnknownState, "a newer build may read it")
			in.Gone = true
			require.Equal(t, tt.want, s.saysTo(in))
		})
	}
	s := begin(t)
	in := s.input(text("7"))
	in.Least, in.Gone = flow.RankAny, true
	require.False(t, s.run(in).Handled, "others come first")
	s = begin(t)
	in = s.input(&transport.Event{Kind: transport.KindFollow})
	in.Suspended, in.Gone = true, true
	require.False(t, s.run(in).Handled, "not while it is suspended")
	s = begin(t)
	s.state.Trail = nil
	require.Equal(t, lost, s.says(text("7")), "the state ran nothing before")
}

// nest returns a flow that does nothing but to run another.
func nest(t *testing.T, name string, inner flow.SubFlow[log]) flow.SubFlow[log] {
	t.Helper()
	b := flow.New[log](name)
	b.Start().To("only")
	b.In("only").Exit(tell[log]("(" + name + " left)")).Run(inner).End().GivenUp().GiveUp().
		On(flow.Text(name)).Do(tell[log]("Here is " + name + ".")).Again()
	b.InAny().On(flow.Any()).Do(tell[log]("(" + name + " took it)")).Stay().On(flow.Text("back")).Back()
	f, err := b.Build()
	require.NoError(t, err)
	return flow.Sub(f, func(t *flow.Turn[log]) log { return t.Data }, func(t *flow.Turn[log], l log) { t.Data.Ran = append(l.Ran, name) })
}

func TestSubFlowsInEachOther(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("leaf")
	b.Start().Do(ran("begun")).To("one")
	b.In("one").Enter(tell[log]("One?")).On(flow.Text("two")).To("two").On(flow.Text("up")).GiveUp()
	b.In("two").Enter(tell[log]("Two?")).Exit(tell[log]("(two left)")).On(flow.Text("end")).End().After(time.Minute).GiveUp()
	leaf, err := b.Build()
	require.NoError(t, err)
	id := func(t *flow.Turn[log]) log { return t.Data }
	sub := nest(t, "b", nest(t, "a", flow.Sub(leaf, id, func(t *flow.Turn[log], l log) { t.Data = l })))
	top := flow.New[log]("top")
	top.Start(flow.Text("go")).To("first")
	top.In("first").Enter(tell[log]("First?")).On(flow.Text("on")).To("only")
	top.In("only").Exit(tell[log]("(top left)")).Run(sub).To("last").GivenUp().Do(tell[log]("(given up)")).To("last").
		On(flow.Text("who")).Do(tell[log]("Who?")).Again()
	top.In("last").Enter(tell[log]("Last?")).On(flow.Text("end")).End().On(flow.Text("undo")).Back()
	in := func(t *testing.T, lines ...turn) *session {
		s := newSession(t, top)
		s.holds(turn{text("go"), "first: First?"}, turn{text("on"), "only: begun@ | One?"})
		s.holds(lines...)
		return s
	}
	var names []string
	for _, f := range in(t).f.Subs() {
		names = append(names, f.Name())
	}
	require.Equal(t, []string{"b", "a", "leaf"}, names)

	s := in(t, turn{text("two"), "only: Two?"}, turn{text("a"), "only: Here is a. | Two?"},
		turn{text("b"), "only: Here is b. | Two?"}, turn{text("who"), "only: Who? | Two?"}, turn{text("what"), "only: (a took it)"})
	require.Equal(t, offsets{"after 1m0s·leaf·a·b": time.Minute}, timers(s.state))
	s.holds(turn{text("end"), "last: (two left) | (a left) | (b left) | (top left) | Last?"})
	require.Equal(t, `{"ran":["begun","a","b"]}`, string(s.state.Data))
	s.holds(turn{text("undo"), "only: Two?"}, turn{text("back"), "only: (two left) | One?"},
		turn{text("back"), "first: (a left) | (b left) | (top left) | First?"})

	in(t, turn{text("up"), "last: (a left) | (b left) | (top left) | (given up) | Last?"})
	in(t, turn{text("two"), "only: Two?"},
		turn{due("after 1m0s·leaf·a·b"), "last: (two left) | (a left) | (b left) | (top left) | (given up) | Last?"})
}

// TestModesOfSubFlows has a sub-flow asked, suspended, entered late and left.
func TestModesOfSubFlows(t *testing.T) {
	t.Parallel()
	step := func(s *session, e *transport.Event, mode flow.Mode) string {
		in := s.input(e)
		in.Mode = mode
		return s.saysTo(in)
	}
	begin := func(t *testing.T) *session {
		b := cinema(t)
		b.Start(flow.Text("faq")).Do(tell[Film]("Answer.")).End()
		s := newSession(t, b)
		s.holds(turn{text("go"), "film: Film?"}, turn{text("Up"), "seat: (in seat) | (seats) | (in row) | Row?"},
			turn{text("A"), "seat: (row left) | Number?"})
		return s
	}
	s := begin(t)
	trail := s.state.Trail
	require.Equal(t, "seat: Number?", step(s, postback("old"), flow.ModeShow))
	require.Equal(t, trail, s.state.Trail)
	require.Equal(t, "seat: Answer. | Number?", step(s, alone(text("faq")), flow.ModeStart))
	require.Equal(t, 1, s.state.Aside)
	require.Equal(t, trail, s.state.Trail)
	require.False(t, s.state.NewStep)
	require.Equal(t, ": (number left) | (seat left)", step(s, text("x"), flow.ModeLeave))

	s = begin(t)
	in := s.input(due("after 15m0s·seats"))
	in.Suspended = true
	require.Equal(t, "pay: (number left) | (seat left) | (given up)", s.saysTo(in))
	require.True(t, s.state.Owes)
	require.Equal(t, "pay: Pay for Up, .", step(s, text("x"), flow.ModeEnter))

	// Suspended in the state film, from which a timer leads to seat
	b := flow.New[Film]("cinema")
	b.Start(flow.Text("go")).To("film")
	sub := flow.Sub(seats().MustBuild(), (func(*flow.Turn[Film]) Seat)(nil), nil)
	b.In("film").Enter(tell[Film]("Film?")).At(func(t *flow.Turn[Film]) time.Time { return t.Now().Add(time.Hour) }).To("seat")
	b.In("seat").Enter(tell[Film]("(in seat)")).Run(sub).End().GivenUp().Do(tell[Film]("(given up)")).End()
	s = newSession(t, b)
	s.holds(turn{text("go"), "film: Film?"})
	in = s.input(due("at"))
	in.Suspended = true
	require.Equal(t, "seat: ", s.saysTo(in))
	require.Equal(t, "seat: (in seat) | (seats) | Hall?", step(s, text("x"), flow.ModeEnter))
	require.Equal(t, "seat: (in row) | Row?", s.says(text("big")))
	require.Equal(t, "seat: Row?", step(s, text("x"), flow.ModeShow))
	require.Equal(t, "seat: (in row) | Row?", step(s, text("x"), flow.ModeEnter), "the innermost state is entered")
}

// alone returns the event as one of a one-to-one chat.
func alone(e *transport.Event) *transport.Event {
	e.Source = transport.Source{Chat: transport.ChatUser, UserID: "u"}
	return e
}

// TestRefusalAcrossFlows has the outer flow refuse what the sub-flow is done with: all is undone.
func TestRefusalAcrossFlows(t *testing.T) {
	t.Parallel()
	b := flow.New[Film]("cinema")
	b.Start(flow.Text("go")).To("seat")
	seat := flow.Sub(seats().MustBuild(), func(*flow.Turn[Film]) Seat { return Seat{Hall: "big", Row: "A"} },
		func(t *flow.Turn[Film], s Seat) { t.Data.Seat = fmt.Sprint(s.No) })
	taken := func(_ context.Context, t *flow.Turn[Film]) error {
		if t.Data.Seat == "7" {
			return flow.Reject(say("Taken."))
		}
		return nil
	}
	b.In("seat").Exit(tell[Film]("(seat left)")).Run(seat).Do(taken).End().GivenUp().End()
	s := newSession(t, b)
	s.holds(turn{text("go"), "seat: (seats) | (in row) | Row?"}, turn{text("B"), "seat: (row left) | Number?"})
	data := s.state.Data
	s.holds(turn{text("7"), "seat: Taken. | Number?"})
	require.Equal(t, string(data), string(s.state.Data))
	require.True(t, s.state.Trace.Wrong)
	require.Equal(t, []int{2}, s.state.Trace.Refused, "Run's transition")
	s.holds(turn{text("x"), "seat: Number? #2"}, turn{text("8"), ": (number left) #2 | (seat) #2 | (seat left) #2"})
}

// TestSubFlowShows has menus, traces, reminders, exclusive states and failures of the sub-flow.
func TestSubFlowShows(t *testing.T) {
	t.Parallel()
	b := flow.New[log]("inner")
	b.Start().To("one")
	b.In("one").Enter(tell[log]("One?")).On(flow.Text("two")).Remind("later", at(time.Hour), ran("later")).To("two").
		On(flow.Text("fail")).Do(failing(context.Canceled)).Stay().On(flow.Text("panic")).Do(panicking).Stay()
	b.In("two").Menu("two").Exclusive().Enter(tell[log]("Two?")).On(flow.Text("end")).When("may", yes).End().
		On(flow.Text("no")).When("may not", no).Stay()
	inner := b.MustBuild()
	b = flow.New[log]("outer")
	b.Start(flow.Text("go")).To("run")
	b.In("run").Run(flow.Sub(inner, func(t *flow.Turn[log]) log {
		t.Send(say("ignored"))
		return log{}
	}, func(t *flow.Turn[log], _ log) { t.Send(say("ignored")) })).To("after").GivenUp().End()
	b.In("after").Menu("").Enter(tell[log]("After?")).On(flow.Text("end")).End()
	b.InAny().Menu("outer")
	s := newSession(t, b)
	s.holds(turn{text("go"), "run: One?"})
	require.Equal(t, "outer", s.state.Menu, "the sub-flow's state is bound to none")
	require.Equal(t, []flow.InnerTrace{{Flow: "inner", Trace: flow.Trace{Transition: 1}}}, inners(s.state))
	require.False(t, s.f.Exclusive("run", s.state.Trail))

	require.Equal(t, flow.TurnError{Flow: "inner", State: "one", Trigger: `text "fail"`, Phase: flow.PhaseAction, Err: context.Canceled},
		*s.fails(text("fail")))
	require.ErrorAs(t, s.fails(text("panic")), new(*flow.PanicError))

	s.holds(turn{text("two"), "run: Two?"})
	require.Equal(t, "two", s.state.Menu)
	require.Equal(t, "inner", s.state.Reminders[0].Flow)
	require.Equal(t, "later", s.state.Reminders[0].Name)
	require.Equal(t, []flow.InnerTrace{{Flow: "inner", From: "one", Trace: flow.Trace{Transition: 2, Matched: true}}}, inners(s.state))
	require.Zero(t, s.state.Trace.Transition)
	require.True(t, s.state.Trace.Matched)
	require.True(t, s.f.Exclusive("run", s.state.Trail))
	require.False(t, s.f.Exclusive("run", []byte("broken")))

	s.holds(turn{text("no"), "run: Two? #1"})
	require.Equal(t, []flow.FailedGuard{{Transition: 6, Guard: "may not"}}, s.state.Trace.Inner[0].Failed)
	s.holds(turn{text("end"), "after: After?"})
	require.Equal(t, 2, s.state.Trace.Transition, "Run's transition")
	require.Empty(t, s.state.Menu)
	require.Nil(t, s.state.Trail)
	ts := s.f.Transitions()
	require.Equal(t, "inner", ts[1].Run)
	require.Equal(t, "inner done", ts[1].Trigger)
	require.Equal(t, "inner given up", ts[2].Trigger)
	require.True(t, ts[2].GivenUp)
	golden(t, "sub.mmd", s.f.Diagram()+seats().MustBuild().Diagram())
}

// inners returns the traces of sub-flows without what they are copied from.
func inners(res flow.Result) []flow.InnerTrace {
	var all []flow.InnerTrace
	for _, in := range res.Trace.Inner {
		all = append(all, flow.InnerTrace{Flow: in.Flow, From: in.From, Trace: in.Trace})
	}
	return all
}

// TestSubFlowThatNeedsNoQuestion has a sub-flow that is done as soon as it begins, over and over.
func TestSubFlowThatNeedsNoQuestion(t *testing.T) {
	t.Parallel()
	asked := flow.Question(tell[log]("What?"), answer.Text(1, 9), func(l *log) *string { return &[]string{"known"}[0] }).SkipKnown()
	b := flow.New[log]("inner")
	b.Start().To("one")
	b.In("one").Ask(asked).End()
	sub := flow.Sub(b.MustBuild(), (func(*flow.Turn[log]) log)(nil), func(t *flow.Turn[log], _ log) { t.Data.Ran = append(t.Data.Ran, "x") })
	b = flow.New[log]("outer")
	b.Start(flow.Text("go")).To("first")
	b.In("first").Enter(tell[log]("First?")).On(flow.Text("run")).To("run").On(flow.Text("call")).Call("run")
	b.In("run").Run(sub).ReturnOr("run").GivenUp().End()
	s := newSession(t, b)
	s.holds(turn{text("go"), "first: First?"}, turn{text("call"), "run: What?"}, turn{text("y"), "first: First?"},
		turn{text("run"), "run: What?"})
	require.Equal(t, 17, strings.Count(string(s.state.Data), "x"), "16 questions are skipped")
	require.Len(t, s.state.Trace.Skipped, 16)
}

// TestSubFlowsOfOldCode has states of the sub-flow renamed while it runs, waits and is in the history.
func TestSubFlowsOfOldCode(t *testing.T) {
	t.Parallel()
	flows := func(one, two flow.State) *flow.Builder[log] {
		b := flow.New[log]("inner")
		b.Start().To(one)
		b.In(one).Enter(tell[log]("One?")).On(flow.Text("two")).To(two)
		b.In(two).Enter(tell[log]("Two?")).On(flow.Text("end")).End()
		if one != "one" {
			b.In(one).Formerly("one")
			b.In(two).Formerly("two")
		}
		b.InAny().On(flow.Text("back")).Back()
		f := b.MustBuild()
		b = flow.New[log]("outer")
		b.Start(flow.Text("go")).To("run")
		b.In("run").Run(flow.Sub(f, (func(*flow.Turn[log]) log)(nil), nil)).End().GivenUp().End().On(flow.Text("call")).Call("called")
		b.In("called").Enter(tell[log]("Called?")).On(flow.Text("return")).Return()
		return b
	}
	s := newSession(t, flows("one", "two"))
	s.holds(turn{text("go"), "run: One?"}, turn{text("two"), "run: Two?"})
	old := s.state
	s.f = flows("uno", "due").MustBuild()
	s.holds(turn{text("call"), "called: Called?"}, turn{text("return"), "run: Two?"}, turn{text("back"), "run: One?"})
	s.f, s.state = flows("one", "two").MustBuild(), old
	s.holds(turn{text("call"), "called: Called?"})
	s.f = flows("uno", "due").MustBuild()
	s.holds(turn{text("return"), "run: Two?"}, turn{text("end"), ": "})
}
