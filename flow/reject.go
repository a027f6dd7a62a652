package flow

import (
	"errors"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Reject returns an error by which an action, a parser or a check refuses what the user sent. The
// transition is not taken: the state stays, and changes to the data, outputs and timers of this step are
// discarded. It is a wrong answer (see StateBuilder.Wrong): msgs are sent, and the question is asked again,
// with its buttons. The error may be wrapped; errors.Is(err, Reject()) reports whether an error is one.
//
// If the enter action of the first state rejects, the flow is not started. If the transition of a
// timer rejects, the timer is used up, and msgs are sent, or the question is asked if there are none. A signal
// that is rejected is not taken, and nothing is sent: see Signal.
func Reject(msgs ...transport.Message) error { return &rejection{msgs: msgs} }

type rejection struct{ msgs []transport.Message }

func (*rejection) Error() string { return "flow: input rejected" }

// Is makes all rejections one to errors.Is: their messages do not count.
func (*rejection) Is(target error) bool {
	_, ok := target.(*rejection)
	return ok
}

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
