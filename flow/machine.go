package flow

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/looplab/fsm"
)

// move is one row of the engine's table. An event has one row per state it may happen in.
type move struct{ event, from, to string }

// hooks are what happens during a move. leave runs before the state changes and refuses the
// move by an error; arrive runs after it. Neither may panic.
type hooks interface {
	leave() error
	arrive() error
}

// machines is a pool of looplab machines over one table. Building a machine costs as much as
// dozens of steps, and a machine may be used by one goroutine only.
//
// Callbacks are generic, and metadata is not used: a machine keeps nothing from one step to the
// next but its state, which is set anew.
type machines struct {
	events []fsm.EventDesc
	pool   sync.Pool
}

func newMachines(moves []move) *machines {
	m := &machines{events: make([]fsm.EventDesc, len(moves))}
	for i, mv := range moves {
		m.events[i] = fsm.EventDesc{Name: mv.event, Src: []string{mv.from}, Dst: mv.to}
	}
	return m
}

// stopped is an error of a hook on its way through looplab.
type stopped struct{ err error }

func (s *stopped) Error() string { return s.err.Error() }

// A move within one state runs before_event and after_event alone: so these two serve all.
var callbacks = fsm.Callbacks{
	"before_event": func(_ context.Context, e *fsm.Event) {
		if err := e.Args[0].(hooks).leave(); err != nil {
			e.Cancel(&stopped{err})
		}
	},
	"after_event": func(_ context.Context, e *fsm.Event) {
		if err := e.Args[0].(hooks).arrive(); err != nil {
			e.Err = &stopped{err}
		}
	},
}

// fire makes a move and returns the state it led to. An error of a hook is returned as it is.
func (m *machines) fire(ctx context.Context, from, event string, h hooks) (string, error) {
	machine, _ := m.pool.Get().(*fsm.FSM)
	if machine == nil {
		machine = fsm.NewFSM(from, m.events, callbacks)
	}
	machine.SetState(from)
	// A context that ends while the state changes would leave the machine stuck.
	err := machine.Event(context.WithoutCancel(ctx), event, h)
	to := machine.Current()
	if same, ok := err.(fsm.NoTransitionError); ok {
		err = same.Err
	}
	if err == nil {
		m.pool.Put(machine)
		return to, nil
	}
	var stop *stopped
	if !errors.As(err, &stop) {
		return "", fmt.Errorf("flow: engine: %w", err)
	}
	if p, ok := stop.err.(*PanicError); !ok || p == nil {
		m.pool.Put(machine)
	}
	return "", stop.err
}
