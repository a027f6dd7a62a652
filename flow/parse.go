package flow

import (
	"context"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Parse returns an action that reads what the user sent and puts it into the data: the text of
// a message, the value picked with a picker, or the data of another postback; empty for
// anything else.
//
// If parse fails with Reject, that is what the user gets. Any other error of parse counts as
// Reject without messages: the question is asked again. Its text goes nowhere. A nil function makes
// the action nil, which Build reports.
func Parse[T, V any](parse func(string) (V, error), set func(*T, V)) func(context.Context, *Turn[T]) error {
	if parse == nil || set == nil {
		return nil
	}
	return func(_ context.Context, t *Turn[T]) error {
		v, err := parse(input(t.Event()))
		switch {
		case err == nil:
			set(&t.Data, v)
			return nil
		case asRejection(err) != nil:
			return err
		default:
			return Reject()
		}
	}
}

// input is what the user typed, picked or tapped.
func input(e *transport.Event) string {
	if e.Kind != transport.KindPostback {
		return e.Text
	}
	for _, key := range [...]string{"date", "time", "datetime"} {
		if v, ok := e.Postback.Params[key]; ok {
			return v
		}
	}
	return e.Postback.Data
}
