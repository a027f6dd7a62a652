package answer_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
	"github.com/kaiwa-go/kaiwa/transport"
)

var tokyo = time.FixedZone("JST", 9*60*60)

// now is a Tuesday, on which it is Monday in UTC still.
var now = time.Date(2026, 12, 1, 8, 30, 0, 0, tokyo)

func typed(s string) *flow.Answer {
	return &flow.Answer{Text: s, Event: &transport.Event{Kind: transport.KindText, Text: s}, Now: now}
}

// reads checks what p makes of each text.
func reads[V any](t *testing.T, p answer.Parser[V], want map[string]V) {
	t.Helper()
	require.NotNil(t, p)
	for text, v := range want {
		got, err := p(t.Context(), typed(text))
		require.NoError(t, err, text)
		require.Equal(t, v, got, text)
	}
}

// refuses checks that p refuses each text, and an answer that is none, such as a photo.
func refuses[V any](t *testing.T, p answer.Parser[V], texts ...string) {
	t.Helper()
	for _, text := range append(texts, "") {
		v, err := p(t.Context(), typed(text))
		require.ErrorIs(t, err, flow.Reject(), "%q is %v", text, v)
	}
	_, err := p(t.Context(), &flow.Answer{Now: now})
	require.ErrorIs(t, err, flow.Reject())
}

// sorry is a message of these tests.
type sorry struct{}

func (sorry) AppendJSON(b []byte, _ string) ([]byte, error) { return append(b, `"sorry"`...), nil }
func (sorry) Validate() error                               { return nil }

func TestOr(t *testing.T) {
	t.Parallel()
	address := func(l transport.Location) string { return l.Address }
	where := answer.Or(answer.Text(8, 200), answer.Map(answer.Place(), address))
	reads(t, where, map[string]string{" 1-2-3 Shibuya": "1-2-3 Shibuya"})
	refuses(t, where, "here")
	got, err := where(t.Context(), &flow.Answer{Event: &transport.Event{
		Kind: transport.KindLocation, Location: &transport.Location{Address: "2-8-1 Nishi-Shinjuku"},
	}})
	require.NoError(t, err)
	require.Equal(t, "2-8-1 Nishi-Shinjuku", got)
}

// Or asks on after a refusal, and after nothing else.
func TestOrErrors(t *testing.T) {
	t.Parallel()
	words, outage := flow.Reject(sorry{}), errors.New("shop is away")
	fails := func(err error) answer.Parser[string] {
		return func(context.Context, *flow.Answer) (string, error) { return "", err }
	}
	for _, tt := range []struct {
		name string
		p    answer.Parser[string]
		want error
	}{
		{"the first refusal counts", answer.Or(fails(words), fails(flow.Reject())), words},
		{"a refusal is asked past", answer.Or(fails(flow.Reject()), fails(nil)), nil},
		{"a wrapped refusal, too", answer.Or(fails(fmt.Errorf("short: %w", words)), fails(nil)), nil},
		{"an outage ends it", answer.Or(fails(outage), fails(nil)), outage},
		{"an outage of the last", answer.Or(fails(words), fails(outage)), outage},
		{"an outage through Map", answer.Map(fails(outage), func(s string) string { return s }), outage},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tt.p(t.Context(), typed("x"))
			require.True(t, err == tt.want, "%v", err) // the same one, not an equal one
		})
	}
}

func TestBy(t *testing.T) {
	t.Parallel()
	same := answer.By(func(s string) (string, error) { return s, nil })
	reads(t, answer.By(strconv.Atoi), map[string]int{"４": 4, "4 ": 4, "　－4": -4, "4\ufe0f": 4})
	refuses(t, answer.By(strconv.Atoi), "four", "4 5")
	reads(t, same, map[string]string{" Ｋen ❤️ ": "Ken ❤", "ｷｬﾝｾﾙ!": "キャンセル!"})
	refuses(t, same, " ", "\u200b")

	words := flow.Reject(sorry{})
	_, err := answer.By(func(string) (int, error) { return 0, words })(t.Context(), typed("x"))
	require.Same(t, words, err)
	cause := errors.New("quotes the user's text")
	_, err = answer.By(func(string) (int, error) { return 0, cause })(t.Context(), typed("x"))
	require.ErrorIs(t, err, flow.Reject())
	require.NotErrorIs(t, err, cause)
}

func TestPlace(t *testing.T) {
	t.Parallel()
	refuses(t, answer.Place(), "Shibuya")
}

// Arguments that make no sense make a parser nil, which Build reports.
func TestFaults(t *testing.T) {
	t.Parallel()
	require.Nil(t, answer.Int(8, 1))
	require.Nil(t, answer.Choice[string]())
	require.Nil(t, answer.Choice("a", " "))
	require.Nil(t, answer.Choice("yes", "Yes!"))
	require.Nil(t, answer.Day(2, 1))
	require.Nil(t, answer.TimeOfDay("7pm", "20:00"))
	require.Nil(t, answer.TimeOfDay("19:00", "24:00"))
	require.Nil(t, answer.DateTime(time.Hour, time.Minute))
	require.Nil(t, answer.Text(0, 8))
	require.Nil(t, answer.Text(8, 7))
	require.Nil(t, answer.By[int](nil))
	require.Nil(t, answer.Map[string, string](answer.Email(), nil))
	require.Nil(t, answer.Map(answer.Int(8, 1), strconv.Itoa))
	require.Nil(t, answer.Or[int]())
	require.Nil(t, answer.Or(answer.Int(1, 8), answer.Int(8, 1)))
}
