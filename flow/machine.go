package flow

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/looplab/fsm"
)

// move is one row of looplab's table: the event leads from one state to another. An event has one
// row for each state in which it may happen.
type move struct{ event, from, to string }

// hooks are called during a move. leave runs before the state changes; if it returns an error, the
// state does not change. arrive runs after the state changed, and is told the new one. Neither may panic.
type hooks interface {
	leave() error
	arrive(to string) error
}

// machines is a pool of looplab machines that share one table. A machine may be used by one
// goroutine at a time, and to build one takes 0.3 us for each row. The pool is no sync.Pool, because
// the garbage collector empties that: with 1000 states, a step took a third longer on average.
//
// A machine keeps nothing from one step to the next but its state, which fire sets anew: all
// machines have the same callbacks, and looplab's metadata is not used.
type machines struct {
	events []fsm.EventDesc

	last atomic.Pointer[fsm.FSM] // one that is free, at hand without the lock

	mu   sync.Mutex
	free []*fsm.FSM // the others; never more than its capacity
}

func newMachines(moves []move) *machines {
	m := &machines{
		events: make([]fsm.EventDesc, len(moves)),
		free:   make([]*fsm.FSM, 0, max(16, 2*runtime.GOMAXPROCS(0))),
	}
	for i, mv := range moves {
		m.events[i] = fsm.EventDesc{Name: mv.event, Src: []string{mv.from}, Dst: mv.to}
	}
	return m
}

// stopped is an error of a hook on its way through looplab.
type stopped struct{ err error }

func (s *stopped) Error() string { return s.err.Error() }

// looplab runs its other callbacks only if the state changes. These two run on every move, also on
// one that stays in its state, so they serve all moves.
var callbacks = fsm.Callbacks{
	"before_event": func(_ context.Context, e *fsm.Event) {
		if err := e.Args[0].(hooks).leave(); err != nil {
			e.Cancel(&stopped{err})
		}
	},
	"after_event": func(_ context.Context, e *fsm.Event) {
		if err := e.Args[0].(hooks).arrive(e.Dst); err != nil {
			e.Err = &stopped{err}
		}
	},
}

func (m *machines) get() *fsm.FSM {
	if machine := m.last.Swap(nil); machine != nil {
		return machine
	}
	m.mu.Lock()
	n := len(m.free)
	if n == 0 {
		m.mu.Unlock()
		return fsm.NewFSM(startState, m.events, callbacks)
	}
	machine := m.free[n-1]
	m.free = m.free[:n-1]
	m.mu.Unlock()
	return machine
}

// put takes a machine back. It must not be called for one that panicked or failed.
func (m *machines) put(machine *fsm.FSM) {
	if m.last.CompareAndSwap(nil, machine) {
		return
	}
	m.mu.Lock()
	if len(m.free) < cap(m.free) {
		m.free = append(m.free, machine)
	}
	m.mu.Unlock()
}

// fire makes a move. An error of a hook is returned as it is.
func (m *machines) fire(from, event string, h hooks) error {
	machine := m.get()
	machine.SetState(from)
	// A context that ends while the state changes would leave the machine stuck; the hooks
	// have their own.
	err := machine.Event(context.Background(), event, h)
	if same, ok := err.(fsm.NoTransitionError); ok {
		err = same.Err
	}
	if err == nil {
		m.put(machine)
		return nil
	}
	var stop *stopped
	if !errors.As(err, &stop) {
		return fmt.Errorf("flow: engine: %w", err)
	}
	if p, ok := stop.err.(*PanicError); !ok || p == nil {
		m.put(machine)
	}
	return stop.err
}
