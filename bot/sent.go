package bot

import (
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Sent is the outcome of one attempt to deliver what a turn sends.
type Sent struct {
	// Session is the id of the session.
	Session string
	// Receipt is what the channel says of the call.
	Receipt transport.Receipt
	// Age is how old the event is that is answered.
	Age time.Duration
	// Retried says that it was not the first attempt, as far as is known.
	Retried bool
	// Err is nil if the platform accepted the messages. Otherwise it is a *transport.SendError,
	// whose Disposition tells what becomes of them: Retry and Hold, there will be another attempt;
	// Drop, they will never arrive; Ambiguous, they have arrived or never will, and nobody can
	// tell.
	Err error
}
