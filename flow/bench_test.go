package flow_test

import (
	"context"
	"encoding/binary"
	"strconv"
	"testing"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// packed is the booking in a form of its own, to see what JSON costs.
type packed struct {
	Date  int64
	Party int64
}

func (p *packed) AppendData(b []byte) ([]byte, error) {
	return binary.AppendVarint(binary.AppendVarint(b, p.Date), p.Party), nil
}

func (p *packed) SetData(b []byte) error {
	var n int
	p.Date, n = binary.Varint(b)
	p.Party, _ = binary.Varint(b[n:])
	return nil
}

func BenchmarkStep(b *testing.B) {
	b.Run("json", func(b *testing.B) {
		benchStep[Booking](b, []byte(`{"date":"2026-05-09","party":2}`), func(d *Booking) { d.Party++ }, 3)
	})
	b.Run("packed", func(b *testing.B) {
		data, _ := (&packed{20260509, 2}).AppendData(nil)
		benchStep[packed](b, data, func(d *packed) { d.Party++ }, 3)
	})
	b.Run("none", func(b *testing.B) { benchStep[struct{}](b, nil, func(*struct{}) {}, 3) })
}

func BenchmarkStepStates(b *testing.B) {
	for _, n := range []int{10, 1000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) { benchStep[struct{}](b, nil, func(*struct{}) {}, n) })
	}
}

func BenchmarkStepUnhandled(b *testing.B) {
	f := chain(func(*Booking) {}, 3)
	in := &flow.Input{Event: inGroup(kind(transport.KindSticker)), State: "s1", Data: []byte(`{}`)}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = f.Step(context.Background(), in)
	}
}

func benchStep[T any](b *testing.B, data []byte, change func(*T), states int) {
	f := chain(change, states)
	now := time.Now()
	in := &flow.Input{
		Turn:   "turn",
		Event:  &transport.Event{Kind: transport.KindText, Text: "2"},
		Now:    now,
		State:  "s1",
		Data:   data,
		Timers: []flow.Timer{{Name: "after 15m0s", Due: now}},
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		if res, err := f.Step(ctx, in); err != nil || res.State != "s2" || len(res.Messages) != 1 || len(res.Timers) != 1 {
			b.Fatal(res, err)
		}
	}
}

// chain is a flow of n states, each leading to the next, with what a booking has around it.
func chain[T any](change func(*T), n int) *flow.Flow {
	var question transport.Message = say("How many?")
	b := flow.New[T]("chain")
	b.Start(flow.Text("book")).To("s1")
	for i := range n {
		e := b.In(state(i+1)).
			Enter(func(_ context.Context, t *flow.Turn[T]) error { t.Send(question); return nil }).
			On(flow.Text("back")).To("s1").
			On(flow.Text()).When("is short", func(t *flow.Turn[T]) bool { return len(t.Event().Text) < 3 }).
			Do(func(_ context.Context, t *flow.Turn[T]) error { change(&t.Data); return nil })
		if i == n-1 {
			e.End()
		} else {
			e.To(state(i + 2))
		}
	}
	end := func(context.Context, *flow.Turn[T]) error { return nil }
	b.InAny().On(flow.Text("cancel")).Do(end).End().After(15 * time.Minute).Do(end).End()
	return b.MustBuild()
}

func state(i int) flow.State { return flow.State("s" + strconv.Itoa(i)) }
