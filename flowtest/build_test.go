package flowtest_test

import (
	"context"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// The data of a flow in two builds. The later one has the party as a number, and asks for a telephone number.
type (
	table1 struct {
		Day   string `json:"day,omitempty"`
		Party string `json:"party,omitempty"`
	}
	table2 struct {
		Day   string `json:"day,omitempty"`
		Party int    `json:"party,omitempty"`
		Phone string `json:"phone,omitempty"`
	}
)

// tells returns an action that sends what text returns, with buttons.
func tells[T any](text func(T) string, buttons ...string) flow.Action[T] {
	return func(_ context.Context, t *flow.Turn[T]) error {
		var quick []line.Action
		for _, b := range buttons {
			quick = append(quick, line.Postback(b, b))
		}
		t.Send(line.Text(text(t.Data)).Quick(quick...))
		return nil
	}
}

func words[T any](text string) func(T) string { return func(T) string { return text } }

// tables is the flow of last week.
func tables(*testing.T) []*flow.Flow {
	type turn = flow.Turn[table1]
	b := flow.New[table1]("tables")
	b.Start(flow.Text("table")).To("ask_day")
	b.In("ask_day").Enter(tells(words[table1]("Which day?"), "fri", "sat")).
		On(flow.Postback("fri", "sat")).Do(func(_ context.Context, t *turn) error { t.Data.Day = t.Input(); return nil }).To("ask_party")
	b.In("ask_party").Enter(tells(words[table1]("How many?"), "2", "4")).
		On(flow.Postback("2", "4")).Do(func(_ context.Context, t *turn) error { t.Data.Party = t.Input(); return nil }).To("ask_seats")
	b.In("ask_seats").Enter(tells(words[table1]("Inside?"), "inside", "outside")).
		On(flow.Postback("inside", "outside")).To("confirm")
	b.In("confirm").Enter(tells(func(d table1) string { return d.Day + " for " + d.Party + "?" }, "ok")).
		On(flow.Postback("ok")).Do(tells(words[table1]("Booked."))).End()
	b.InAny().On(flow.Text("cancel")).Do(tells(words[table1]("Cancelled."))).End().
		On(flow.Text("back")).Back()
	return []*flow.Flow{b.MustBuild()}
}

// booking2 is the flow of today. The state ask_seats is gone.
func booking2(*testing.T) []*flow.Flow {
	type turn = flow.Turn[table2]
	describe := func(d table2) string { return d.Day + " for " + strconv.Itoa(d.Party) + ", " + d.Phone }
	b := flow.New[table2]("booking").Formerly("tables")
	b.Migrate(flow.Migration(func(old table1) (table2, error) {
		n, err := strconv.Atoi("0" + old.Party)
		return table2{Day: old.Day, Party: n}, err
	}))
	b.Start(flow.Text("table")).To("day")
	b.In("day").Formerly("ask_day").Enter(tells(words[table2]("Which day?"), "fri", "sat")).
		On(flow.Postback("fri", "sat")).Do(func(_ context.Context, t *turn) error { t.Data.Day = t.Input(); return nil }).To("party")
	b.In("party").Formerly("ask_party").Enter(tells(words[table2]("How many?"), "2", "4")).
		On(flow.Postback("2", "4")).Do(func(_ context.Context, t *turn) error {
		n, err := strconv.Atoi(t.Input())
		t.Data.Party = n
		return err
	}).To("phone")
	b.In("phone").Enter(tells(words[table2]("Your telephone number?"))).
		On(flow.Text()).Do(func(_ context.Context, t *turn) error { t.Data.Phone = t.Input(); return nil }).ReturnOr("confirm")
	b.In("confirm").Enter(tells(func(d table2) string { return describe(d) + "?" }, "ok")).
		On(flow.Always()).When("no telephone number yet", func(t *turn) bool { return t.Data.Phone == "" }).Call("phone").
		On(flow.Postback("ok")).Do(tells(func(d table2) string { return "Booked: " + describe(d) })).End()
	b.InAny().On(flow.Text("cancel")).Do(tells(words[table2]("Cancelled."))).End().
		On(flow.Text("back")).Back()
	return []*flow.Flow{b.MustBuild()}
}

func deploys() *flowtest.Options {
	return &flowtest.Options{
		Builds: map[string]func(*testing.T) []*flow.Flow{"v1": tables, "v3": mirror},
		Bot:    bot.Options{Lost: bot.Always(line.Text("We changed something here."))},
		Update: os.Getenv("KAIWA_UPDATE") != "",
	}
}

// The transcripts show what a deploy does to conversations that are stored.
func TestBuilds(t *testing.T) {
	flowtest.Run(t, "testdata/builds/*.txt", booking2, deploys())
}

func TestBuildInGo(t *testing.T) {
	var steps []string
	o := deploys()
	o.Bot.Stepped = func(s bot.Stepped) { steps = append(steps, s.Flow+"/"+string(s.To)) }
	flowtest.Talk(t, booking2(t), o, func(c *flowtest.Chat) {
		c.Build("v1")
		c.Say("table")
		c.Tap("sat")
		require.Equal(t, "tables/ask_party", c.State())
		c.Build("")
		c.Tap("2")
		require.Equal(t, "booking/phone", c.State())
		require.Equal(t, []string{"tables/ask_day", "tables/ask_party", "booking/phone"}, steps)
	})
}
