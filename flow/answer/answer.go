package answer

import (
	"context"
	"errors"

	"github.com/kaiwa-go/kaiwa/flow"
)

// Parser is another name of the function that flow.Question takes: it reads a V from an answer. It is nil
// where its arguments make no sense, such as those of Int(8, 1), and then Build reports it.
type Parser[V any] = func(context.Context, *flow.Answer) (V, error)

// Or returns a parser that asks one parser after the other and takes the first value. If all of them
// refuse, the first one's refusal counts. An error that is no refusal ends it.
func Or[V any](parsers ...Parser[V]) Parser[V] {
	if len(parsers) == 0 {
		return nil
	}
	for _, p := range parsers {
		if p == nil {
			return nil
		}
	}
	return func(ctx context.Context, a *flow.Answer) (V, error) {
		var first error
		for _, p := range parsers {
			v, err := p(ctx, a)
			if !errors.Is(err, flow.Reject()) {
				return v, err
			}
			if first == nil {
				first = err
			}
		}
		var none V
		return none, first
	}
}

// Map returns a parser that turns each value of p into another one. It is also how a value gets a type
// of the author's own:
//
//	answer.Map(answer.Text(1, 50), func(s string) Name { return Name(s) })
func Map[A, B any](p Parser[A], f func(A) B) Parser[B] {
	if p == nil || f == nil {
		return nil
	}
	return func(ctx context.Context, a *flow.Answer) (B, error) {
		v, err := p(ctx, a)
		if err != nil {
			var none B
			return none, err
		}
		return f(v), nil
	}
}

// refuse is the end of a parser that cannot read an answer.
func refuse[V any]() (V, error) {
	var none V
	return none, flow.Reject()
}
