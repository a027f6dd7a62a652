package bot

import (
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
)

// Sent is the outcome of one attempt to send an output: up to five messages of a turn, or the switch of
// a menu. An output that is sent three times before the platform takes it makes three of these.
type Sent struct {
	// Account is the account that sends, and Session the id of the session.
	Account, Session string
	// Receipt is what the channel says of the call: the platform's id of it, and whether it was a push.
	Receipt transport.Receipt
	// Age is how long ago the event that is answered was accepted.
	Age time.Duration
	// Retried says that there may have been an earlier attempt, of this process or of one that died.
	Retried bool
	// Err is nil if the platform accepted the output. Otherwise it is a *transport.SendError, and its
	// Disposition tells what becomes of the output. Retry and Hold: there will be another attempt.
	// Drop: it will never arrive, or only without its messages in Refused. Ambiguous: nobody can tell whether it arrived, and there is no other
	// attempt.
	Err error
}

// Stepped is how a step of a flow handled an event: see Options.Stepped.
type Stepped struct {
	// Account and Session say whose step it is, and Turn is the id of the turn.
	Account, Session, Turn string
	// Flow is the flow that was stepped, From the state it was in (empty at a start, and for a reminder), and
	// To the state it is in after the turn (empty at the end).
	Flow     string
	From, To flow.State
	// Trace says what was tried and taken.
	Trace flow.Trace
}
