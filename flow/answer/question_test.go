package answer_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport"
)

type (
	party int
	size  string
	name  string
)

const regular, large size = "Regular", "Large"

// dinner has a field of each type that parsers make values of.
type dinner struct {
	N     int
	Party party
	Size  size
	Name  name
	Day   string
	When  time.Time
	Sure  bool
	Place transport.Location
}

// atOnce is a parser of one's own.
func atOnce(_ context.Context, a *flow.Answer) (time.Time, error) {
	if flow.Fold(a.Text) == "asap" {
		return a.Now.Add(40 * time.Minute), nil
	}
	return time.Time{}, flow.Reject()
}

// asks returns a flow that asks one question, and is over then.
func asks[V any](
	parser func(context.Context, *flow.Answer) (V, error), field func(*dinner) *V,
) (*flow.Flow, error) {
	prompt := func(context.Context, *flow.Turn[dinner]) error { return nil }
	b := flow.New[dinner]("dinner")
	b.Start(flow.Text("book")).To("ask")
	b.In("ask").Ask(flow.Question(prompt, parser, field)).To("done")
	b.In("done").On(flow.Text("bye")).End()
	return b.Build()
}

// Questions take the parsers, and values of the author's own types, without a word about types.
func TestQuestions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text, data string
		build            func() (*flow.Flow, error)
	}{
		{"a number", "４人", `"N":4`, func() (*flow.Flow, error) {
			return asks(answer.Int(1, 8), func(d *dinner) *int { return &d.N })
		}},
		{"a number of a type", "4", `"Party":4`, func() (*flow.Flow, error) {
			return asks(answer.Int[party](1, 8), func(d *dinner) *party { return &d.Party })
		}},
		{"words of a type", "large", `"Size":"Large"`, func() (*flow.Flow, error) {
			return asks(answer.Choice(regular, large), func(d *dinner) *size { return &d.Size })
		}},
		{"a text of a type", " Ken ", `"Name":"Ken"`, func() (*flow.Flow, error) {
			p := answer.Map(answer.Text(2, 50), func(s string) name { return name(s) })
			return asks(p, func(d *dinner) *name { return &d.Name })
		}},
		{"a day", "明日", `"Day":"2026-12-02"`, func() (*flow.Flow, error) {
			return asks(answer.Day(1, 60), func(d *dinner) *string { return &d.Day })
		}},
		{"one of two parsers", "ASAP", `"When":"2026-12-01T09:10:00+09:00"`, func() (*flow.Flow, error) {
			p := answer.Or(answer.DateTime(30*time.Minute, time.Hour), atOnce)
			return asks(p, func(d *dinner) *time.Time { return &d.When })
		}},
		{"yes", "はい", `"Sure":true`, func() (*flow.Flow, error) {
			return asks(answer.YesNo(), func(d *dinner) *bool { return &d.Sure })
		}},
		{"any function", "４", `"N":4`, func() (*flow.Flow, error) {
			return asks(answer.By(strconv.Atoi), func(d *dinner) *int { return &d.N })
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, err := tt.build()
			require.NoError(t, err)
			step := func(text string, from flow.Result) flow.Result {
				res, err := f.Step(t.Context(), &flow.Input{
					Turn: "turn", Event: &transport.Event{Kind: transport.KindText, Text: text}, Now: now,
					State: from.State, Data: from.Data, Trail: from.Trail,
				})
				require.NoError(t, err)
				return res
			}
			asked := step("book", flow.Result{})
			again := step("?", asked)
			require.Equal(t, flow.State("ask"), again.State)
			done := step(tt.text, again)
			require.Equal(t, flow.State("done"), done.State)
			require.Contains(t, string(done.Data), tt.data)
		})
	}
}

// Build finds arguments that make no sense, and says where and why.
func TestBuildFindsFaults(t *testing.T) {
	t.Parallel()
	_, err := asks(answer.Int(8, 1), func(d *dinner) *int { return &d.N })
	require.ErrorContains(t, err, "dinner: ask: ")
	require.ErrorContains(t, err, "the parser of the question is nil, as package flow/answer makes it of arguments such as Int(8, 1)")
}
