package flow

import (
	"errors"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Reject returns an error by which an action refuses what the user sent. The transition is not
// taken: the state stays, changes to the data, outputs and timers of this step are discarded,
// and msgs are sent. Without msgs the enter action of the current state is run again: the
// question is asked once more. The error may be wrapped.
//
// If the enter action of the initial state rejects, the flow is not started. If the transition of a
// timer rejects, the timer is used up; the next event that the flow handles starts an After anew.
func Reject(msgs ...transport.Message) error { return &rejection{msgs: msgs} }

type rejection struct{ msgs []transport.Message }

func (*rejection) Error() string { return "flow: input rejected" }

// asRejection returns the rejection in err, or nil.
func asRejection(err error) *rejection {
	if err == nil {
		return nil // most steps end here; the variable r below costs an allocation
	}
	var r *rejection
	if errors.As(err, &r) {
		return r
	}
	return nil
}
