package transport

import (
	"fmt"
	"time"
)

// MaxMessages is how many messages one delivery may carry.
// https://developers.line.biz/en/reference/messaging-api/#send-reply-message
const MaxMessages = 5

// Delivery is a set of messages, or the switch of a menu, on its way to one chat. It is stored
// before it is sent, and sent again in the same form until its fate is known.
type Delivery struct {
	// Source is the chat to send to.
	Source Source
	// ReplyToken lets the messages go out as a free reply. Empty means push.
	ReplyToken string
	// Age is how long ago the webhook brought the event that is answered, and its reply token.
	// EventAge is how long ago that event happened: hours more if it was delivered again.
	Age, EventAge time.Duration
	// Waited is how long ago the turn left the delivery to be sent. It is hours less than Age if the
	// event was a dead letter that was replayed.
	Waited time.Duration
	// Retried says that an earlier attempt, perhaps of a process that died, may have got
	// through.
	Retried bool
	// SoleUntil is until when no process but this one may send the delivery: as long as it is not
	// over, Retried is the whole truth. Afterwards another process may have sent the delivery, so a
	// process that was frozen asks again. Zero means never.
	SoleUntil time.Time
	// PushOK says that the messages may be pushed, which costs quota, where a reply cannot serve.
	PushOK bool
	// Key identifies the delivery over all attempts: the platform refuses a second push with it.
	Key [16]byte
	// Messages is a JSON array of up to MaxMessages message objects. It is nil where SwitchMenu is
	// set.
	Messages []byte
	// SwitchMenu says that the delivery gives a one-to-one chat the menu that Menu names, and
	// carries no messages. The empty name is the menu that everybody sees who was given none.
	SwitchMenu bool
	Menu       string
}

// Receipt is how an attempt at a delivery went out. It is empty if nothing did.
type Receipt struct {
	// RequestID is the platform's id of the call, for its support.
	RequestID string
	// Pushed says that the call was a push rather than a reply.
	Pushed bool
	// MayRepeat says that the messages were pushed though an earlier reply may have brought them.
	MayRepeat bool
}

// Disposition says what is to become of a delivery that was not accepted.
type Disposition uint8

const (
	// Retry: nothing is known or nothing was sent; the same delivery may be sent again.
	Retry Disposition = iota
	// Drop: it cannot be sent any more, and the platform never had it.
	Drop
	// Ambiguous: it cannot be sent any more, and nobody can tell if it arrived.
	Ambiguous
	// Hold: nothing can be sent on this channel until somebody mends it.
	Hold
)

// String returns the disposition in lower case.
func (v Disposition) String() string {
	return [...]string{"retry", "drop", "ambiguous", "hold"}[v&3]
}

// SendError is why a delivery was not accepted. It carries no text of the messages.
type SendError struct {
	// Disposition says what to do next.
	Disposition Disposition
	// After is the least time to wait before another attempt; zero leaves it to the caller.
	After time.Duration
	// TokenSpent says that somebody else had used the reply token, before the first attempt. A later
	// attempt with the token would be refused again, and be taken for a success of this one: until
	// the token's window is over, attempts must come without it.
	TokenSpent bool
	// Refused are the messages that the platform refused for good, as Delivery.Messages has them, where
	// it has taken the others of the delivery. It is nil where none of them arrived.
	Refused []byte
	// Err is the cause, such as a *line.APIError.
	Err error
}

// Error returns the disposition and the cause.
func (e *SendError) Error() string {
	return fmt.Sprintf("transport: send: %s: %v", e.Disposition, e.Err)
}

// Unwrap returns the cause.
func (e *SendError) Unwrap() error { return e.Err }
