package flowtest_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/flowtest"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// trip is the data of the flows that the transcripts in testdata/cases talk to.
type trip struct {
	Name  string              `json:"name,omitempty"`
	Day   string              `json:"day,omitempty"`
	Party int                 `json:"party,omitempty"`
	Items []string            `json:"items,omitempty"`
	Place *transport.Location `json:"place,omitempty"`
}

type tripTurn = flow.Turn[trip]

// sends returns an action that sends words, in which {name}, {day}, {party}, {items}, {input} and {tries} are
// replaced, with buttons below.
func sends(words string, buttons ...line.Action) flow.Action[trip] {
	return func(_ context.Context, t *tripTurn) error {
		r := strings.NewReplacer("{name}", t.Data.Name, "{day}", t.Data.Day, "{party}", strconv.Itoa(t.Data.Party),
			"{items}", strings.Join(t.Data.Items, ", "), "{input}", t.Input(), "{tries}", strconv.Itoa(t.Tries()))
		if len(buttons) == 0 {
			t.Send(line.Text(r.Replace(words)))
			return nil
		}
		t.Send(line.Buttons(r.Replace(words), buttons...))
		return nil
	}
}

func yesNo() []line.Action {
	return []line.Action{line.Postback("Yes", "yes"), line.Postback("No", "no")}
}

// cases are the flows of each transcript, by its name.
var cases = map[string]func() []*flow.Flow{
	"reading":    reading,
	"refusals":   refusals,
	"kinds":      kinds,
	"starts":     starts,
	"reminder":   reminding,
	"moved":      moving,
	"bookings":   moving,
	"numbered":   numbering,
	"branches":   branches,
	"calls":      calling,
	"idle":       idling,
	"lasting":    lasting,
	"typed":      typed,
	"content":    sharing,
	"faq":        questions,
	"digression": questions,
	"visits":     visits,
	"tickets":    tickets,
}

// The README shows two of them.
func TestReadmeShowsCases(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	for _, name := range []string{"digression", "visits"} {
		shown, err := os.ReadFile("testdata/cases/" + name + ".txt")
		require.NoError(t, err)
		require.Contains(t, string(readme), "```\n"+string(shown)+"```\n", name)
	}
}

// table is a flow that books a table: a day, then how many people.
func table() *flow.Flow {
	day := flow.Question(sends("Which day?", line.DatePicker("Pick a day", "day")), answer.Day(0, 60), func(d *trip) *string { return &d.Day })
	party := flow.Question(sends("How many are you?", line.Postback("2", "2"), line.Postback("4", "4")), answer.Int(1, 8),
		func(d *trip) *int { return &d.Party })
	b := flow.New[trip]("table")
	b.Start(flow.Text("book"), flow.Postback("book")).To("day")
	b.In("day").Ask(day).To("party")
	b.In("party").Ask(party).Do(sends("Booked for {party}, on {day}.")).End()
	b.InAny().On(flow.Text("cancel")).Do(sends("Not booked.")).End().
		After(30 * time.Minute).Do(sends("Your booking lapsed.")).End()
	return b.MustBuild()
}

// questions is a FAQ that only answers, one that asks which topic, and a person at the desk who is not to be
// interrupted.
func questions() []*flow.Flow {
	hours := flow.New[trip]("hours")
	hours.Start(flow.Text("hours")).Do(sends("We are open from 11 to 22.")).End()
	faq := flow.New[trip]("faq")
	faq.Start(flow.Text("faq")).To("topic")
	faq.In("topic").Enter(sends("Allergies, parking, or something else?")).
		On(flow.Text("allergies")).Do(sends("Tell the waiter: we cook without nuts.")).End().
		On(flow.Text("parking")).Do(sends("Behind the house.")).Again().
		On(flow.Text("thanks")).Do(sends("Welcome.")).End()
	desk := flow.New[trip]("desk")
	desk.Start(flow.Text("person")).Do(sends("One moment, please.")).To("talk")
	desk.In("talk").Exclusive().
		On(flow.Text("bye")).Do(sends("The desk has left.")).End().
		On(flow.Text()).Stay()
	return []*flow.Flow{table(), hours.MustBuild(), faq.MustBuild(), desk.MustBuild()}
}

// visits are two flows with buttons, each of which can be begun in the middle of the other.
func visits() []*flow.Flow {
	b := flow.New[trip]("taxi")
	b.Start(flow.Text("taxi"), flow.Postback("taxi")).To("where")
	b.In("where").Enter(sends("From where?", line.Postback("Station", "station"), line.Postback("Here", "here"))).
		On(flow.Postback("station"), flow.Postback("here")).Do(sends("A taxi comes.")).End().
		At(func(t *tripTurn) time.Time { return t.Now().Add(20 * time.Minute) }).Do(sends("No taxi is left.")).End()
	return []*flow.Flow{table(), b.MustBuild()}
}

// tickets sells tickets. A flow of its own, which the state seat runs, asks for the seat; hours only answers.
func tickets() []*flow.Flow {
	no := flow.Question(sends("Which seat of row {name}?"), answer.Int(1, 20), func(d *trip) *int { return &d.Party })
	s := flow.New[trip]("seats")
	s.Start().To("row")
	s.In("row").Enter(sends("Which row?", line.Postback("A", "A"), line.Postback("B", "B"))).
		On(flow.Postback("A", "B")).Do(func(_ context.Context, t *tripTurn) error { t.Data.Name = t.Input(); return nil }).To("no")
	s.In("no").Ask(no).End()
	s.InAny().On(flow.Text("back")).Back().
		On(flow.Text("any seat")).GiveUp().
		Wrong(3).Do(sends("Too hard?")).GiveUp()
	seat := flow.Sub(s.MustBuild(), nil, func(t *tripTurn, seat trip) { t.Data.Name, t.Data.Party = seat.Name, seat.Party })
	b := flow.New[trip]("tickets")
	b.Start(flow.Text("cinema")).To("seat")
	b.In("seat").Run(seat).To("pay").
		GivenUp().Do(sends("We choose one."), func(_ context.Context, t *tripTurn) error {
		t.Data.Name, t.Data.Party = "D", 5
		return nil
	}).To("pay")
	b.In("pay").Enter(sends("Seat {name}{party}. Pay?", line.Postback("Yes", "yes"))).
		On(flow.Postback("yes")).Do(sends("Enjoy!")).End().
		On(flow.Text("seat")).Call("seat")
	b.InAny().On(flow.Text("price")).Do(sends("9 euros.")).Again().
		On(flow.Text("cancel")).Do(sends("No tickets.")).End().
		On(flow.Text("back")).Back()
	return []*flow.Flow{b.MustBuild(), table(), questions()[1]}
}

// TestCases plays what people do in dialogs, each transcript with flows of its own. The first lines of each say
// what it shows.
func TestCases(t *testing.T) {
	for name, flows := range cases {
		t.Run(name, func(t *testing.T) {
			flowtest.Run(t, "testdata/cases/"+name+".txt", func(*testing.T) []*flow.Flow { return flows() }, &flowtest.Options{
				Bot: bot.Options{
					MaxAttempts: 2, Otherwise: bot.Always(line.Text("Sorry?")), Expired: bot.Always(line.Text("That is over.")),
					Zone: time.FixedZone("JST", 9*60*60),
				},
				Update: os.Getenv("KAIWA_UPDATE") != "",
			})
		})
	}
}

// reading asks for what can be typed in several ways.
func reading() []*flow.Flow {
	party := flow.Question(sends("How many?"), answer.Int(1, 8), func(t *trip) *int { return &t.Party })
	day := flow.Question(sends("Party of {party}. Which day?"), answer.Day(0, 365), func(t *trip) *string { return &t.Day })
	name := flow.Question(sends("{day}. Your name?"), answer.Text(1, 20), func(t *trip) *string { return &t.Name })
	plain := flow.Question(sends("{name}. How many children?"), answer.By(strconv.Atoi), func(t *trip) *int { return &t.Party })
	b := flow.New[trip]("reading")
	b.Start(flow.Text("予約", "book")).To("party")
	b.In("party").Ask(party).To("day")
	b.In("day").Ask(day).To("name")
	b.In("name").Ask(name).To("children")
	b.In("children").Ask(plain).Do(sends("Children: {party}.")).To("name")
	b.InAny().
		On(flow.Text("cancel", "キャンセル", "ガム", "❤", "straße")).Do(sends("Cancelled.")).End()
	return []*flow.Flow{b.MustBuild()}
}

// refusals refuses in each way in which code can.
func refusals() []*flow.Flow {
	open := func(_ context.Context, t *tripTurn) error {
		if t.Data.Party == 7 {
			return flow.Reject(line.Text("No table for seven."))
		}
		return nil
	}
	ask := func(ctx context.Context, t *tripTurn) error {
		if t.Tries() > 0 {
			return sends("Sorry, how many? (wrong: {tries})", line.Postback("2", "2"), line.Postback("Back", "back"))(ctx, t)
		}
		return sends("How many?", line.Postback("2", "2"), line.Postback("Back", "back"))(ctx, t)
	}
	party := flow.Question(ask, answer.Or(answer.Int(1, 8)), func(t *trip) *int { return &t.Party }).Check(open)
	b := flow.New[trip]("refusals")
	b.Start(flow.Text("go")).To("name")
	b.In("name").Enter(sends("Name?")).On(flow.Text()).Do(func(_ context.Context, t *tripTurn) error {
		if t.Input() == "nobody" {
			return flow.Reject(line.Text("Somebody, please."))
		}
		t.Data.Name = t.Input()
		return nil
	}).To("party")
	b.In("party").Ask(party).Do(sends("For {name}: {party}.")).Stay().
		On(flow.Text("many")).Do(func(context.Context, *tripTurn) error {
		return flow.Reject(line.Text("From 1 to 8."))
	}).Stay().
		On(flow.Text("manager")).Do(func(_ context.Context, t *tripTurn) error {
		t.Data.Name = "lost"
		t.Send(line.Text("never sent"))
		return flow.Reject()
	}).Stay()
	b.In("party").Wrong(3).Do(sends("Please call us.")).Stay()
	b.InAny().
		On(flow.Text("back"), flow.Postback("back")).Back().
		On(flow.Text("help")).Do(sends("Help.")).Again().
		On(flow.Text("cancel")).End()
	return []*flow.Flow{b.MustBuild()}
}

// kinds expects buttons alone.
func kinds() []*flow.Flow {
	b := flow.New[trip]("kinds")
	b.Start(flow.Text("go")).To("sure")
	b.In("sure").Enter(sends("Sure?", yesNo()...)).
		On(flow.Postback("yes")).Do(sends("Done.")).End().
		On(flow.Postback("no")).End()
	return []*flow.Flow{b.MustBuild()}
}

// starts are flows that start in several ways.
func starts() []*flow.Flow {
	b := flow.New[trip]("signup")
	b.Start(flow.Text("sign up")).Do(sends("Welcome.")).To("name")
	b.Start(flow.PostbackPrefix("invited ")).Do(func(_ context.Context, t *tripTurn) error {
		t.Data.Name = t.Input()
		return nil
	}).If("she has a name", func(t *tripTurn) bool { return t.Data.Name != "" }).To("confirm").Else().To("name")
	b.In("name").Enter(sends("Your name?")).Exit(sends("(left the name)")).
		On(flow.Text()).Do(func(_ context.Context, t *tripTurn) error { t.Data.Name = t.Input(); return nil }).To("confirm")
	b.In("confirm").Enter(sends("{name}, right?", yesNo()...)).
		On(flow.Postback("yes")).Do(sends("Signed up.")).End().
		On(flow.Postback("no")).To("name").
		On(flow.Text("anew")).Do(sends("Once more.")).Restart("name")
	b.InAny().On(flow.TextLike(regexp.MustCompile("(?i)^cancel"))).Do(sends("Cancelled.")).End()

	hours := flow.New[trip]("hours")
	hours.Start(flow.Text("hours"), flow.Postback("hours")).Do(sends("9 to 5.")).End()
	hours.Start(flow.TextLike(regexp.MustCompile("open"))).Do(sends("We are open.")).End()
	hours.Start(flow.Text("closed?")).When("it is Sunday", func(t *tripTurn) bool { return t.Now().Weekday() == time.Sunday }).
		Do(sends("Closed today.")).End()
	return []*flow.Flow{b.MustBuild(), hours.MustBuild()}
}

// reminding is a booking whose reminder and last message have buttons with data that its questions have too.
func reminding() []*flow.Flow {
	b := flow.New[trip]("booking")
	b.Start(flow.Text("book")).To("day")
	b.Start(flow.Postback("yes")).When("it is after a visit", func(*tripTurn) bool { return false }).To("day")
	b.In("day").Enter(sends("Which day?")).On(flow.Text()).Do(func(_ context.Context, t *tripTurn) error {
		t.Data.Day = t.Input()
		return nil
	}).To("confirm")
	tomorrow := func(t *tripTurn) time.Time { return t.Now().Add(24 * time.Hour) }
	b.In("confirm").Enter(sends("Book {day}?", yesNo()...)).
		On(flow.Postback("yes")).Do(sends("Booked {day}. Was this easy?", line.Postback("Easy", "yes"), line.Postback("Hard", "no"))).
		Remind("soon", tomorrow, sends("{day} is soon. Still coming?", line.Postback("Coming", "yes"), line.Postback("Not coming", "drop"))).End().
		On(flow.Postback("no")).Do(sends("Not booked.")).End().
		On(flow.Postback("drop").FromAnywhere()).Do(sends("Dropped.")).Stay()
	return []*flow.Flow{b.MustBuild()}
}

// dayBefore is ten in the morning of the day before.
func dayBefore(t *tripTurn) time.Time {
	day, _ := time.ParseInLocation(time.DateOnly, t.Data.Day, t.Now().Location())
	return day.AddDate(0, 0, -1).Add(10 * time.Hour)
}

func never(*tripTurn) time.Time { return time.Time{} }

// moving is a booking that can be moved and dropped, and its reminder with it. A FAQ stands beside it.
func moving() []*flow.Flow {
	day := flow.Question(sends("Which day?"), answer.Day(0, 365), func(t *trip) *string { return &t.Day })
	b := flow.New[trip]("booking")
	b.Start(flow.Text("book")).To("day")
	b.In("day").Ask(day).Remind("soon", dayBefore, sends("See you tomorrow, {day}.")).To("booked")
	b.In("booked").Enter(sends("Booked: {day}.", line.Postback("Move", "move"), line.Postback("Drop", "drop"), line.Postback("OK", "ok"))).
		On(flow.Postback("move")).To("day").
		On(flow.Postback("drop")).Do(sends("Dropped: {day}.")).Remind("soon", never, nil).End().
		On(flow.Postback("ok")).End()
	b.InAny().On(flow.Text("back")).Back()

	faq := flow.New[trip]("faq")
	faq.Start(flow.Text("faq")).To("topic")
	faq.In("topic").Enter(sends("What about?")).On(flow.Text("done")).End()
	return []*flow.Flow{b.MustBuild(), faq.MustBuild()}
}

// numbering is a flow whose conversations are about any booking, by its number.
func numbering() []*flow.Flow {
	number := func(t *tripTurn) string { return t.Data.Name }
	is := func(word string) flow.Guard[trip] {
		return func(t *tripTurn) bool { return strings.HasPrefix(t.Input(), word) }
	}
	read := func(_ context.Context, t *tripTurn) error {
		_, t.Data.Name, _ = strings.Cut(t.Input(), " ")
		return nil
	}
	day := flow.Question(sends("{name}: which day?"), answer.Day(0, 365), func(t *trip) *string { return &t.Day })
	b := flow.New[trip]("booking")
	b.Start(flow.TextLike(regexp.MustCompile(`^(book|drop) [0-9]+$`))).Do(read).
		If("it is dropped", is("drop")).Do(sends("Dropped: {name}.")).RemindKey("soon", number, never, nil).End().
		Else().To("day")
	b.In("day").Ask(day).Do(sends("{name} is booked: {day}.")).RemindKey("soon", number, dayBefore, sends("{name} is tomorrow, {day}.")).End()
	return []*flow.Flow{b.MustBuild()}
}

// branches pays, which has three ends in one turn.
func branches() []*flow.Flow {
	pay := func(_ context.Context, t *tripTurn) error { t.Data.Name = t.Input(); return nil }
	is := func(name string) flow.Guard[trip] { return func(t *tripTurn) bool { return t.Data.Name == name } }
	b := flow.New[trip]("pay")
	b.Start(flow.Text("pay")).To("card")
	b.In("card").Enter(sends("Card?")).Exit(sends("(left the card)")).
		On(flow.Text()).Do(pay).
		If("it is accepted", is("good")).Do(sends("Paid.")).End().
		ElseIf("it is declined", is("bad")).Do(sends("Declined.")).Again().
		ElseIf("the bank asks", is("ask")).Call("code").
		Else().Do(sends("The bank is away.")).To("later")
	b.In("code").Enter(sends("The code?")).On(flow.Text()).Return()
	b.In("later").Enter(sends("Try again?", yesNo()...)).
		On(flow.Postback("yes")).To("card").
		On(flow.Postback("no")).End()
	return []*flow.Flow{b.MustBuild()}
}

// calling asks for sure before it cancels, and corrects fields, from several states.
func calling() []*flow.Flow {
	name := flow.Question(sends("Name?"), answer.Text(1, 20), func(t *trip) *string { return &t.Name })
	party := flow.Question(sends("How many, {name}?"), answer.Int(1, 8), func(t *trip) *int { return &t.Party })
	b := flow.New[trip]("calls")
	b.Start(flow.Text("go")).To("name")
	b.In("name").Ask(name).ReturnOr("party")
	b.In("party").Ask(party).ReturnOr("summary")
	b.In("summary").Enter(sends("{name}, {party}.", line.Postback("Name", "name"), line.Postback("Party", "party"), line.Postback("OK", "ok"))).
		On(flow.Postback("name")).Call("name").
		On(flow.Postback("party")).Call("party").
		On(flow.Postback("ok")).Do(sends("Thanks.")).End()
	b.In("really").Enter(sends("Really cancel?", yesNo()...)).
		On(flow.Postback("yes")).Do(sends("Cancelled.")).End().
		On(flow.Postback("no"), flow.Text("no")).Return()
	b.InAnyBut("really").On(flow.Text("cancel")).Call("really")
	b.InAny().
		On(flow.Text("back")).Back().
		On(flow.Text("back")).Do(sends("This is the first step.")).Again()
	return []*flow.Flow{b.MustBuild()}
}

// idling nudges and lapses.
func idling() []*flow.Flow {
	b := flow.New[trip]("idle")
	b.Start(flow.Text("go")).To("day")
	b.In("day").Enter(sends("Which day?")).
		On(flow.Text("help")).Do(sends("Help.")).Again().
		On(flow.Text("today")).To("party").
		After(5 * time.Minute).Do(sends("Still there?")).Again()
	b.In("party").Enter(sends("How many?")).
		On(flow.Text("4")).Do(sends("Done.")).End().
		On(flow.Text("desk")).To("desk").
		After(10 * time.Minute).Do(sends("Hello?")).Stay()
	b.In("desk").Enter(sends("A person answers.")).On(flow.Text("done")).To("day").On(flow.Text()).Stay()
	b.InAnyBut("desk").After(30 * time.Minute).Do(sends("It lapsed.")).End()
	return []*flow.Flow{b.MustBuild()}
}

// lasting is a menu of dishes to which people scroll back.
func lasting() []*flow.Flow {
	b := flow.New[trip]("dishes")
	b.Start(flow.Text("go")).To("menu")
	b.In("menu").Enter(func(_ context.Context, t *tripTurn) error {
		t.Send(line.Carousel(line.Column("Ramen", line.Postback("Add", "add ramen"), line.Postback("More", "about ramen")),
			line.Column("Curry", line.Postback("Add", "add curry"), line.Postback("More", "about curry"))))
		return nil
	}).On(flow.PostbackPrefix("about ")).Do(sends("About {input}.")).Stay()
	b.In("cart").Enter(sends("Cart: {items}.", line.Postback("Checkout", "checkout"))).
		On(flow.Postback("checkout")).Do(sends("Bought: {items}.")).End()
	b.InAny().On(flow.PostbackPrefix("add ").Lasting()).Do(func(_ context.Context, t *tripTurn) error {
		t.Data.Items = append(t.Data.Items, t.Input())
		return nil
	}).To("cart")
	return []*flow.Flow{b.MustBuild()}
}

// typed has one button that types and one that does not.
func typed() []*flow.Flow {
	number := func(_ context.Context, t *tripTurn) error {
		n, err := strconv.Atoi(t.Input())
		if err != nil {
			return flow.Reject()
		}
		t.Data.Party = n
		return nil
	}
	b := flow.New[trip]("rooms")
	b.Start(flow.Text("go")).To("guests")
	b.In("guests").Enter(sends("How many guests?", line.Say("4"), line.Postback("Five", "5").WithDisplay("Five"))).
		On(flow.Text(), flow.Postback()).Do(number).To("rooms")
	b.In("rooms").Enter(sends("Guests: {party}. How many rooms?")).
		On(flow.Text(), flow.Postback()).Do(number, sends("Rooms: {party}.")).End()
	return []*flow.Flow{b.MustBuild()}
}

// sharing takes what is no text.
func sharing() []*flow.Flow {
	where := flow.Question(sends("Where to?"), answer.Place(), func(t *trip) *transport.Location {
		if t.Place == nil {
			t.Place = &transport.Location{}
		}
		return t.Place
	})
	says := func(f func(e *transport.Event) string) flow.Action[trip] {
		return func(_ context.Context, t *tripTurn) error { t.Send(line.Text(f(t.Event()))); return nil }
	}
	b := flow.New[trip]("sharing")
	b.Start(flow.Text("go")).To("where")
	b.In("where").Ask(where).Do(func(_ context.Context, t *tripTurn) error {
		t.Send(line.Text("To " + t.Data.Place.Address + "."))
		return nil
	}).To("photos")
	b.In("photos").Enter(sends("Photos?")).
		On(flow.Image()).Do(says(func(e *transport.Event) string { return fmt.Sprintf("%d photo(s).", len(e.Images)) })).To("name").
		On(flow.File()).Do(says(func(e *transport.Event) string { return "A file " + e.File.Name + "." })).Stay().
		On(flow.Sticker()).Do(says(func(e *transport.Event) string { return "Sticker " + e.Sticker.PackageID + "/" + e.Sticker.ID + "." })).Stay()
	b.In("name").Enter(sends("Name?")).
		On(flow.Match("mentions the bot", (*transport.Event).Mentioned)).Do(sends("You mean me by “{input}”.")).Stay().
		On(flow.Match("quotes", func(e *transport.Event) bool { return e.Quoted != "" })).Do(sends("You quote.")).Stay().
		On(flow.Text()).Do(sends("Hello {input}.")).End()
	return []*flow.Flow{b.MustBuild()}
}
