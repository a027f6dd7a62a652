package flow_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

func TestDataOfOldCode(t *testing.T) {
	t.Parallel()
	f := chain(func(b *Booking) { b.Party++ }, 3)
	res, err := f.Step(t.Context(), &flow.Input{
		Event: text("2"), State: "s1", Data: []byte(`{"date":"2026-05-09","removed":{"x":1}}`),
	})
	require.NoError(t, err)
	require.Equal(t, `{"date":"2026-05-09","party":1}`, string(res.Data))
}

func TestTypedData(t *testing.T) {
	t.Parallel()
	f := chain(func(d *packed) { d.Date, d.Party = 20260509, d.Party+1 }, 3)
	var res flow.Result
	var err error
	for _, e := range []*transport.Event{text("book"), text("2"), text("2")} {
		res, err = f.Step(t.Context(), &flow.Input{Event: e, State: res.State, Data: res.Data})
		require.NoError(t, err)
	}
	want, _ := (&packed{20260509, 2}).AppendData(nil)
	require.Equal(t, want, res.Data)
}

func TestNoData(t *testing.T) {
	t.Parallel()
	f := chain(func(*struct{}) {}, 3)
	res, err := f.Step(t.Context(), &flow.Input{Event: text("2"), State: "s1", Data: []byte("left over from older code")})
	require.NoError(t, err)
	require.Nil(t, res.Data)
	require.Equal(t, flow.State("s2"), res.State)
}

// shy is data whose stored form makes SetData panic.
type shy struct{}

func (*shy) AppendData(b []byte) ([]byte, error) { return b, nil }
func (*shy) SetData([]byte) error                { panic("the user's secret") }

// Data is read as the value that the flow's actions see, and a failure does not quote it.
func TestDecodeData(t *testing.T) {
	t.Parallel()
	stored, _ := (&packed{20260509, 2}).AppendData(nil)
	for _, tt := range []struct {
		name string
		f    *flow.Flow
		data string
		want any // nil if it cannot be read
	}{
		{"json", chain(func(*Booking) {}, 1), `{"date":"2026-05-09","party":2}`, Booking{Date: "2026-05-09", Party: 2}},
		{"a form of its own", chain(func(*packed) {}, 1), string(stored), packed{20260509, 2}},
		{"none", chain(func(*Booking) {}, 1), "", Booking{}},
		{"of no content", chain(func(*struct{}) {}, 1), "left over", struct{}{}},
		{"malformed", chain(func(*Booking) {}, 1), `{"party":"secret"}`, nil},
		{"a panic", chain(func(*shy) {}, 1), "x", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.f.DecodeData([]byte(tt.data))
			require.Equal(t, tt.want, got)
			if tt.want != nil {
				require.NoError(t, err)
				return
			}
			var te *flow.TurnError
			require.ErrorAs(t, err, &te)
			require.Equal(t, flow.PhaseDecode, te.Phase)
			require.ErrorContains(t, err, "flow: chain: decode: data: *")
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

// What is stored is not read where nothing looks at it, and not written where the answer is refused.
func TestUnreadDataIsKept(t *testing.T) {
	t.Parallel()
	b := flow.New[Booking]("f")
	b.Start(flow.Any()).To("a")
	b.In("a").
		On(flow.Text("no")).Do(func(context.Context, *flow.Turn[Booking]) error { return flow.Reject(say("no")) }).End().
		On(flow.Any()).End()
	f := b.MustBuild()
	in := &flow.Input{Event: kind(transport.KindFollow), State: "a", Data: []byte("not json")}
	res, err := f.Step(t.Context(), in)
	require.NoError(t, err)
	require.False(t, res.Handled)

	in.Event, in.Data = text("no"), []byte(` {"party" : 3} `)
	res, err = f.Step(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, in.Data, res.Data)
}
