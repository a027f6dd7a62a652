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

// What is stored is not read where nothing looks at it, and not written where nothing changed it.
func TestUnreadDataIsKept(t *testing.T) {
	t.Parallel()
	b := flow.New[Booking]("f", "a")
	b.StartOn(flow.Any())
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
