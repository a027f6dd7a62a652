package flow

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/looplab/fsm"
	"github.com/stretchr/testify/require"
)

// recorder is a pair of hooks that fail on demand.
type recorder struct {
	leaveErr, arriveErr error
	left, arrived       int
	to                  string
}

// fire makes a move and returns the state it led to.
func (r *recorder) fire(m *machines, from, event string) (string, error) {
	if err := m.fire(from, event, r); err != nil {
		return "", err
	}
	return r.to, nil
}

func (r *recorder) leave() error { r.left++; return r.leaveErr }
func (r *recorder) arrive(to string) error {
	r.arrived++
	r.to = to
	return r.arriveErr
}

func TestFire(t *testing.T) {
	t.Parallel()
	boom, panicked := errors.New("boom"), &PanicError{Value: "x"}
	tests := []struct {
		name    string
		from    string
		event   string
		hooks   recorder
		to      string
		err     error
		arrived int
	}{
		{name: "move", from: "a", event: "go", to: "b", arrived: 1},
		{name: "within a state", from: "b", event: "go", to: "b", arrived: 1},
		{name: "leave refuses", from: "a", event: "go", hooks: recorder{leaveErr: boom}, err: boom},
		{name: "leave refuses within a state", from: "b", event: "go", hooks: recorder{leaveErr: boom}, err: boom},
		{name: "arrive fails", from: "a", event: "go", hooks: recorder{arriveErr: boom}, err: boom, arrived: 1},
		{name: "arrive fails there, too", from: "b", event: "go", hooks: recorder{arriveErr: boom}, err: boom, arrived: 1},
		{name: "panic", from: "a", event: "go", hooks: recorder{arriveErr: panicked}, err: panicked, arrived: 1},
	}
	m := newMachines([]move{{"go", "a", "b"}, {"go", "b", "b"}})
	for _, tt := range tests {
		h := tt.hooks
		to, err := h.fire(m, tt.from, tt.event)
		require.Equal(t, tt.to, to, tt.name)
		require.Equal(t, tt.err, err, tt.name)
		require.Equal(t, 1, h.left, tt.name)
		require.Equal(t, tt.arrived, h.arrived, tt.name)
	}
}

func TestFireRefusesWhatIsNotInTheTable(t *testing.T) {
	t.Parallel()
	m := newMachines([]move{{"go", "a", "b"}})
	for _, try := range []move{{event: "go", from: "b"}, {event: "stop", from: "a"}} {
		h := recorder{}
		_, err := h.fire(m, try.from, try.event)
		require.ErrorContains(t, err, "flow: engine: ")
		require.Zero(t, h.left)
		require.Empty(t, m.free, "the machine is not used again")
		require.Nil(t, m.last.Load())
	}
}

func TestFireDropsTheMachineOfAPanic(t *testing.T) {
	t.Parallel()
	m := newMachines([]move{{"go", "a", "b"}})
	_, err := (&recorder{leaveErr: &PanicError{}}).fire(m, "a", "go")
	require.Error(t, err)
	require.Empty(t, m.free)
	require.Nil(t, m.last.Load())
}

// The facts of looplab/fsm v1.0.3 that machine.go relies on, or works around.
func TestLooplabFacts(t *testing.T) {
	t.Parallel()
	table := fsm.Events{{Name: "go", Src: []string{"a"}, Dst: "b"}, {Name: "stay", Src: []string{"a"}, Dst: "a"}}
	ctx := context.Background()

	t.Run("a second row for an event and a state replaces the first", func(t *testing.T) {
		t.Parallel()
		m := fsm.NewFSM("a", append(table, fsm.EventDesc{Name: "go", Src: []string{"a"}, Dst: "c"}), nil)
		require.NoError(t, m.Event(ctx, "go"))
		require.Equal(t, "c", m.Current())
	})
	t.Run("a self transition runs before_event and after_event alone", func(t *testing.T) {
		t.Parallel()
		var ran []string
		note := func(name string) fsm.Callback { return func(context.Context, *fsm.Event) { ran = append(ran, name) } }
		m := fsm.NewFSM("a", table, fsm.Callbacks{
			"before_event": note("before"), "leave_state": note("leave"),
			"enter_state": note("enter"), "after_event": note("after"),
		})
		require.Equal(t, fsm.NoTransitionError{}, m.Event(ctx, "stay"))
		require.Equal(t, []string{"before", "after"}, ran)
	})
	t.Run("a cancelled event leaves the machine usable", func(t *testing.T) {
		t.Parallel()
		cancel := true
		m := fsm.NewFSM("a", table, fsm.Callbacks{"before_event": func(_ context.Context, e *fsm.Event) {
			if cancel {
				e.Cancel(errors.New("no"))
			}
		}})
		require.ErrorAs(t, m.Event(ctx, "go"), &fsm.CanceledError{})
		cancel = false
		require.NoError(t, m.Event(ctx, "go"))
	})
	t.Run("an error of after_event is returned though the state has moved", func(t *testing.T) {
		t.Parallel()
		boom := errors.New("boom")
		m := fsm.NewFSM("a", table, fsm.Callbacks{"after_event": func(_ context.Context, e *fsm.Event) { e.Err = boom }})
		require.Equal(t, boom, m.Event(ctx, "go"))
		require.Equal(t, "b", m.Current())
		m.SetState("a")
		require.Equal(t, fsm.NoTransitionError{Err: boom}, m.Event(ctx, "stay"))
	})
	t.Run("a context that ends leaves the machine stuck", func(t *testing.T) {
		t.Parallel()
		dead, cancel := context.WithCancel(ctx)
		cancel()
		m := fsm.NewFSM("a", table, nil)
		require.ErrorIs(t, m.Event(dead, "go"), context.Canceled)
		m.SetState("a")
		require.ErrorAs(t, m.Event(ctx, "go"), &fsm.InTransitionError{})
	})
	t.Run("metadata survives SetState", func(t *testing.T) {
		t.Parallel()
		m := fsm.NewFSM("a", table, nil)
		m.SetMetadata("user", 1)
		m.SetState("a")
		_, ok := m.Metadata("user")
		require.True(t, ok)
	})
}

// FuzzMachine steps looplab and the bare table side by side, over any table and any events,
// with hooks that fail now and then.
func FuzzMachine(f *testing.F) {
	f.Add([]byte{3, 0, 0, 1, 1, 1, 2, 2, 2, 0}, []byte{0, 0, 1, 1, 2, 2, 7, 9})
	f.Add([]byte{1, 0, 0, 0}, []byte{0, 1, 0, 2, 0, 3})
	f.Add([]byte{7, 0, 0}, []byte{255, 127}) // a panic and an error
	f.Fuzz(func(t *testing.T, rows, events []byte) {
		var moves []move
		bare := map[[2]string]string{}
		for ; len(rows) >= 3; rows = rows[3:] {
			mv := move{name("e", rows[0]), name("s", rows[1]), name("s", rows[2])}
			key := [2]string{mv.event, mv.from}
			if _, twice := bare[key]; twice {
				continue // event names of a flow are unique per state
			}
			bare[key] = mv.to
			moves = append(moves, mv)
		}
		m := newMachines(moves)
		state, boom := name("s", 0), errors.New("boom")
		for _, b := range events {
			h := &recorder{}
			switch b >> 6 {
			case 1:
				h.leaveErr = boom
			case 2:
				h.arriveErr = boom
			case 3:
				h.leaveErr = &PanicError{}
			}
			event := name("e", b&15)
			want, known := bare[[2]string{event, state}]
			to, err := h.fire(m, state, event)
			require.Equal(t, known, h.left == 1)
			if known && b>>6 == 0 {
				require.NoError(t, err)
				require.Equal(t, want, to)
				state = to
				continue
			}
			require.Error(t, err)
		}
	})
}

func name(prefix string, b byte) string { return prefix + strconv.Itoa(int(b%8)) }

func BenchmarkLooplabAlone(b *testing.B) {
	m := fsm.NewFSM("a", fsm.Events{{Name: "go", Src: []string{"a"}, Dst: "b"}}, nil)
	b.ReportAllocs()
	for b.Loop() {
		m.SetState("a")
		_ = m.Event(context.Background(), "go")
	}
}
