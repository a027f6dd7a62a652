package flow

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// What Step cannot find or read, because the flow was changed since the session was stored. They are
// wrapped in a *TurnError with PhaseDecode.
var (
	// ErrUnknownState: the stored state is neither a state of the flow nor an old name of one.
	ErrUnknownState = errors.New("flow: unknown state")
	// ErrUnknownReminder: the stored reminder is not one of the flow.
	ErrUnknownReminder = errors.New("flow: unknown reminder")
	// ErrNewerData: the stored data went through more migrations than the flow has.
	ErrNewerData = errors.New("flow: data of a newer build")

	errBadVersion = errors.New("flow: malformed version of data")
)

// Phase says which part of a turn failed.
type Phase string

// The phases of a turn.
const (
	PhaseDecode Phase = "decode" // reading the stored session
	PhaseGuard  Phase = "guard"  // a guard, or the function of a Match trigger
	PhaseAnswer Phase = "answer" // the parser or a check of a question
	PhaseExit   Phase = "exit"
	PhaseAction Phase = "action"
	PhaseEnter  Phase = "enter"
	PhaseTimer  Phase = "timer" // computing the time of a timer or reminder
	PhaseEncode Phase = "encode"
)

// TurnError is why a step failed. Nothing of the step is to be kept.
type TurnError struct {
	Flow    string
	State   State  // empty for a reminder
	Trigger string // the trigger, the name of the timer or reminder, "start", "show" or "wrong answer"
	Phase   Phase
	Err     error // what the user's code returned, a *PanicError, or one of this package's
}

// Error returns where the turn failed, and the cause. The cause of a failed decode or encode is
// left out because its text may quote the data.
func (e *TurnError) Error() string {
	var b strings.Builder
	b.WriteString("flow: " + e.Flow)
	for _, s := range [...]string{string(e.State), e.Trigger, string(e.Phase)} {
		if s != "" {
			b.WriteString(": " + s)
		}
	}
	coding := e.Phase == PhaseDecode || e.Phase == PhaseEncode
	known := errors.Is(e.Err, ErrUnknownState) || errors.Is(e.Err, ErrUnknownReminder) || errors.Is(e.Err, ErrNewerData)
	if !coding || known {
		b.WriteString(": " + e.Err.Error())
	} else {
		fmt.Fprintf(&b, ": data: %T", e.Err)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *TurnError) Unwrap() error { return e.Err }

// PanicError is a panic of user code.
type PanicError struct {
	Value any
	Stack []byte
}

// Error names the type of the panic's value alone: the value may hold text of the user.
func (e *PanicError) Error() string { return fmt.Sprintf("flow: panic with a %T", e.Value) }

// LogValue keeps the panic's value out of the log of every slog.Handler: it is the text of Error.
func (e *PanicError) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// DefinitionError lists every fault that Build found in a flow.
type DefinitionError struct {
	Flow     string
	Problems []Problem
}

// Problem is one fault of a flow.
type Problem struct {
	// State is empty if the fault concerns the flow as a whole. It is "start" for what Start declares, "*"
	// for InAny, and such as "* but human" for InAnyBut.
	State      State
	Transition string // empty if it concerns the state as a whole
	Text       string
}

// Error lists the problems, one per line, each with flow, state and transition.
func (e *DefinitionError) Error() string {
	var b strings.Builder
	name, faults := cmp.Or(e.Flow, `""`), "faults"
	if len(e.Problems) == 1 {
		faults = "fault"
	}
	fmt.Fprintf(&b, "flow: %s: %d %s in the definition", name, len(e.Problems), faults)
	for _, p := range e.Problems {
		b.WriteString("\n" + name)
		for _, s := range [...]string{string(p.State), p.Transition, p.Text} {
			if s != "" {
				b.WriteString(": " + s)
			}
		}
	}
	return b.String()
}
