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
// The start of a flow that is rejected does not start it. A timer whose transition is rejected
// is used up.
func Reject(msgs ...transport.Message) error { return &rejection{msgs: msgs} }

type rejection struct{ msgs []transport.Message }

func (*rejection) Error() string { return "flow: input rejected" }

// asRejection returns the rejection in err, or nil.
func asRejection(err error) *rejection {
	if err == nil {
		return nil // most steps; what follows escapes to the heap
	}
	var r *rejection
	if errors.As(err, &r) {
		return r
	}
	return nil
}
